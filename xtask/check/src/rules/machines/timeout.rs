use super::{PASSING, each_state, machine_with, machines};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-timeout",
    severity: Severity::Error,
    says: "A task that hangs keeps its execution waiting for a year, and nobody is told",
    fix: "Give the task TimeoutSeconds; one that waits for a token also HeartbeatSeconds",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html"),
    check,
    passing: PASSING,
    failing: machine_with!(
        "Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage', End: true, Retry: [{ErrorEquals: [States.ALL]}],
            Catch: [{ErrorEquals: [States.ALL], Next: Tell}]"
    ),
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        each_state(&machine, |_, state, _| {
            let bound = ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"];
            if state.is_task() && bound.iter().all(|key| state.node.get(key).is_missing()) {
                findings.at(resource, &state.node, format!("the task {} may take forever", state.name));
            }
        });
    }
}
