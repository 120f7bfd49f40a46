//! The most that a role of the stage may, whatever its own policies say: what its programs do, with what is the stage's.

use serde_json::json;

use super::allowed::{Allowed, together};
use super::reach::{Reach, Tagged};
use crate::stage::Rates;

/// No role may do more with roles than hand one of the stage's to a container, and none may take on another.
pub(super) fn boundary(reach: &Reach<'_>) -> Vec<Allowed> {
    let to_tasks = json!({ "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
    let source = reach.stage.pipelines.rates.as_ref().and_then(|rates: &Rates| rates.secret.as_ref());
    // A bucket's ARN names no account, and anybody may call theirs as we call ours.
    let in_the_account = json!({ "StringEquals": { "aws:ResourceAccount": reach.stage.account.as_str() } });
    let mut all = vec![
        reach
            .allow(&["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], &["s3:::{f}-*-{a}"])
            .when(in_the_account.clone()),
        reach
            .allow(
                &["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
                &["s3:::{f}-*-{a}/*"],
            )
            .when(in_the_account),
        reach.allow(
            &[
                "kinesis:AddTagsToStream",
                "kinesis:Describe*",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
                "kinesis:ListTagsForStream",
                "kinesis:UpdateShardCount",
            ],
            &["kinesis:{r}:{a}:stream/{f}-*"],
        ),
        reach.allow(
            &[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
            &["sqs:{r}:{a}:{f}-*"],
        ),
        reach.allow(&["firehose:PutRecordBatch"], &["firehose:{r}:{a}:deliverystream/{f}-*"]),
        reach.allow(
            &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            &["dynamodb:{r}:{a}:table/{f}-*"],
        ),
        reach.allow(&["sns:Publish"], &["sns:{r}:{a}:{f}-*"]),
        // Of releases, besides: an alias shifted from one version to the next, while alarms are looked at.
        reach.allow(
            &[
                "lambda:GetAlias",
                "lambda:GetProvisionedConcurrencyConfig",
                "lambda:InvokeFunction",
                "lambda:UpdateAlias",
            ],
            &["lambda:{r}:{a}:function:{f}-*"],
        ),
        reach.allow(&["cloudwatch:DescribeAlarms"], &["cloudwatch:{r}:{a}:alarm:{f}-*"]),
        reach.allow(&["states:StartExecution"], &["states:{r}:{a}:stateMachine:{f}-*"]),
        // Glue has its own groups of logs, which all jobs of an account share.
        reach.allow(
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            &[
                "logs:{r}:{a}:log-group:/aws/lambda/{f}-*",
                "logs:{r}:{a}:log-group:/aws/kinesisfirehose/{f}-*",
                "logs:{r}:{a}:log-group:/ecs/{f}-*",
                "logs:{r}:{a}:log-group:/aws-glue/*",
            ],
        ),
        reach.allow(
            &["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"],
            &["glue:{r}:{a}:job/{f}-*"],
        ),
        reach.allow(
            &["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            &["ecr:{r}:{a}:repository/{f}/*"],
        ),
        reach.allow(
            &["ecs:DescribeTasks", "ecs:RunTask", "ecs:StopTask"],
            &["ecs:{r}:{a}:task-definition/{f}-*", "ecs:{r}:{a}:task/{f}-*"],
        ),
        reach.allow(
            &["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            &["events:{r}:{a}:rule/StepFunctionsGetEventsForECSTaskRule"],
        ),
        reach.allow(&["iam:PassRole"], &["iam::{a}:role/{p}/*"]).when(to_tasks),
        reach.allow(
            &["redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"],
            // A workgroup's ARN is made up by AWS.
            &["redshift:{r}:{a}:cluster:{f}-*", "redshift-serverless:{r}:{a}:workgroup/*"],
        ),
        // What these are asked of has no name, or one that nobody knows before; each role names its own.
        reach.allow(
            &["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            &[
                "secretsmanager:{r}:{a}:secret:rds!*",
                "secretsmanager:{r}:{a}:secret:redshift!*",
                "secretsmanager:{r}:{a}:secret:WarehouseSecret-*",
            ],
        ),
        reach
            .allow(
                &["dms:AddTagsToResource", "dms:ListTagsForResource", "dms:ModifyEndpoint", "dms:StartReplicationTask"],
                &["dms:{r}:{a}:*"],
            )
            .when(reach.tagged(Tagged::Resource)),
        reach
            .allow(&["kms:Decrypt", "kms:GenerateDataKey*"], &["kms:{r}:{a}:key/*"])
            .when(reach.tagged(Tagged::Resource)),
        Allowed::of(
            &[
                "cloudwatch:GetMetricData",
                "dms:DescribeReplicationTasks",
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ecr:GetAuthorizationToken",
                "redshift-data:CancelStatement",
                "redshift-data:DescribeStatement",
                "redshift-data:GetStatementResult",
            ],
            json!("*"),
        ),
    ];
    if let Some(secret) = source {
        all.push(Allowed::of(&["secretsmanager:GetSecretValue"], json!(secret.as_str())));
    }
    together(all)
}
