use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::FUNCTION;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "function-memory",
    severity: Severity::Error,
    says: "Lambda refuses the size, and the stack is rolled back",
    fix: "Set MemorySize to 128 at least and 10240 at most, and EphemeralStorage to 512 at least",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {MemorySize: 1024}}
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {MemorySize: 64}}
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for function in world.of_kind(FUNCTION) {
        for (path, least) in [("MemorySize", 128.0), ("EphemeralStorage.Size", 512.0)] {
            let value = function.get(path);
            if value.is_unknown() {
                findings.unknown(function, path);
            }
            if let Some(size) = value.number().filter(|size| !(least..=10240.0).contains(size) || size.fract() != 0.0) {
                findings.at(function, value, format!("{path} is a whole number from {least} to 10240 MB, not {size}"));
            }
        }
    }
}
