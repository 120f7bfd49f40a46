use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::FUNCTION;
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "function-signing",
    severity: Severity::Error,
    says: "A stack that signs its code has a function that takes code from anybody",
    fix: "Set UntrustedArtifactOnDeployment to Enforce, and name the config as CodeSigningConfigArn of each function that is \
          no image",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html"),
    check,
    passing: "
Resources:
  Signing:
    Type: AWS::Lambda::CodeSigningConfig
    Properties: {CodeSigningPolicies: {UntrustedArtifactOnDeployment: Enforce}}
  Work:
    Type: AWS::Lambda::Function
    Properties: {CodeSigningConfigArn: !GetAtt Signing.CodeSigningConfigArn, Code: {S3Bucket: b, S3Key: k}}
  Pull: {Type: AWS::Lambda::Function, Properties: {PackageType: Image}}
",
    failing: "
Resources:
  Signing: {Type: AWS::Lambda::CodeSigningConfig, Properties: {Description: only warns where nothing is said}}
",
};

const CONFIG: &str = "AWS::Lambda::CodeSigningConfig";

fn check(world: &World, findings: &mut Findings<'_>) {
    for config in world.of_kind(CONFIG) {
        let policy = config.get("CodeSigningPolicies.UntrustedArtifactOnDeployment");
        if policy.is_unknown() {
            findings.unknown(config, "what becomes of code that is not signed");
        } else if policy.text() != Some("Enforce") {
            findings.at(config, policy, "it only warns of code that is not signed, and lets it in");
        }
    }
    for function in world.of_kind(FUNCTION).filter(|function| !is_image(function)) {
        // Another stack may have reasons of its own.
        let config = world.of_kind(CONFIG).find(|config| config.stack == function.stack);
        if let Some(config) = config.filter(|_| function.get("CodeSigningConfigArn").is_missing()) {
            findings.on(function, format!("it takes code that nobody signed, beside functions of {}", config.id));
        }
    }
}

/// Lambda asks for no signature of an image.
fn is_image(function: &Resource) -> bool {
    function.text("PackageType") == Some("Image") || !function.get("Code.ImageUri").is_missing()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    #[test]
    fn a_function_from_an_archive_asks_for_a_signature_where_its_stack_has_a_config() {
        let with = |properties: &str| {
            let text = format!(
                "
Parameters: {{Signed: {{Type: String}}}}
Resources:
  Signing:
    Type: AWS::Lambda::CodeSigningConfig
    Properties: {{CodeSigningPolicies: {{UntrustedArtifactOnDeployment: Enforce}}}}
  Work: {{Type: AWS::Lambda::Function, Properties: {{{properties}}}}}
"
            );
            found(&RULE, &text).len()
        };
        assert_eq!(with("Code: {S3Bucket: b, S3Key: k}"), 1);
        assert_eq!(with("Code: {ZipFile: x}"), 1);
        assert_eq!(with("Code: {ImageUri: i}"), 0);
        assert_eq!(with("CodeSigningConfigArn: !Ref Signed"), 0);
    }
}
