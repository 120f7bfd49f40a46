//! The stage and the pipeline that a block is made for.

use super::{Bounds, Tags};
use crate::names;
use crate::stack::StackKind;
use crate::stage::Stage;

/// What every block asks: for which stage, and under which tags.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    pub stage: &'a Stage,
    pub pipeline: &'static str,
    pub tags: Tags,
}

impl<'a> Scope<'a> {
    pub fn of(stage: &'a Stage, stack: StackKind, pipeline: &'static str) -> Self {
        Self { stage, pipeline, tags: Tags::of(stage, stack, pipeline) }
    }

    /// A name within the account.
    pub fn name(&self, thing: &str) -> String {
        names::thing(self.stage, thing)
    }

    /// What every role carries.
    pub fn bounds(&self) -> Bounds {
        Bounds::of(self.stage)
    }

    /// What becomes of a resource that holds data when its stack goes: the stage decides. A creation that fails keeps
    /// nothing in either case: what it left would stand in the way of the next one.
    pub fn deletion_policy(&self) -> &'static str {
        if self.stage.keep_data { "RetainExceptOnCreate" } else { "Delete" }
    }

    /// What becomes of an old revision when a new one takes its place: what was begun with it is run with it. A copy
    /// leaves nothing behind, and nobody relies on what it runs.
    pub fn revision_policy(&self) -> &'static str {
        if self.stage.copy.is_none() { "Retain" } else { "Delete" }
    }

    /// What becomes of it when it is replaced.
    pub fn replace_policy(&self) -> &'static str {
        if self.stage.keep_data { "Retain" } else { "Delete" }
    }
}
