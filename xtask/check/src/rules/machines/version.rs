use super::{PASSING, each_state, machines};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-version",
    severity: Severity::Error,
    says: "A deploy changes the code under executions that are running, half of which then ran the old and half the new",
    fix: "Call the function by an alias or a version",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html"),
    check,
    passing: PASSING,
    failing: "
Resources:
  Work: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: work}}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::111111111111:role/machine
      DefinitionString: !Sub |
        {\"StartAt\": \"Work\", \"States\": {\"Work\": {\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\",
         \"Parameters\": {\"FunctionName\": \"${Work.Arn}\"}, \"End\": true}}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        each_state(&machine, |_, state, _| {
            if !state.is_task() || !state.service().is_some_and(|service| service.starts_with("lambda:invoke")) {
                return;
            }
            let by_name = ["Parameters", "Arguments"].map(|part| state.node.get(part).get("FunctionName"));
            let called = by_name
                .into_iter()
                .chain([state.node.get("Resource")])
                .find_map(|node| node.text().filter(|text| !text.contains(":states:::")));
            let Some(called) = called else { return };
            // An ARN of a function has seven parts, one of a version or an alias eight.
            let plain = !called.starts_with("arn:") || called.split(':').count() == 7;
            let function = world.find(called).is_some_and(|found| found.kind == "AWS::Lambda::Function");
            if plain && (function || called.starts_with("arn:aws:lambda:")) {
                findings.at(
                    resource,
                    &state.node,
                    format!("{} calls whatever is the latest code of {called}", state.name),
                );
            }
        });
    }
}
