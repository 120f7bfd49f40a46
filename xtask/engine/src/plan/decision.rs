//! What somebody has to decide before a stack can be touched.

use serde::Serialize;
use serde_json::Value;

use super::{Plan, StackPlan};
use crate::cloud::{Resource, StackState, StackStatus};
use crate::failure::{Exit, Failure, Outcome};
use crate::stateful::allowing;
use crate::target::Wishes;

/// A question that a deploy does not answer by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub what: String,
    pub why: Option<String>,
    /// What can be done, in words and commands.
    pub options: Vec<String>,
    /// The resource whose name on the command line answers it; none where that does not help.
    pub allowed_by: Option<String>,
}

impl Plan {
    /// Goes on if nothing is undecided.
    pub fn decided(&self, wishes: &Wishes) -> Outcome {
        for stack in &self.stacks {
            let open = |decision: &&Decision| !decision.allowed_by.as_ref().is_some_and(|id| wishes.allow.contains(id));
            if let Some(decision) = stack.decisions.iter().find(open) {
                return Err(undecided(&self.stage, stack, decision));
            }
        }
        Ok(())
    }
}

fn undecided(stage: &str, stack: &StackPlan, decision: &Decision) -> Failure {
    let status = stack.state.as_ref().map_or("absent", |state| state.status.name());
    let mut failure =
        Failure::new(format!("stage {stage}: stack {} ({status}): {}", stack.name, decision.what)).exit(Exit::Decision);
    if let Some(why) = &decision.why {
        failure = failure.since(why);
    }
    decision.options.iter().fold(failure, Failure::hint)
}

impl Decision {
    pub fn loses_data(stage: &str, verb: &str, logical_id: &str, kind: &str, why: Option<String>) -> Self {
        Self {
            what: format!("this would {verb} {logical_id} ({kind}), which holds data"),
            why,
            options: vec!["to keep it, take back the change that needs this".to_owned(), allowing(stage, logical_id)],
            allowed_by: Some(logical_id.to_owned()),
        }
    }

    /// CloudFormation makes the new one before it deletes the old one, which holds the name.
    pub fn fixed_name(logical_id: &str, kind: &str, properties: &[String]) -> Self {
        Self {
            what: format!(
                "{logical_id} ({kind}) has to be replaced, but has a fixed name that the new one cannot take"
            ),
            why: Some(format!("it cannot be changed in place: {}", properties.join(", "))),
            options: vec!["give it another name in the same change, or take the change back".to_owned()],
            allowed_by: None,
        }
    }

    pub fn other_type(logical_id: &str, old: &Value, new: &str) -> Self {
        Self {
            what: format!("{logical_id} would become another type of resource, which CloudFormation refuses"),
            why: Some(format!("it is {}, and is to be {new}", old.as_str().unwrap_or("of no type"))),
            options: vec!["give the new resource another logical id; the old one then goes by itself".to_owned()],
            allowed_by: None,
        }
    }

    pub fn imported_value(export: &str, importers: &[String]) -> Self {
        Self {
            what: format!("the export {export} would get another value while it is imported"),
            why: Some(format!("imported by {}", importers.join(", "))),
            options: vec!["export the new value under a new name; the old one leaves by itself".to_owned()],
            allowed_by: None,
        }
    }

    pub fn another_is_at_work(stack: &StackState, token: Option<&str>, since: &str) -> Self {
        Self {
            what: format!("somebody else's operation is going on since {since}"),
            why: Some(match token {
                Some(token) => format!("its token is {token}, which is none of ours"),
                None => format!("{} was not begun by this tool", stack.status.name()),
            }),
            options: vec![
                "wait until it has ended, by yourself or with --wait; then run the same command again".to_owned(),
            ],
            allowed_by: None,
        }
    }

    pub fn not_a_copy(copy_of: &str) -> Self {
        Self {
            what: "it is no copy, and a copy must not change it".to_owned(),
            why: Some(format!("it lacks the tag copy-of: {copy_of}")),
            options: vec!["choose another name for the copy".to_owned()],
            allowed_by: None,
        }
    }

    /// For statuses out of which nothing leads by itself.
    pub fn stuck(stage: &str, stack: &StackState, resources: &[Resource]) -> Self {
        let blockers = resources.iter().filter(|resource| resource.status.ends_with("_FAILED"));
        let blockers: Vec<_> = blockers
            .map(|r| format!("{} ({}): {}", r.logical_id, r.kind, r.reason.as_deref().unwrap_or("no reason is given")))
            .collect();
        let what = match stack.status {
            StackStatus::RollbackFailed => "its creation failed, and so did the clearing up",
            StackStatus::DeleteFailed => "its deletion was begun and did not get to its end",
            StackStatus::ImportRollbackFailed => "an import failed, and so did its rollback",
            _ => "it is in a state out of which nothing leads by itself",
        };
        let retry = format!("to delete what is left of it: cargo xtask destroy --stage {stage} --only {}", stack.name);
        let options = match stack.status {
            StackStatus::ImportRollbackFailed => {
                vec!["finish the import's rollback in the CloudFormation console, then deploy again".to_owned()]
            }
            _ => vec![retry, "with --retain LOGICAL_ID, a resource that cannot be deleted is left behind".to_owned()],
        };
        Self {
            what: what.to_owned(),
            why: if blockers.is_empty() { stack.reason.clone() } else { Some(blockers.join("\n")) },
            options,
            allowed_by: None,
        }
    }
}
