//! Accommodation: partners' catalogues, from a bucket through a queue to a function that consolidates them.

use contract::consolidate::{self, Consolidate};
use contract::{Bucket, Ref, Table, Whole, accommodation as agreed};

use super::KIND;
use crate::blocks::{BucketView, InboxNames, InboxView, ItemsView, Lifecycle, Scope, function};
use crate::names;
use crate::stack::Outputs;
use crate::stack::data_sources::{Exports, output_bucket};
use crate::stack::parts::Parts;
use crate::stage::{Accommodation, Stage};

pub(in crate::stack) const NAMES: InboxNames = InboxNames {
    queue: "AccommodationQueue",
    queue_thing: "accommodation",
    dead_letters: "AccommodationDeadLetterQueue",
    dead_letters_thing: "accommodation-dead-letters",
};

/// What follows the stage in the name of the bucket that is listened to.
pub(in crate::stack) const BUCKET: &str = "accommodation";

/// What follows the stage in the name of the table of preferred partners.
const PRIORITIES: &str = "priorities";

/// The table's name, for what seeds it.
pub fn priority_table(stage: &Stage) -> String {
    names::thing(stage, PRIORITIES)
}

pub(super) fn add(stage: &Stage, settings: &Accommodation, shared: &Exports, parts: &mut Parts, outputs: &mut Outputs) {
    let scope = Scope::of(stage, KIND, "accommodation");
    let alerts = shared.alert_topic.import();
    let lake = shared.output_bucket.import();
    let source = Ref::<Bucket>::declared("AccommodationBucket").folder(agreed::SOURCE);
    let priorities = Ref::<Table>::declared("PriorityTable");

    let bucket = BucketView::new(&scope, "AccommodationBucket", BUCKET, Lifecycle::DropOldVersions);
    let (bucket, inbox) = bucket.tell(InboxView::new(&scope, NAMES, settings.queue), agreed::SOURCE);
    let env = consolidate::Env {
        source: source.grant(),
        output: lake.folder(agreed::OUTPUT).grant(),
        rejected: lake.folder(agreed::REJECTED).grant(),
        priorities: priorities.grant(),
        choose: settings.choose,
        roll_over: Whole(u64::from(settings.roll_over_kb) * 1000),
        notices: alerts.grant(),
        tries: Whole(u64::from(settings.queue.receive_count)),
    };
    let code = shared.code();
    let consolidate =
        function::<Consolidate>(&scope, "Consolidate", settings.consolidate, &env, inbox.trigger(), &code)
            .telling_with(shared.alert_key.import());

    outputs.tell("AccommodationInput", "Where partners put their catalogues", source.uri());
    let output = format!("s3://{}/{}", output_bucket(stage), agreed::OUTPUT);
    outputs.tell("AccommodationOutput", "Below it stand the consolidated offers", output.into());
    outputs.export("AccommodationQueue", "The queue of catalogues that wait", &inbox.queue());
    outputs.export(
        "AccommodationDeadLetterQueue",
        "The queue of catalogues that cannot be processed",
        &inbox.dead_letters(),
    );
    outputs.export("PriorityTable", "Which partners are preferred", &priorities);

    parts.bucket(bucket);
    parts.items(&scope, ItemsView::new(&scope, ("PriorityTable", PRIORITIES), agreed::KEY, settings.priorities));
    parts.inbox(&scope, inbox, consolidate, &alerts);
    parts.dashboard(&scope);
}
