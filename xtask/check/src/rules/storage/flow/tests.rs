use super::RULE;
use crate::rules::tests::found;

/// A bucket, a queue, a topic, a stream and two functions, with what is said of them put in.
fn drawn(notifications: &str, allows: &[(&str, &str)], environment: &str, more: &str) -> Vec<String> {
    let statements: Vec<_> = allows
        .iter()
        .map(|(action, resource)| format!("{{Effect: Allow, Action: '{action}', Resource: !Sub '{resource}'}}"))
        .collect();
    let text = format!(
        "
Resources:
  Lake:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: lake, NotificationConfiguration: {notifications}}}
  Other: {{Type: AWS::S3::Bucket}}
  Jobs: {{Type: AWS::SQS::Queue}}
  News: {{Type: AWS::SNS::Topic}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{}]}}}}]
  Work:
    Type: AWS::Lambda::Function
    Properties: {{Role: !GetAtt Role.Arn, Environment: {{Variables: {environment}}}}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {{EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Work}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {{TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}}
{more}
",
        statements.join(", ")
    );
    found(&RULE, &text).into_iter().map(|one| one.message.rsplit(": ").next().unwrap_or_default().to_owned()).collect()
}

const TO_QUEUE: &str = "{QueueConfigurations: [{Event: 's3:ObjectCreated:*', Queue: !GetAtt Jobs.Arn, \
                        Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}, {Name: suffix, Value: .csv}]}}}]}";

#[test]
fn a_loop_over_several_hops_is_drawn() {
    assert_eq!(drawn(TO_QUEUE, &[("s3:PutObject", "${Lake.Arn}/*")], "{}", ""), ["Lake → Jobs → Work → Lake"]);
    let topic = "{TopicConfigurations: [{Event: 's3:ObjectCreated:Put', Topic: !Ref News}]}";
    assert_eq!(drawn(topic, &[("s3:*", "${Lake.Arn}/out/*")], "{}", ""), ["Lake → News → Jobs → Work → Lake"]);
    assert_eq!(drawn("{}", &[("sns:Publish", "${News}")], "{}", ""), ["Jobs → Work → News → Jobs"]);
    assert_eq!(drawn("{}", &[("sqs:SendMessage", "${Jobs.Arn}")], "{}", ""), ["Jobs → Work → Jobs"]);
}

#[test]
fn keys_that_cannot_meet_are_no_loop() {
    for resource in ["${Lake.Arn}/out/*", "${Lake.Arn}/in/*.json", "${Other.Arn}/*", "${Lake.Arn}"] {
        assert_eq!(drawn(TO_QUEUE, &[("s3:PutObject", resource)], "{}", ""), [""; 0], "{resource}");
    }
    assert_eq!(drawn(TO_QUEUE, &[("s3:GetObject", "${Lake.Arn}/*")], "{}", ""), [""; 0]);
    let removed = TO_QUEUE.replace("ObjectCreated", "ObjectRemoved");
    assert_eq!(drawn(&removed, &[("s3:PutObject", "${Lake.Arn}/*")], "{}", ""), [""; 0]);
}

#[test]
fn the_environment_says_where_a_wide_role_writes() {
    let wide = [("s3:PutObject", "${Lake.Arn}/*")];
    assert_eq!(drawn(TO_QUEUE, &wide, "{INPUT: 's3://lake/in/', OUTPUT: 's3://lake/out/'}", ""), [""; 0]);
    assert_eq!(drawn(TO_QUEUE, &wide, "{OUTPUT: 's3://lake/in/a/'}", "").len(), 1);
    assert_eq!(drawn(TO_QUEUE, &wide, "{OUTPUT_PREFIX: out/}", ""), [""; 0]);
    let any = [("s3:PutObject", "*")];
    assert_eq!(drawn(TO_QUEUE, &any, "{}", ""), [""; 0]);
    assert_eq!(drawn(TO_QUEUE, &any, "{OUTPUT: !Ref Other}", ""), [""; 0]);
    assert_eq!(drawn(TO_QUEUE, &any, "{OUTPUT: !Ref Lake}", "").len(), 1);
}

#[test]
fn events_and_delivery_streams_are_hops_too() {
    let more = "
  Arrived:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        detail-type: [Object Created]
        detail: {bucket: {name: [!Ref Lake]}, object: {key: [{prefix: in/}]}}
      Targets: [{Id: work, Arn: !GetAtt Work.Arn}]
  Delivery:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties: {ExtendedS3DestinationConfiguration: {BucketARN: !GetAtt Lake.Arn, Prefix: 'in/!{timestamp:yyyy}/'}}
";
    let on = "{EventBridgeConfiguration: {EventBridgeEnabled: true}}";
    assert_eq!(drawn(on, &[("s3:PutObject", "${Lake.Arn}/in/*")], "{}", more), ["Lake → Work → Lake"]);
    let through = drawn(on, &[("firehose:PutRecordBatch", "${Delivery.Arn}")], "{}", more);
    assert_eq!(through, ["Lake → Work → Delivery → Lake"]);
    let elsewhere = more.replace("'in/!", "'out/!");
    assert_eq!(drawn(on, &[("firehose:PutRecordBatch", "${Delivery.Arn}")], "{}", &elsewhere), [""; 0]);
}
