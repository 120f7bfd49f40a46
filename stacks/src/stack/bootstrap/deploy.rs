//! What workflows may: drive the stage's stacks and its copies', put there what they are made of, and look.

use serde_json::{Value, json};

use super::allowed::{Allowed, together};
use super::reach::{Reach, Tagged};
use crate::names;
use crate::stage::SigningProfile;

const ARTIFACTS: &str = "s3:::{f}-artifacts-{a}";

/// What it takes to make copies, feed them and take them away again: nothing of the stage itself.
pub(super) fn copying(copies: &Reach<'_>) -> Vec<Allowed> {
    let mut all = driving(copies);
    all.extend(emptying(copies));
    all.extend(feeding(copies));
    together(all)
}

/// What it takes to deploy: stacks are changed by way of one other role, which is handed to CloudFormation and cannot be taken on.
pub(super) fn driving(reach: &Reach<'_>) -> Vec<Allowed> {
    let stacks = reach.stacks();
    let execution = names::ci_role_arn(reach.stage, names::EXECUTION);
    let with_the_role = json!({ "StringEquals": { "cloudformation:RoleArn": execution } });
    let to_cloudformation = json!({ "StringEquals": { "iam:PassedToService": "cloudformation.amazonaws.com" } });
    let changing =
        ["cloudformation:ContinueUpdateRollback", "cloudformation:CreateChangeSet", "cloudformation:DeleteStack"];
    let following = [
        "cloudformation:CancelUpdateStack",
        "cloudformation:DeleteChangeSet",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
    ];
    let pushing = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:CompleteLayerUpload",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    ];
    let mut all = vec![
        Allowed::of(&changing, json!(stacks)).when(with_the_role),
        Allowed::of(&following, json!(stacks)),
        Allowed::of(&["iam:PassRole"], json!(execution)).when(to_cloudformation),
        // Archives and templates, and the lease that says whose turn it is.
        reach.allow(&["s3:PutObject"], &[&format!("{ARTIFACTS}/*")]),
        Allowed::of(&["ecr:GetAuthorizationToken"], json!("*")),
        reach.allow(&pushing, &["ecr:{r}:{a}:repository/{f}/*"]),
    ];
    if reach.stage.hotswap {
        all.push(reach.allow(&["lambda:UpdateFunctionCode"], &["lambda:{r}:{a}:function:{f}-*"]));
    }
    all
}

/// To drive the stage itself, and to have its archives signed where that is asked for.
pub(super) fn deploying(alone: &Reach<'_>) -> Vec<Allowed> {
    let mut all = driving(alone);
    all.extend(alone.stage.code_signing.iter().flat_map(|profile| signing(alone, profile)));
    all
}

/// By one version of one profile. The signer reads and writes archives in the caller's name. Which functions ask for a signature is
/// CloudFormation's to say: none is freed from it past its stack.
fn signing(alone: &Reach<'_>, profile: &SigningProfile) -> Vec<Allowed> {
    let this_version = json!({ "StringEquals": { "signer:ProfileVersion": profile.version() } });
    let jobs = alone.placed("signer:{r}:{a}:/signing-jobs/*");
    let freeing = [
        "lambda:DeleteFunctionCodeSigningConfig",
        "lambda:PutFunctionCodeSigningConfig",
        "lambda:UpdateCodeSigningConfig",
    ];
    vec![
        Allowed::of(&["signer:DescribeSigningJob", "signer:GetSigningProfile"], json!([jobs, profile.unversioned()])),
        Allowed::of(&["signer:StartSigningJob"], json!(profile.unversioned())).when(this_version),
        alone.allow(&["s3:GetObjectVersion"], &[&format!("{ARTIFACTS}/*")]),
        Allowed::never(&freeing, json!("*")),
    ]
}

