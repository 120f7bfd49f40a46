use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::FUNCTION;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "function-reserved-name",
    severity: Severity::Error,
    says: "Lambda refuses a variable of this name, and the stack is rolled back",
    fix: "Give the variable another name; the region is in AWS_REGION without being set",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {BUCKET_REGION: eu-west-1}}}}
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {AWS_REGION: eu-west-1}}}}
",
};

const RESERVED: [&str; 20] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for function in world.of_kind(FUNCTION) {
        for variable in function.get("Environment.Variables").entries() {
            let (key, mut rest) = (variable.key.as_str(), variable.key.chars());
            let begins = rest.next().is_some_and(|first| first.is_ascii_alphabetic());
            let plain = begins && key.len() > 1 && rest.all(|c| c.is_ascii_alphanumeric() || c == '_');
            if RESERVED.contains(&key) {
                findings.at(function, &variable.value, format!("Lambda sets {key} itself"));
            } else if !plain {
                let rules = "begins with a letter and has two or more letters, digits and _";
                findings.at(function, &variable.value, format!("{key} is no name of a variable, which {rules}"));
            }
        }
    }
}
