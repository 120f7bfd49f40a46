use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::grants::{access, role_of};
use crate::rules::shared::resource_at;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "function-destination",
    severity: Severity::Error,
    says: "What the function gives up on is dropped instead of being kept, since its role may not send it there",
    fix: "Allow the function's role to send to the destination",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"),
    check,
    passing: "
Resources:
  Failures: {Type: AWS::SQS::Queue}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: granted
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Failures.Arn}]
  Daily: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Invocations:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Daily
      Qualifier: $LATEST
      DestinationConfig: {OnFailure: {Destination: !GetAtt Failures.Arn}}
",
    failing: "
Resources:
  Failures: {Type: AWS::SQS::Queue}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: granted
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'sqs:ReceiveMessage', Resource: !GetAtt Failures.Arn}]
  Daily: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Invocations:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Daily
      Qualifier: $LATEST
      DestinationConfig: {OnFailure: {Destination: !GetAtt Failures.Arn}}
",
};

/// What the role has to allow, by the service of the destination.
const SENDING: [(&str, &str); 4] = [
    (":sqs:", "sqs:SendMessage"),
    (":sns:", "sns:Publish"),
    (":lambda:", "lambda:InvokeFunction"),
    (":events:", "events:PutEvents"),
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for config in world.of_kind("AWS::Lambda::EventInvokeConfig") {
        let role = resource_at(world, config, "FunctionName").and_then(|function| role_of(world, function, "Role"));
        for way in ["DestinationConfig.OnFailure.Destination", "DestinationConfig.OnSuccess.Destination"] {
            let to = config.get(way);
            if to.is_missing() {
                continue;
            }
            let action = to.text().and_then(|arn| SENDING.iter().find(|(service, _)| arn.contains(service)));
            let (Some(role), Some(arn), Some((_, action))) = (role, to.text(), action) else {
                findings.unknown(config, "whether its function's role may send to its destination");
                continue;
            };
            let access = access(world, role);
            if access.allowing(action, arn).next().is_some() {
                continue;
            }
            if access.open {
                findings.unknown(config, "what its function's role allows");
            } else {
                findings.at(config, to, format!("{} does not allow {action} on it", role.id));
            }
        }
    }
}
