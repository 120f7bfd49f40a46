use super::{PASSING, each_state, machine_with, machines};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-retry",
    severity: Severity::Error,
    says: "One throttled call or dropped connection ends the whole execution",
    fix: "Give the task a Retry with a few attempts and a backoff",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html"),
    check,
    passing: PASSING,
    failing: machine_with!(
        "Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage', TimeoutSeconds: 60, End: true,
            Catch: [{ErrorEquals: [States.ALL], Next: Tell}]"
    ),
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        each_state(&machine, |_, state, around| {
            let retried = |node: &crate::node::Node| !node.get("Retry").items().is_empty();
            if state.is_task() && !retried(&state.node) && !around.iter().any(|(_, outer)| retried(&outer.node)) {
                findings.at(resource, &state.node, format!("the task {} is tried once only", state.name));
            }
        });
    }
}
