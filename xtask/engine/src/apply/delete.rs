//! Deletes one stack and waits until it is gone.

use super::operation::Operation;
use crate::cloud::{Cloud, StackState, StackStatus, Standing};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::host::News;
use crate::lease::Lease;
use crate::refusal::{Asked, ended_badly};

/// `retain` are resources to leave behind, which only a stack whose deletion failed can do.
pub(super) async fn delete<C: Cloud>(
    engine: &Engine<'_, C>,
    lease: Option<&Lease<'_, C>>,
    stack: &StackState,
    retain: &[String],
) -> Outcome {
    let (stage, name) = (engine.target.stage.as_str(), stack.name.as_str());
    engine.host.tell(News::Began { stack: name, what: "deleting" });
    let retain = left_behind(engine, stack, retain).await?;
    let begun = Operation::begin(engine, lease, (&stack.id, name), "delete", async |token| {
        engine.cloud.delete_stack(&stack.id, token, &retain, engine.target.role()).await
    });
    let mut operation = begun.await?;
    let end = operation.end(engine, name).await?;
    let status = end.as_ref().map_or(StackStatus::DeleteComplete, |state| state.status);
    engine.host.tell(News::Ended { stack: name, status });
    match end {
        Some(left) if left.status == StackStatus::DeleteFailed => {
            let remains = engine.cloud.resources(&stack.id).await;
            let remains = remains.asked(|| format!("cannot list the resources of stack {name}"))?;
            let blockers = remains.iter().filter(|resource| resource.status == "DELETE_FAILED");
            Err(blocked(stage, name, blockers.map(|r| r.logical_id.as_str()), &operation))
        }
        Some(left) if left.status.standing() != Standing::Absent => Err(ended_badly(stage, &operation.follower, &left)),
        _ => Ok(()),
    }
}

/// Of what is to be left behind, what is in this stack and failed to go: AWS refuses all other names.
async fn left_behind<C: Cloud>(engine: &Engine<'_, C>, stack: &StackState, named: &[String]) -> Outcome<Vec<String>> {
    if stack.status != StackStatus::DeleteFailed || named.is_empty() {
        return Ok(Vec::new());
    }
    let resources = engine.cloud.resources(&stack.id).await;
    let resources = resources.asked(|| format!("cannot list the resources of stack {}", stack.name))?;
    let failed = resources.into_iter().filter(|r| r.status == "DELETE_FAILED").map(|r| r.logical_id);
    Ok(failed.filter(|id| named.contains(id)).collect())
}

fn blocked<'a>(stage: &str, name: &str, ids: impl Iterator<Item = &'a str>, operation: &Operation) -> Failure {
    let failure = Failure::new(format!("stage {stage}: stack {name} ended as DELETE_FAILED")).exit(Exit::Decision);
    let failure = operation.leftovers().into_iter().fold(failure, Failure::since);
    let retain: Vec<_> = ids.map(|id| format!(" --retain {id}")).collect();
    failure
        .hint(format!("after mending it: cargo xtask destroy --stage {stage}"))
        .hint(format!("to leave it behind: cargo xtask destroy --stage {stage}{}", retain.concat()))
}
