//! Rules of the account's event bus, which pass on what buckets tell.

use contract::{Folder, Queue, Ref};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Scope, Tags};

#[derive(Debug, Serialize)]
pub struct EventRuleView {
    id: &'static str,
    name: String,
    description: &'static str,
    pattern: Value,
    target: Value,
    tags: Tags,
}

impl EventRuleView {
    /// Tells a queue of each new object in a folder.
    pub fn of_new_objects(
        scope: &Scope,
        (id, thing): (&'static str, &str),
        description: &'static str,
        folder: &Ref<Folder>,
        queue: &Ref<Queue>,
    ) -> Self {
        let pattern = json!({
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": { "name": [folder.bucket().reference()] },
                "object": { "key": [{ "prefix": folder.prefix() }] },
            },
        });
        Self { id, name: scope.name(thing), description, pattern, target: queue.arn(), tags: scope.tags.clone() }
    }

    pub(super) fn id(&self) -> &'static str {
        self.id
    }
}
