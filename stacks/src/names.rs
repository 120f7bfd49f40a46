//! Every name that a stage gives to something, made in one place.

use crate::stack::StackKind;
use crate::stage::Stage;

/// The alias under which every function is called, by whatever calls it.
pub const LIVE: &str = "live";

/// The stack's name: `{project}-{stage}-{stack}`.
pub fn stack(stage: &Stage, kind: StackKind) -> String {
    thing(stage, kind.name())
}

/// Any other name within an account: `{project}-{stage}-{thing}`.
pub fn thing(stage: &Stage, thing: &str) -> String {
    format!("{}-{}-{thing}", stage.project, stage.name)
}

/// A bucket's name, which is shared with all of AWS and so ends with the account.
pub fn bucket(stage: &Stage, name: &str) -> String {
    format!("{}-{}", thing(stage, name), stage.account)
}

/// The repository of a function's images: one of those below the stage's name.
pub fn repository(stage: &Stage, function: &str) -> String {
    format!("{}-{}/{function}", stage.project, stage.name)
}

/// A name in the data catalog, where a hyphen would have to be quoted in every query.
pub fn catalog(stage: &Stage, name: &str) -> String {
    thing(stage, name).replace('-', "_")
}
