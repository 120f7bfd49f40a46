//! `clean-sample` of the owner pipeline: files of records, from a bucket through a queue to a function that cleans them.

use contract::clean_sample::{self as agreed, CleanSample};
use contract::{Bucket, Ref, Whole};

use super::KIND;
use crate::blocks::{BucketView, InboxNames, InboxView, Lifecycle, Scope, function};
use crate::stack::Outputs;
use crate::stack::data_sources::{Exports, output_bucket};
use crate::stack::parts::Parts;
use crate::stage::{CleanSampleSettings, Stage};

pub(in crate::stack) const NAMES: InboxNames = InboxNames {
    queue: "CleanSampleQueue",
    queue_thing: "clean-sample",
    dead_letters: "CleanSampleDeadLetterQueue",
    dead_letters_thing: "clean-sample-dead-letters",
};

/// What follows the stage in the name of the bucket that is listened to.
pub(in crate::stack) const BUCKET: &str = "clean-sample";

pub(super) fn add(
    stage: &Stage,
    settings: &CleanSampleSettings,
    shared: &Exports,
    parts: &mut Parts,
    outputs: &mut Outputs,
) {
    let scope = Scope::of(stage, KIND, "owner");
    let alerts = shared.alert_topic.import();
    let lake = shared.output_bucket.import();
    let source = Ref::<Bucket>::declared("CleanSampleBucket").folder(agreed::SOURCE);

    let bucket = BucketView::new(&scope, "CleanSampleBucket", BUCKET, Lifecycle::DropOldVersions);
    let (bucket, inbox) = bucket.tell(InboxView::new(&scope, NAMES, settings.queue), agreed::SOURCE);
    let env = agreed::Env {
        source: source.grant(),
        clean: lake.folder(agreed::CLEAN).grant(),
        rejected: lake.folder(agreed::REJECTED).grant(),
        max_record: Whole(u64::from(settings.max_record_kb) * 1000),
        notices: alerts.grant(),
        tries: Whole(u64::from(settings.queue.receive_count)),
    };
    let code = shared.code();
    let clean = function::<CleanSample>(&scope, "CleanSample", settings.size, &env, inbox.trigger(), &code)
        .telling_with(shared.alert_key.import());

    outputs.tell("CleanSampleInput", "Where files of clean-sample arrive", source.uri());
    let output = format!("s3://{}/{}", output_bucket(stage), agreed::CLEAN);
    outputs.tell("CleanSampleOutput", "Below it stands what clean-sample makes of them", output.into());
    outputs.export("CleanSampleQueue", "The queue of files that wait", &inbox.queue());
    outputs.export("CleanSampleDeadLetterQueue", "The queue of files that cannot be processed", &inbox.dead_letters());

    parts.bucket(bucket);
    parts.inbox(&scope, inbox, clean, &alerts);
}
