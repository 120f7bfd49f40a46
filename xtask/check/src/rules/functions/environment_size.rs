use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::FUNCTION;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "function-environment-size",
    severity: Severity::Error,
    says: "Lambda refuses an environment of more than 4 KB, and the stack is rolled back",
    fix: "Keep what is large in a parameter of Systems Manager or in a bucket, and name only its place",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {LEVEL: info}}}}
",
    failing: "
Parameters: {Text: {Type: String, Default: 'nine hundred bytes are not much but they add up when five variables hold them'}}
Resources:
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Environment:
        Variables:
          A: !Sub '${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}'
          B: !Sub '${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}'
          C: !Sub '${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}'
          D: !Sub '${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}${Text}'
",
};

const MOST: usize = 4096;

fn check(world: &World, findings: &mut Findings<'_>) {
    for function in world.of_kind(FUNCTION) {
        let variables = function.get("Environment.Variables");
        let size: usize =
            variables.entries().iter().map(|one| one.key.len() + one.value.text().map_or(0, str::len)).sum();
        if size > MOST {
            findings.at(function, variables, format!("its variables take {size} bytes, and {MOST} are the most"));
        } else if variables.is_unknown() || variables.entries().iter().any(|one| one.value.is_unknown()) {
            findings.unknown(function, "how large its environment is");
        }
    }
}