/// A copy goes with its data, and CloudFormation deletes no bucket that holds any.
fn emptying(copies: &Reach<'_>) -> Vec<Allowed> {
    vec![
        copies.allow(&["s3:ListBucket", "s3:ListBucketVersions"], &["s3:::{f}-*-{a}"]),
        copies.allow(&["s3:DeleteObject", "s3:DeleteObjectVersion"], &["s3:::{f}-*-{a}/*"]),
    ]
}

/// What `send`, `invoke` and `verify` do with a copy.
fn feeding(copies: &Reach<'_>) -> Vec<Allowed> {
    let catalog = ["glue:{r}:{a}:catalog", "glue:{r}:{a}:database/{c}_*", "glue:{r}:{a}:table/{c}_*/*"];
    let executions = ["states:{r}:{a}:stateMachine:{f}-*", "states:{r}:{a}:execution:{f}-*"];
    vec![
        copies.allow(&["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], &["s3:::{f}-*-{a}/*"]),
        copies.allow(&["s3:GetBucketLocation"], &["s3:::{f}-*-{a}"]),
        copies.allow(&["kinesis:PutRecords"], &["kinesis:{r}:{a}:stream/{f}-*"]),
        copies.allow(&["dynamodb:GetItem", "dynamodb:PutItem"], &["dynamodb:{r}:{a}:table/{f}-*"]),
        copies.allow(&["lambda:InvokeFunction"], &["lambda:{r}:{a}:function:{f}-*"]),
        copies.allow(&["states:DescribeExecution", "states:GetExecutionHistory", "states:StartExecution"], &executions),
        copies.allow(
            &["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"],
            &["athena:{r}:{a}:workgroup/{f}-*"],
        ),
        copies.allow(&["glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"], &catalog),
        copies
            .allow(&["secretsmanager:GetSecretValue"], &["secretsmanager:{r}:{a}:secret:*"])
            .when(copies.tagged(Tagged::Resource)),
    ]
}

/// What `plan`, `status` and the look before a deploy read: how things stand, and no data.
pub(super) fn looking(reach: &Reach<'_>) -> Vec<Allowed> {
    let mut stacks = reach.stacks();
    let reading = [
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeEvents",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStackResourceDrifts",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
    ];
    // Which stages are copies, whose time is over, is told by the tags of all stacks.
    let account = [
        "cloudformation:DescribeStackDriftDetectionStatus",
        "cloudformation:DescribeStacks",
        "cloudformation:ListImports",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
    ];
    let roles =
        [names::DEPLOY, names::PLAN, names::COPIES].map(|role| Value::from(names::ci_role_arn(reach.stage, role)));
    let mut all = vec![Allowed::of(&account, json!("*"))];
    stacks.push(reach.placed("cloudformation:{r}:{a}:changeSet/millrace-*"));
    all.push(Allowed::of(&reading, json!(stacks)));
    all.extend([
        reach.allow(&["s3:ListBucket"], &[ARTIFACTS]),
        reach.allow(&["s3:GetObject"], &[&format!("{ARTIFACTS}/*")]),
        reach.allow(&["ecr:BatchGetImage", "ecr:DescribeRepositories"], &["ecr:{r}:{a}:repository/{f}/*"]),
        reach.allow(&["kinesis:DescribeStreamSummary"], &["kinesis:{r}:{a}:stream/{f}-*"]),
        reach.allow(&["lambda:GetFunctionConfiguration"], &["lambda:{r}:{a}:function:{f}-*"]),
        reach.allow(&["sqs:GetQueueAttributes", "sqs:GetQueueUrl"], &["sqs:{r}:{a}:{f}-*"]),
        reach.allow(&["sns:ListSubscriptionsByTopic"], &["sns:{r}:{a}:{f}-*"]),
        reach.allow(&["states:ListExecutions"], &["states:{r}:{a}:stateMachine:{f}-*"]),
        // What it may not do is said before it is begun.
        Allowed::of(&["iam:GetRole", "iam:SimulatePrincipalPolicy"], roles.into_iter().collect()),
    ]);
    all
}
