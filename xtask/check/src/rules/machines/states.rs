use super::{PASSING, machine_with};
use crate::asl::{Definition, definition};
use crate::diagnostic::Severity;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-states",
    severity: Severity::Error,
    says: "The machine cannot be made, or has states that no execution ever comes to",
    fix: "Name a state that exists in StartAt, Next, Default and Catch, end each path, and take out what nothing leads to",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html"),
    check,
    passing: PASSING,
    failing: machine_with!("Type: Pass, Next: Nowhere"),
};

/// Types of states that end an execution.
const ENDS: [&str; 2] = ["Fail", "Succeed"];

fn check(world: &World, findings: &mut Findings<'_>) {
    for resource in world.of_kind("AWS::StepFunctions::StateMachine") {
        if let Definition::Wrong(why) = definition(resource) {
            findings.at(resource, resource.get("DefinitionString"), format!("the definition is no JSON: {why}"));
        }
    }
    for (resource, machine) in super::machines(world, findings) {
        machine.visit(&mut Vec::new(), &mut |machine, _| {
            let here = |place| Node::new(Kind::Null, place);
            let Some(start) = machine.start.as_deref().filter(|start| machine.state(start).is_some()) else {
                let start = machine.start.as_deref().unwrap_or("nothing");
                findings.at(resource, &here(machine.place), format!("StartAt names {start}, which is no state"));
                return;
            };
            let reachable = machine.reachable([start]);
            for state in &machine.states {
                let at = here(state.node.place);
                for (next, place) in state.followers() {
                    if machine.state(next).is_none() {
                        findings.at(
                            resource,
                            &here(place),
                            format!("{} leads to {next}, which is no state", state.name),
                        );
                    }
                }
                let goes_on = state.node.get("End").bool() == Some(true) || !state.node.get("Next").is_missing();
                if !goes_on && state.kind != "Choice" && !ENDS.contains(&state.kind.as_str()) {
                    findings.at(resource, &at, format!("{} has neither Next nor End", state.name));
                }
                if !reachable.contains(&state.name.as_str()) {
                    findings.at(resource, &at, format!("nothing leads to {}", state.name));
                }
            }
        });
    }
}
