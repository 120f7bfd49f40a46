use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::grants::{access, role_of};
use crate::rules::shared::{Mapping, QUEUE, Source, TABLE, mappings};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "mapping-permission",
    severity: Severity::Error,
    says: "Lambda reads the source with the function's role, which may not: the mapping is refused and the stack \
           rolled back",
    fix: "Allow the role what reading takes, on the source's ARN: for a queue ReceiveMessage, DeleteMessage and \
          GetQueueAttributes",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"),
    check,
    passing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                Resource: arn:aws:sqs:eu-west-1:111111111111:jobs
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, Role: !GetAtt Role.Arn}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:111111111111:jobs
      FunctionName: !Ref Work
      FunctionResponseTypes: [ReportBatchItemFailures]
",
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: 'sqs:ReceiveMessage', Resource: 'arn:aws:sqs:eu-west-1:111111111111:jobs'}
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, Role: !GetAtt Role.Arn}}
  Source:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', FunctionName: !Ref Work}
",
};

/// What Lambda itself does with a source.
pub(super) fn needs(mapping: &Mapping<'_>) -> &'static [&'static str] {
    let service = mapping.resource.text("EventSourceArn").and_then(|arn| arn.split(':').nth(2));
    match (mapping.source.map(|source| source.kind.as_str()), service) {
        (Some(QUEUE), _) | (_, Some("sqs")) => &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        (Some(TABLE), _) | (_, Some("dynamodb")) => {
            &["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        }
        _ => &["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
    }
}

/// By which ARNs a policy may name a source; none where only AWS knows.
pub(super) fn asked(world: &World, mapping: &Mapping<'_>) -> Vec<String> {
    match (mapping.resource.text("EventSourceArn"), mapping.source) {
        (Some(arn), _) if arn.starts_with("arn:") && !arn.contains("/consumer/") => vec![arn.to_owned()],
        (Some(arn), Some(table)) if table.kind == TABLE => {
            vec![arn.to_owned(), format!("{}/stream/{{label}}", table.arn(&world.location))]
        }
        _ => Vec::new(),
    }
}

fn check(world: &World, findings: &mut Findings<'_>) {
    let all = mappings(world, Source::Queue).into_iter().chain(mappings(world, Source::Stream));
    for mapping in all {
        let (Some(function), arns) = (mapping.function(), asked(world, &mapping)) else { continue };
        let Some(role) = role_of(world, function, "Role") else { continue };
        let access = access(world, role);
        let allowed = |action: &str| arns.iter().any(|arn| access.allowing(action, arn).next().is_some());
        let lacks: Vec<_> = needs(&mapping).iter().filter(|action| !allowed(action)).copied().collect();
        if lacks.is_empty() || arns.is_empty() {
            continue;
        }
        if access.open {
            findings.unknown(role, "what all of its policies allow");
        } else {
            let message = format!("{} does not allow {} on the source", role.id, lacks.join(", "));
            findings.on(mapping.resource, message);
        }
    }
}
