use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::policies::holders;
use crate::rules::shared::{BUCKET, QUEUE, TOPIC};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-overwritten",
    severity: Severity::Error,
    says: "A queue or topic has one policy: the second one overwrites the first, and what that allowed or denied is gone",
    fix: "Put the statements of both into one policy",
    link: Some(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html",
    ),
    check,
    passing: super::deputy::RULE.passing,
    failing: "
Resources:
  Topic: {Type: 'AWS::SNS::Topic'}
  Publish:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: '111111111111'}, Action: 'sns:Publish', Resource: !Ref Topic}]
  Subscribe:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: {AWS: '222222222222'}, Action: 'sns:Subscribe', Resource: !Ref Topic}]
",
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for resource in world.resources().filter(|one| matches!(one.kind.as_str(), BUCKET | QUEUE | TOPIC)) {
        let all = holders(world, resource);
        // Of two under conditions, one may be there instead of the other.
        let (sometimes, always): (Vec<_>, Vec<_>) = all.into_iter().partition(|policy| policy.conditional);
        if let [first, others @ ..] = always.as_slice() {
            for second in others {
                findings.on(second, format!("{} has the policy {} already", resource.id, first.id));
            }
        }
        if sometimes.len() + usize::from(!always.is_empty()) > 1 {
            findings.unknown(resource, "which of its policies are there");
        }
    }
}
