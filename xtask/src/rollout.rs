//! Carries out a whole plan: stack after stack, and the archives before the first stack that takes them.

use std::collections::BTreeMap;

use stacks::stack::data_sources;
use stacks::stage::Stage;

use crate::apply::{Applied, apply};
use crate::build::Archive;
use crate::cloud::Cloud;
use crate::commit;
use crate::failure::Outcome;
use crate::plan::{StackPlan, Step};
use crate::session::Session;
use crate::upload::{self, Artifact};

/// What a rollout did: how each stack stands, and where each archive is.
pub(crate) struct RolledOut {
    pub(crate) stacks: Vec<Applied>,
    pub(crate) artifacts: Vec<Artifact>,
}

/// Walks the plan. `may_go` are the logical ids of resources whose data may be lost.
pub(crate) async fn roll_out<C: Cloud>(
    session: &Session<C>,
    plans: &[StackPlan],
    archives: &[Archive],
    may_go: &[String],
) -> Outcome<RolledOut> {
    let changes = plans.iter().any(|plan| plan.step != Step::Nothing);
    let commit = changes.then(|| commit::current(&session.project)).flatten();
    let mut artifacts = None;
    let mut stacks = Vec::new();
    for plan in plans {
        // The bucket is in the first stack, so the first stack with functions is the first that can need it.
        if plan.takes_code() && artifacts.is_none() {
            let bucket = data_sources::artifact_bucket(&session.stage);
            artifacts = Some(upload::upload(session, &bucket, archives).await?);
        }
        stacks.push(apply(session, plan, &tags(&session.stage, plan, commit.as_deref()), may_go).await?);
    }
    Ok(RolledOut { stacks, artifacts: artifacts.unwrap_or_default() })
}

/// Tags of the whole stack, which CloudFormation hands down to its resources.
fn tags(stage: &Stage, plan: &StackPlan, commit: Option<&str>) -> BTreeMap<String, String> {
    let known = [
        ("project", Some(stage.project.as_str())),
        ("stage", Some(stage.name.as_str())),
        ("stack", Some(plan.kind.name())),
        ("commit", commit),
    ];
    known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned()))).collect()
}
