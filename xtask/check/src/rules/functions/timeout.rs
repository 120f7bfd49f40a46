use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{FUNCTION, callee, number_or, same};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "function-timeout",
    severity: Severity::Error,
    says: "The function is still at work when its caller has given up, who sees a failure and calls again",
    fix: "Lower Timeout below what its trigger waits for, or call the function through a queue",
    link: Some("https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 240}}
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::lake
        RoleARN: arn:aws:iam::111111111111:role/deliver
        Prefix: data/
        ErrorOutputPrefix: errors/
        ProcessingConfiguration:
          Enabled: true
          Processors:
            - Type: Lambda
              Parameters: [{ParameterName: LambdaArn, ParameterValue: !GetAtt Work.Arn}]
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 600}}
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties:
      ExtendedS3DestinationConfiguration:
        BucketARN: arn:aws:s3:::lake
        RoleARN: arn:aws:iam::111111111111:role/deliver
        Prefix: data/
        ErrorOutputPrefix: errors/
        ProcessingConfiguration:
          Enabled: true
          Processors:
            - Type: Lambda
              Parameters: [{ParameterName: LambdaArn, ParameterValue: !GetAtt Work.Arn}]
",
};

/// Who waits for a function, how long at most, by the service that its permission names.
const WAITING: [(&str, f64, &str); 3] = [
    ("apigateway.amazonaws.com", 30.0, "an API gives up after 29 or 30 s"),
    ("cognito-idp.amazonaws.com", 5.0, "Cognito gives up after 5 s"),
    ("lex.amazonaws.com", 30.0, "Lex gives up after 30 s"),
];
const LONGEST: f64 = 900.0;

fn check(world: &World, findings: &mut Findings<'_>) {
    for function in world.of_kind(FUNCTION) {
        let timeout = function.get("Timeout");
        let Some(seconds) = number_or(timeout, 3.0) else {
            findings.unknown(function, "its timeout");
            continue;
        };
        if !(1.0..=LONGEST).contains(&seconds) {
            findings.at(function, timeout, format!("a function runs for 1 to {LONGEST} s, not for {seconds} s"));
        }
        for (most, why) in waiting(world, function) {
            if seconds > most {
                findings.at(function, timeout, format!("it may run for {seconds} s, and {why}"));
            }
        }
    }
}

fn waiting(world: &World, function: &Resource) -> Vec<(f64, &'static str)> {
    let calls = |text: &str| callee(world, text).is_some_and(|called| same(called.function, function));
    let mut all = Vec::new();
    for permission in world.of_kind("AWS::Lambda::Permission") {
        if permission.text("FunctionName").is_some_and(calls) {
            let by = WAITING.iter().find(|(service, ..)| permission.text("Principal") == Some(service));
            all.extend(by.map(|(_, most, why)| (*most, *why)));
        }
    }
    for delivery in world.of_kind("AWS::KinesisFirehose::DeliveryStream") {
        delivery.properties.walk(&mut |node| {
            let is_function = node.get("ParameterName").text() == Some("LambdaArn") && !node.entries().is_empty();
            if is_function && node.get("ParameterValue").text().is_some_and(calls) {
                all.push((300.0, "Firehose gives up after 300 s"));
            }
        });
    }
    all.dedup();
    all
}
