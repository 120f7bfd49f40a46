//! Where a stage names who signs, every function from an archive takes what that profile signed, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use stacks::stage::{Architecture, Copied, Scale, Stage, StageName};

const PROFILE: &str = "arn:aws:signer:eu-west-1:111111111111:/signing-profiles/millrace_dev/k3Xw9Qp2Ma";

/// Every pipeline, with an autoscaler and, as it is by default, one function as an image.
fn stage(signing: &str) -> Stage {
    let text = format!(
        "project: millrace\naccount: \"111111111111\"\nregion: eu-west-1\n{signing}pipelines:\n  \
         taxi: {{stream: {{autoscale: {{min_shards: 1, max_shards: 4}}}}}}\n  accommodation: {{}}\n  flats: {{}}\n  \
         orders: {{}}\n  rates: {{spark: {{above_mb: 2000}}}}\n"
    );
    let stage = Stage::parse(StageName::new("dev").unwrap(), "x.yaml", &text, Architecture::X86_64);
    stage.unwrap_or_else(|fault| panic!("{fault}"))
}

fn signed() -> Stage {
    stage(&format!("code_signing: {PROFILE}\n"))
}

fn templates(stage: &Stage) -> Vec<Value> {
    let rendered = stacks::render::render(stacks::stack::stacks(stage)).unwrap();
    rendered.iter().map(|stack| serde_saphyr::from_str(&stack.body).unwrap()).collect()
}

#[test]
fn every_archive_is_signed_and_no_image_is() {
    let (mut zips, mut images) = (0, 0);
    for template in templates(&signed()) {
        let resources = template["Resources"].as_object().unwrap();
        let functions: Vec<_> = resources.values().filter(|it| it["Type"] == "AWS::Lambda::Function").collect();
        let configs: Vec<_> =
            resources.iter().filter(|(_, it)| it["Type"] == "AWS::Lambda::CodeSigningConfig").collect();
        assert_eq!(configs.len(), usize::from(!functions.is_empty()));
        for (id, config) in configs {
            assert_eq!(id, "CodeSigning");
            let config = &config["Properties"];
            assert_eq!(config["AllowedPublishers"], json!({ "SigningProfileVersionArns": [PROFILE] }));
            assert_eq!(config["CodeSigningPolicies"], json!({ "UntrustedArtifactOnDeployment": "Enforce" }));
            assert!(config["Description"].as_str().unwrap().contains("millrace-dev-"), "{config}");
            assert!(config["Tags"].as_array().unwrap().contains(&json!({ "Key": "stage", "Value": "dev" })));
        }
        for function in functions.iter().map(|function| &function["Properties"]) {
            if function["PackageType"] == "Image" {
                images += 1;
                assert_eq!(function["CodeSigningConfigArn"], Value::Null);
                continue;
            }
            zips += 1;
            let asked = json!({ "Fn::GetAtt": ["CodeSigning", "CodeSigningConfigArn"] });
            assert_eq!(function["CodeSigningConfigArn"], asked);
            // The parameter itself takes no archive that this profile did not sign.
            let parameter = function["Code"]["S3Key"]["Ref"].as_str().unwrap();
            let pattern = &template["Parameters"][parameter]["AllowedPattern"];
            assert_eq!(pattern, r"signed/[a-z0-9-]+/[0-9a-f]{64}-k3Xw9Qp2Ma\.zip");
        }
    }
    assert!(zips >= 8 && images == 1, "{zips} and {images}");
}

#[test]
fn neither_without_the_key_nor_in_a_copy_is_anything_signed() {
    let copied = Copied {
        of: StageName::new("dev").unwrap(),
        scale: Scale::WHOLE,
        only: Vec::new(),
        local: false,
        expires: "2030-01-01T00:00:00Z".parse().unwrap(),
    };
    let copy = signed().copied(StageName::new("pr-1").unwrap(), copied, Architecture::X86_64).unwrap();
    for stage in [stage(""), copy] {
        for template in templates(&stage) {
            assert!(!template.to_string().contains("Signing"));
        }
    }
}
