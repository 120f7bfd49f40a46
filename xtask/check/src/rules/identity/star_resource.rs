use crate::diagnostic::Severity;
use crate::iam::fits_action;
use crate::node::{Kind, Node};
use crate::rule::{Findings, Rule};
use crate::rules::policies::of_identities;
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "policy-star-resource",
    severity: Severity::Error,
    says: "An identity that may act on every resource reaches those of other teams and stages too",
    fix: "Name the resource, or a prefix of its ARN",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"),
    check,
    passing: super::star_action::RULE.passing,
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: send
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}]
",
};

/// Actions that take no resource: `*` is all that can be written.
const WITHOUT_RESOURCE: [&str; 30] = [
    "application-autoscaling:Describe*",
    "athena:ListDataCatalogs",
    "athena:ListEngineVersions",
    "athena:ListWorkGroups",
    "autoscaling:Describe*",
    "cloudwatch:DescribeAlarmsForMetric",
    "cloudwatch:GetMetric*",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "dms:Describe*",
    "dynamodb:ListTables",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:Describe*",
    "ec2:UnassignPrivateIpAddresses",
    "ecr:GetAuthorizationToken",
    "events:PutPermission",
    "kinesis:ListStreams",
    "kms:ListAliases",
    "kms:ListKeys",
    "lambda:ListFunctions",
    "logs:*LogDeliver*",
    "logs:*ResourcePolic*",
    "logs:DescribeLogGroups",
    "s3:ListAllMyBuckets",
    "secretsmanager:GetRandomPassword",
    "sts:GetCallerIdentity",
    "tag:GetResources",
    "xray:*",
];

fn takes_a_resource(action: &str) -> bool {
    !WITHOUT_RESOURCE.iter().any(|pattern| fits_action(pattern, action))
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, policy) in of_identities(world) {
        for statement in policy.allowing().filter(|statement| statement.conditions.is_empty()) {
            let everywhere = statement.resources.is_excluded || statement.resources.list.iter().any(|r| r == "*");
            let action = statement.actions.list.iter().find(|action| takes_a_resource(action));
            if let Some(action) = action.filter(|_| everywhere) {
                let place = Node::new(Kind::Null, statement.place);
                findings.at(resource, &place, format!("{action} is allowed on every resource"));
            }
        }
    }
}
