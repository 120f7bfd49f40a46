//! Every resource, stack by stack.

use serde::Serialize;

use crate::read::{Reading, pipeline_of};

#[derive(Serialize)]
pub(super) struct StackView {
    pub(super) name: String,
    pub(super) resources: Vec<ResourceView>,
}

#[derive(Serialize)]
pub(super) struct ResourceView {
    id: String,
    kind: String,
    pipeline: String,
    /// What it is there for, unless that is itself.
    of: String,
}

pub(super) fn stacks(reading: &Reading<'_>) -> Vec<StackView> {
    let stack = |stack: &check::world::Stack| StackView {
        name: stack.name.clone(),
        resources: stack
            .resources
            .iter()
            .map(|resource| {
                let owner = reading.owners.drawn(resource).filter(|owner| owner.id != resource.id);
                let pipeline = pipeline_of(resource).or_else(|| owner.and_then(pipeline_of));
                ResourceView {
                    id: resource.id.clone(),
                    kind: resource.kind.trim_start_matches("AWS::").replace("::", " "),
                    pipeline: pipeline.unwrap_or_default(),
                    of: owner.map(|owner| owner.id.clone()).unwrap_or_default(),
                }
            })
            .collect(),
    };
    reading.world.stacks.iter().map(stack).collect()
}
