//! A stage that workflows deploy: nothing without its roles, its functions work within the boundary, and a workflow's session may
//! what it should and nothing else. The emulator believes any token and enforces every policy.

use aws_config::SdkConfig;
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_sts::config::Credentials;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use std::fs;

use crate::common::{LocalStage, client_config, text};

const STAGE: &str = r#"project: millrace
account: "000000000000"
region: eu-west-1
runs_on: emulator
architecture: native
keep_data: false
ci: {repository: example/millrace}
pipelines:
  taxi:
    consumers: {batch_window_seconds: 1}
    delivery: {buffer_seconds: 60}
"#;

const ACCOUNT: &str = "000000000000";
const HOST: &str = "token.actions.githubusercontent.com";

/// What the code host would sign.
fn token(subject: &str) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "iss": format!("https://{HOST}"), "aud": "sts.amazonaws.com", "sub": subject, "exp": 4_102_444_800_u64 });
    format!("{}.{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims), URL_SAFE_NO_PAD.encode("signed"))
}

/// The role as a workflow has it; what was refused otherwise.
async fn taken_on(config: &SdkConfig, role: &str, subject: &str) -> Result<SdkConfig, String> {
    let sts = aws_sdk_sts::Client::new(config);
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/ci/millrace-bound-{role}");
    let call = sts.assume_role_with_web_identity().role_arn(arn).role_session_name("workflow");
    let answer = call.web_identity_token(token(subject)).send().await;
    let answer = answer.map_err(|error| error.code().unwrap_or_default().to_owned())?;
    let given = answer.credentials.unwrap();
    let session =
        Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), None, "workflow");
    let provider = aws_sdk_sts::config::SharedCredentialsProvider::new(session);
    Ok(config.to_builder().credentials_provider(provider).build())
}

fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(true).build())
}

async fn put(config: &SdkConfig, bucket: &str) -> Result<(), String> {
    let call = s3(config).put_object().bucket(format!("millrace-bound-{bucket}-{ACCOUNT}")).key("x");
    let answer = call.body(ByteStream::from_static(b"x")).send().await;
    answer.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
}

async fn described(config: &SdkConfig) -> Result<usize, String> {
    let call = aws_sdk_cloudformation::Client::new(config).describe_stacks().stack_name("millrace-bound-stream");
    let answer = call.send().await.map_err(|error| error.code().unwrap_or_default().to_owned())?;
    Ok(answer.stacks.unwrap_or_default().len())
}

/// What becomes of a change set that is asked for.
async fn change_set(config: &SdkConfig, stack: &str, name: &str) -> Result<(), String> {
    let template = r#"{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}"#;
    let call = aws_sdk_cloudformation::Client::new(config).create_change_set().stack_name(stack).change_set_name(name);
    let call =
        call.template_body(template).role_arn(format!("arn:aws:iam::{ACCOUNT}:role/ci/millrace-bound-execution"));
    let kind = aws_sdk_cloudformation::types::ChangeSetType::Update;
    let answer = call.change_set_type(kind).send().await;
    answer.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_bound_stage_works_and_its_workflows_may_no_more_than_they_should() {
    let stage = LocalStage::new();
    fs::write(stage.checkout().join("environments/bound.yaml"), STAGE).unwrap();

    // Nothing is begun before there are roles.
    let early = stage.run(&["deploy", "--stage", "bound", "--yes"]);
    assert_eq!(early.status.code(), Some(3), "{}", text(&early.stderr));
    assert!(text(&early.stderr).contains("cargo xtask bootstrap --stage bound"), "{}", text(&early.stderr));

    let made = stage.json(&["bootstrap", "--stage", "bound", "--existing-provider", "--yes"]);
    assert_eq!(made["variables"][0][1], format!("arn:aws:iam::{ACCOUNT}:role/ci/millrace-bound-deploy"));
    let again = stage.json(&["bootstrap", "--stage", "bound", "--existing-provider", "--yes"]);
    assert_eq!((&made["changed"], &again["changed"]), (&json!(true), &json!(false)));

    // The functions do their work within the boundary.
    let report = stage.json(&["deploy", "--stage", "bound", "--yes"]);
    let config = client_config(report["endpoint"].as_str().unwrap()).await;
    // The emulator's CloudFormation puts no boundary on a role, though its IAM keeps to one.
    let iam = aws_sdk_iam::Client::new(&config);
    let roles = iam.list_roles().path_prefix("/millrace/bound/").send().await.unwrap().roles;
    assert!(roles.len() >= 3, "{roles:?}");
    for role in &roles {
        let boundary = format!("arn:aws:iam::{ACCOUNT}:policy/ci/millrace-bound-boundary");
        let call = iam.put_role_permissions_boundary().role_name(&role.role_name).permissions_boundary(boundary);
        call.send().await.unwrap();
    }
    stage.succeed(&["send", "taxi", "--stage", "bound", "--count", "200"]);
    stage.succeed(&["verify", "taxi", "--stage", "bound", "--wait", "60"]);

    // A pull request looks, and that is all.
    let denied = |answer: Result<(), String>| answer.is_err_and(|code| code.contains("AccessDenied"));
    let looking = taken_on(&config, "plan", "repo:example/millrace:pull_request").await.unwrap();
    assert_eq!(described(&looking).await, Ok(1));
    assert!(denied(put(&looking, "artifacts").await));
    assert!(denied(change_set(&looking, "millrace-bound-stream", "by-a-pull-request").await));
    for (role, subject) in [
        ("plan", "repo:somebody/else:pull_request"),
        ("deploy", "repo:example/millrace:pull_request"),
        ("execution", "repo:example/millrace:environment:bound"),
    ] {
        assert!(taken_on(&config, role, subject).await.is_err(), "{role} {subject}");
    }

    // The emulator tells policies nothing of a token's branch, so that the trust is tried without it.
    let workflow = "repo:example/millrace:environment:bound";
    assert!(taken_on(&config, "deploy", workflow).await.is_err(), "without a branch");
    let answer = iam.get_role().role_name("millrace-bound-deploy").send().await.unwrap().role.unwrap();
    let trust = answer.assume_role_policy_document.unwrap();
    let trust = percent_encoding::percent_decode_str(&trust).decode_utf8().unwrap().into_owned();
    let mut trust: serde_json::Value = serde_json::from_str(&trust).unwrap();
    let claims = trust["Statement"][0]["Condition"]["StringEquals"].as_object_mut().unwrap();
    assert_eq!(claims.remove(&format!("{HOST}:ref")), Some(json!("refs/heads/main")));
    let call = iam.update_assume_role_policy().role_name("millrace-bound-deploy").policy_document(trust.to_string());
    call.send().await.unwrap();

    let deploying = taken_on(&config, "deploy", workflow).await.unwrap();
    assert_eq!(described(&deploying).await, Ok(1));
    assert_eq!(put(&deploying, "artifacts").await, Ok(()));
    assert!(denied(put(&deploying, "raw").await));
    assert!(denied(change_set(&deploying, "millrace-bound-bootstrap", "by-a-workflow").await));
    let role = aws_sdk_iam::Client::new(&deploying).create_role().role_name("admin").assume_role_policy_document("{}");
    let refused = role.send().await.unwrap_err();
    assert!(refused.code().unwrap_or_default().contains("AccessDenied"), "{refused:?}");
}
