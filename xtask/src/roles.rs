//! What the roles of our functions allow, judged by what their policies come to: what a function does, and nothing else.

use check::iam::{Decision, Policy, Request, decide};
use check::world::{Resource, World};

use crate::judge;
use crate::project::Project;
use crate::stages;

fn world() -> World {
    let project = Project::find().unwrap();
    let stage = stages::load(&project, "dev").unwrap();
    judge::world(&stage).unwrap()
}

fn policies(role: &Resource) -> Vec<Policy> {
    let written = role.get("Policies").items().iter();
    written.map(|policy| Policy::read(policy.get("PolicyDocument"))).collect()
}

fn decided(world: &World, function: &str, action: &str, resource: &str) -> Decision {
    let role = world.resources().find(|resource| resource.id == format!("{function}Role"));
    let policies = policies(role.unwrap_or_else(|| panic!("{function} has no role")));
    let request = Request { action: action.to_owned(), resource: resource.to_owned(), ..Request::default() };
    // What a list is asked for is part of the request.
    let request = request.with("s3:prefix", "flats/clean/2026").with("aws:SecureTransport", "true");
    decide(&policies.iter().collect::<Vec<_>>(), &[], &request)
}

const BUCKETS: &str = "arn:aws:s3:::millrace-dev";
const ACCOUNT: &str = "111111111111";

