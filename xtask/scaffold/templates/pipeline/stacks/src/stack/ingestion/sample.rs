//! Sample: files of records, from a bucket through a queue to a function that cleans them.

use contract::clean_sample::{self, CleanSample};
use contract::{Bucket, Ref, Whole, sample as agreed};

use super::KIND;
use crate::blocks::{BucketView, InboxNames, InboxView, Lifecycle, Scope, function};
use crate::stack::Outputs;
use crate::stack::data_sources::{Exports, output_bucket};
use crate::stack::parts::Parts;
use crate::stage::{Sample, Stage};

pub(in crate::stack) const NAMES: InboxNames = InboxNames {
    queue: "SampleQueue",
    queue_thing: "sample",
    dead_letters: "SampleDeadLetterQueue",
    dead_letters_thing: "sample-dead-letters",
};

/// What follows the stage in the name of the bucket that is listened to.
pub(in crate::stack) const BUCKET: &str = "sample";

pub(super) fn add(stage: &Stage, settings: &Sample, shared: &Exports, parts: &mut Parts, outputs: &mut Outputs) {
    let scope = Scope::of(stage, KIND, "sample");
    let alerts = shared.alert_topic.import();
    let lake = shared.output_bucket.import();
    let source = Ref::<Bucket>::declared("SampleBucket").folder(agreed::SOURCE);

    let bucket = BucketView::new(&scope, "SampleBucket", BUCKET, Lifecycle::DropOldVersions);
    let (bucket, inbox) = bucket.tell(InboxView::new(&scope, NAMES, settings.queue), agreed::SOURCE);
    let env = clean_sample::Env {
        source: source.grant(),
        clean: lake.folder(agreed::CLEAN).grant(),
        rejected: lake.folder(agreed::REJECTED).grant(),
        max_record: Whole(u64::from(settings.max_record_kb) * 1000),
        notices: alerts.grant(),
        tries: Whole(u64::from(settings.queue.receive_count)),
    };
    let code = shared.code();
    let clean = function::<CleanSample>(&scope, "CleanSample", settings.clean, &env, inbox.trigger(), &code)
        .telling_with(shared.alert_key.import());

    outputs.tell("SampleInput", "Where files of records arrive", source.uri());
    let output = format!("s3://{}/{}", output_bucket(stage), agreed::CLEAN);
    outputs.tell("SampleOutput", "Below it stand the cleaned records", output.into());
    outputs.export("SampleQueue", "The queue of files that wait", &inbox.queue());
    outputs.export("SampleDeadLetterQueue", "The queue of files that cannot be processed", &inbox.dead_letters());

    parts.bucket(bucket);
    parts.inbox(&scope, inbox, clean, &alerts);
    parts.dashboard(&scope);
}
