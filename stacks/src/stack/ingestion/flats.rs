//! Flats: hourly listings, from a bucket through a queue to a function that turns them into files for the warehouse.

use contract::transform::{self, Transform};
use contract::{Bucket, Ref, Whole, flats as agreed};

use super::KIND;
use crate::blocks::{BucketView, InboxNames, InboxView, Lifecycle, Scope, function};
use crate::stack::Outputs;
use crate::stack::data_sources::{Exports, curated_bucket};
use crate::stack::parts::Parts;
use crate::stage::{Flats, Stage};

pub(in crate::stack) const NAMES: InboxNames = InboxNames {
    queue: "FlatsQueue",
    queue_thing: "flats",
    dead_letters: "FlatsDeadLetterQueue",
    dead_letters_thing: "flats-dead-letters",
};

/// What follows the stage in the name of the bucket that is listened to.
pub(in crate::stack) const BUCKET: &str = "flats";

pub(super) fn add(stage: &Stage, settings: &Flats, shared: &Exports, parts: &mut Parts, outputs: &mut Outputs) {
    let scope = Scope::of(stage, KIND, "flats");
    let alerts = shared.alert_topic.import();
    let curated = shared.curated_bucket.import();
    let source = Ref::<Bucket>::declared("FlatsBucket").folder(agreed::SOURCE);

    let bucket = BucketView::new(&scope, "FlatsBucket", BUCKET, Lifecycle::DropOldVersions);
    let (bucket, inbox) = bucket.tell(InboxView::new(&scope, NAMES, settings.queue), agreed::SOURCE);
    let env = transform::Env {
        source: source.grant(),
        clean: curated.folder(agreed::CLEAN).grant(),
        rejected: curated.folder(agreed::REJECTED).grant(),
        notices: alerts.grant(),
        tries: Whole(u64::from(settings.queue.receive_count)),
    };
    let code = shared.code();
    let transform = function::<Transform>(&scope, "Transform", settings.transform, &env, inbox.trigger(), &code)
        .telling_with(shared.alert_key.import());

    outputs.tell("FlatsInput", "Where listings arrive", source.uri());
    let output = format!("s3://{}/flats/", curated_bucket(stage));
    outputs.tell("FlatsOutput", "Below it stand the files for the warehouse", output.into());
    outputs.export("FlatsQueue", "The queue of listings that wait", &inbox.queue());
    outputs.export("FlatsDeadLetterQueue", "The queue of listings that cannot be processed", &inbox.dead_letters());

    parts.bucket(bucket);
    parts.inbox(&scope, inbox, transform, &alerts);
}