/// A function, what it asks for, and of what.
const ALLOWED: [(&str, &str, &str); 43] = [
    ("WriteToS3", "s3:PutObject", "{b}-output-{a}/context=write_to_s3/date=2026-01-01/x.json"),
    ("WriteToS3", "s3:PutObject", "{b}-output-{a}/context=rejected/x.jsonl"),
    ("WriteToS3", "kinesis:GetRecords", "arn:aws:kinesis:eu-west-1:{a}:stream/millrace-dev-taxi"),
    ("WriteToS3", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-taxi-failures"),
    (
        "SendToFirehose",
        "firehose:PutRecordBatch",
        "arn:aws:firehose:eu-west-1:{a}:deliverystream/millrace-dev-taxi-delivery",
    ),
    ("AutoscaleShards", "kinesis:UpdateShardCount", "arn:aws:kinesis:eu-west-1:{a}:stream/millrace-dev-taxi"),
    ("AutoscaleShards", "cloudwatch:GetMetricData", "*"),
    ("AutoscaleShards", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-autoscale-failures"),
    (
        "AutoscaleShards",
        "logs:PutLogEvents",
        "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-autoscale-shards:*",
    ),
    ("Consolidate", "s3:GetObjectVersion", "{b}-accommodation-{a}/accommodation/a.jsonl"),
    ("Consolidate", "s3:PutObject", "{b}-output-{a}/accommodation/year=2026/month=01/day=01/a.jsonl"),
    ("Consolidate", "s3:AbortMultipartUpload", "{b}-output-{a}/accommodation/rejected/a.jsonl"),
    ("Consolidate", "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:{a}:table/millrace-dev-priorities"),
    ("Consolidate", "sqs:DeleteMessage", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-accommodation"),
    ("Transform", "s3:GetObjectVersion", "{b}-flats-{a}/flats/a.zip"),
    ("Transform", "s3:PutObject", "{b}-curated-{a}/flats/clean/2026-01-01/00/b/flats.csv.gz"),
    ("Transform", "s3:PutObject", "{b}-curated-{a}/flats/rejected/a.jsonl"),
    ("Transform", "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-flats"),
    ("LoadWarehouse", "s3:GetObject", "{b}-curated-{a}/flats/clean/2026-01-01/00/b/flats.csv.gz"),
    ("LoadWarehouse", "s3:ListBucket", "{b}-curated-{a}"),
    ("LoadWarehouse", "dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:{a}:table/millrace-dev-load-ledger"),
    ("LoadWarehouse", "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:{a}:table/millrace-dev-load-ledger"),
    ("LoadWarehouse", "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-warehouse"),
    ("LoadWarehouse", "ec2:CreateNetworkInterface", "arn:aws:ec2:eu-west-1:{a}:subnet/x"),
    ("WriteToS3", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-write-to-s3:*"),
    ("Consolidate", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-consolidate:*"),
    ("Transform", "logs:CreateLogStream", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-transform:*"),
    ("OrdersEtl", "s3:GetObject", "{b}-raw-{a}/orders/orders_data/orders.csv"),
    ("OrdersEtl", "s3:PutObject", "{b}-output-{a}/orders/analytics_export/orders/agg_shipments.csv"),
    ("OrdersEtl", "s3:AbortMultipartUpload", "{b}-output-{a}/orders/analytics_export/orders/agg_shipments.csv"),
    ("OrdersEtl", "sns:Publish", "arn:aws:sns:eu-west-1:{a}:millrace-dev-orders"),
    ("OrdersEtl", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-orders-failures"),
    ("OrdersEtl", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-orders-etl:*"),
    ("PullRates", "s3:PutObject", "{b}-raw-{a}/rates/batch=a/page-000001.json"),
    ("PullRates", "s3:AbortMultipartUpload", "{b}-raw-{a}/rates/batch=a/page-000001.json"),
    ("PullRates", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-pull-rates:*"),
    ("Curate", "s3:PutObject", "{b}-curated-{a}/rates/visible/pulled=2026-01-01/a"),
    ("Curate", "s3:AbortMultipartUpload", "{b}-curated-{a}/rates/data/pulled=2026-01-01/a/prices/part-00000.parquet"),
    ("Curate", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-curate:*"),
    ("LoadRates", "s3:GetObject", "{b}-raw-{a}/rates/reference/ports.csv"),
    ("LoadRates", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-rates-load-failures"),
    ("LoadRates", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-load-rates:*"),
    (
        "LoadWarehouse",
        "logs:PutLogEvents",
        "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-load-warehouse:*",
    ),
];

/// What would be too much for any of them, even of their own resources.
const NEVER: [(&str, &str); 18] = [
    ("s3:DeleteObject", "{b}-output-{a}/accommodation/a.jsonl"),
    ("s3:PutObject", "{b}-artifacts-{a}/consolidate/code.zip"),
    ("s3:PutObject", "{b}-accommodation-{a}/accommodation/a.jsonl"),
    ("s3:GetObject", "arn:aws:s3:::somebody-elses/a"),
    ("s3:PutBucketPolicy", "{b}-output-{a}"),
    ("dynamodb:DeleteTable", "arn:aws:dynamodb:eu-west-1:{a}:table/millrace-dev-load-ledger"),
    ("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:{a}:table/millrace-dev-priorities"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:{a}:table/millrace-prod-priorities"),
    ("sqs:PurgeQueue", "arn:aws:sqs:eu-west-1:{a}:millrace-dev-accommodation"),
    ("kinesis:UpdateShardCount", "arn:aws:kinesis:eu-west-1:{a}:stream/millrace-prod-taxi"),
    ("kinesis:DeleteStream", "arn:aws:kinesis:eu-west-1:{a}:stream/millrace-dev-taxi"),
    ("kinesis:PutRecord", "arn:aws:kinesis:eu-west-1:{a}:stream/millrace-dev-taxi"),
    ("iam:PassRole", "arn:aws:iam::{a}:role/x"),
    ("sts:AssumeRole", "arn:aws:iam::{a}:role/x"),
    ("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:{a}:function:millrace-dev-consolidate"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:{a}:secret:another"),
    ("logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:{a}:log-group:/aws/lambda/millrace-dev-consolidate:*"),
    ("cloudformation:UpdateStack", "arn:aws:cloudformation:eu-west-1:{a}:stack/millrace-dev-load/x"),
];

fn spelt(resource: &str) -> String {
    resource.replace("{b}", BUCKETS).replace("{a}", ACCOUNT)
}

#[test]
fn each_role_allows_what_its_function_does_and_nothing_else() {
    let world = world();
    for (function, action, resource) in ALLOWED {
        assert_eq!(
            decided(&world, function, action, &spelt(resource)),
            Decision::Allowed,
            "{function} {action} {resource}"
        );
    }
    let functions: Vec<_> = world.of_kind("AWS::Lambda::Function").map(|function| function.id.clone()).collect();
    assert_eq!(functions.len(), stages::load(&Project::find().unwrap(), "dev").unwrap().pipelines.functions().len());
    for (function, (action, resource)) in functions.iter().flat_map(|function| NEVER.map(|never| (function, never))) {
        let decision = decided(&world, function, action, &spelt(resource));
        assert_ne!(decision, Decision::Allowed, "{function} {action} {resource}");
    }
    // What one may, no other may.
    for (function, action, resource) in ALLOWED.into_iter().filter(|(_, action, _)| !action.starts_with("kinesis")) {
        for other in functions.iter().filter(|other| *other != function) {
            let decision = decided(&world, other, action, &spelt(resource));
            let shared = (function, other.as_str(), action) == ("Transform", "LoadWarehouse", "s3:GetObject")
                || (other == "SendToFirehose" && action == "sqs:SendMessage" && function == "WriteToS3")
                // Ports and regions lie beside what is pulled.
                || (function == "LoadRates" && ["PullRates", "Curate"].contains(&other.as_str()) && action == "s3:GetObject")
                || (["OrdersEtl", "LoadRates"].contains(&other.as_str()) && action.starts_with("ec2:"));
            assert!(
                shared || decision != Decision::Allowed,
                "{other} may do what {function} does: {action} {resource}"
            );
        }
    }
}
