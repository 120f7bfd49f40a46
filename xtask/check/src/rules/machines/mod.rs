//! State machines, and the tasks that they run.

mod catch;
mod digest;
mod fields;
mod paths;
mod retry;
mod role;
mod shape;
mod size;
mod states;
mod timeout;
mod variables;
mod version;

use crate::asl::{Definition, Machine, State, definition};
use crate::rule::{Findings, Rule};
use crate::world::{Resource, World};

pub(super) const ALL: [&Rule; 11] = [
    &states::RULE,
    &timeout::RULE,
    &retry::RULE,
    &catch::RULE,
    &paths::RULE,
    &fields::RULE,
    &variables::RULE,
    &role::RULE,
    &version::RULE,
    &size::RULE,
    &digest::RULE,
];

/// Every machine whose definition is known; of others, that it is not.
fn machines<'a>(world: &'a World, findings: &mut Findings<'_>) -> Vec<(&'a Resource, Machine)> {
    let mut known = Vec::new();
    for resource in world.of_kind("AWS::StepFunctions::StateMachine") {
        match definition(resource) {
            Definition::Known(machine) => known.push((resource, machine)),
            Definition::Unknown => findings.unknown(resource, "the definition"),
            Definition::Wrong(_) => {}
        }
    }
    known
}

/// A state with the machines and states around it.
type Around<'a> = &'a [(&'a Machine, &'a State)];

/// Every state of a machine and of its inner ones.
fn each_state(machine: &Machine, mut visit: impl FnMut(&Machine, &State, Around<'_>)) {
    machine.visit(&mut Vec::new(), &mut |machine, around| {
        for state in &machine.states {
            visit(machine, state, around);
        }
    });
}

/// A machine with one task, for fixtures: what is beside the task's type and resource.
macro_rules! machine_with {
    ($task:literal) => {
        concat!(
            "
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111111111111:role/machine
      Definition:
        StartAt: Work
        States:
          Work: {",
            $task,
            "}
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters: {TopicArn: 'arn:aws:sns:eu-west-1:111111111111:alerts', 'Message.$': $.Cause}
            TimeoutSeconds: 60
            Retry: [{ErrorEquals: [States.ALL]}]
            Next: Failed
          Failed: {Type: Fail}
"
        )
    };
}
use machine_with;

/// What nothing is to be said against.
const PASSING: &str = machine_with!(
    "Type: Task, Resource: 'arn:aws:states:::lambda:invoke', TimeoutSeconds: 60, End: true,
            Parameters: {FunctionName: 'arn:aws:lambda:eu-west-1:111111111111:function:work:live', 'Payload.$': $},
            Retry: [{ErrorEquals: [States.ALL]}], Catch: [{ErrorEquals: [States.ALL], Next: Tell}]"
);
