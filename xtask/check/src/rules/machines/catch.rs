use super::{PASSING, each_state, machine_with, machines};
use crate::asl::{Machine, State};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-catch",
    severity: Severity::Error,
    says: "When the task fails for good, the execution ends without a word to anybody",
    fix: "Give the task, or what is around it, a Catch whose path comes to a task that publishes a notice",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"),
    check,
    passing: PASSING,
    failing: machine_with!(
        "Type: Task, Resource: 'arn:aws:states:::dynamodb:putItem', TimeoutSeconds: 60, End: true,
            Retry: [{ErrorEquals: [States.ALL]}], Catch: [{ErrorEquals: [States.ALL], Next: Failed}]"
    ),
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        each_state(&machine, |machine, state, around| {
            // What tells of failures is the last that can be done.
            if !state.is_task() || state.is_notice() {
                return;
            }
            if !tells(machine, state) && !around.iter().any(|(machine, outer)| tells(machine, outer)) {
                let caught = !state.node.get("Catch").items().is_empty();
                let why = if caught { "nobody is told when it fails" } else { "nothing catches its failure" };
                findings.at(resource, &state.node, format!("the task {}: {why}", state.name));
            }
        });
    }
}

/// Whether a state's Catch leads to a notice.
fn tells(machine: &Machine, state: &State) -> bool {
    let caught = state.node.get("Catch").items().iter().filter_map(|catch| catch.get("Next").text());
    machine.reachable(caught).into_iter().filter_map(|name| machine.state(name)).any(State::is_notice)
}
