use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::grants::{access, role_of};
use crate::rules::shared::{FUNCTION, Source, mappings, resource_at, same};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "function-network",
    severity: Severity::Error,
    says: "A call of the service from within the network hangs until the function times out, since no way leads there",
    fix: "Add an endpoint of the service to the network, or a route to a NAT gateway to the subnet",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-endpoints.html"),
    check,
    passing: "
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Joined: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Storage:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Vpc
      ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3'
      RouteTableIds: [!Ref Table]
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: granted
          PolicyDocument:
            Statement: [{Effect: Allow, Action: ['s3:PutObject'], Resource: 'arn:aws:s3:::lake/*'}]
  Work:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt Role.Arn, VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [sg-1]}}
",
    failing: "
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Joined: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Storage:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Vpc
      ServiceName: !Sub 'com.amazonaws.${AWS::Region}.s3'
      RouteTableIds: [!Ref Table]
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: granted
          PolicyDocument:
            Statement: [{Effect: Allow, Action: ['secretsmanager:GetSecretValue'],
                         Resource: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:login'}]
  Work:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt Role.Arn, VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [sg-1]}}
",
};

/// Services by the first part of their actions, and the last part of their endpoint's name.
const SERVICES: [(&str, &str); 18] = [
    ("athena", "athena"),
    ("cloudwatch", "monitoring"),
    ("dms", "dms"),
    ("dynamodb", "dynamodb"),
    ("ecs", "ecs"),
    ("events", "events"),
    ("firehose", "kinesis-firehose"),
    ("glue", "glue"),
    ("kinesis", "kinesis-streams"),
    ("lambda", "lambda"),
    ("rds-data", "rds-data"),
    ("redshift-data", "redshift-data"),
    ("s3", "s3"),
    ("secretsmanager", "secretsmanager"),
    ("sns", "sns"),
    ("sqs", "sqs"),
    ("ssm", "ssm"),
    ("states", "states"),
];
/// What Lambda itself calls for the function, from outside of the network.
const BY_LAMBDA: [&str; 14] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:ListStreams",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for function in world.of_kind(FUNCTION) {
        let subnets = function.get("VpcConfig.SubnetIds");
        if subnets.is_missing() {
            continue;
        }
        let known = subnets.items().iter().filter_map(|subnet| subnet.text().and_then(|id| world.find(id)));
        let known: Vec<_> = known.filter(|found| found.kind == "AWS::EC2::Subnet").collect();
        let (true, Some(role)) = (known.len() == subnets.items().len(), role_of(world, function, "Role")) else {
            findings.unknown(function, "where its subnets lead to, or what its role allows");
            continue;
        };
        let failures = failures(world, function);
        let access = access(world, role);
        if access.open {
            findings.unknown(function, "what all of its role's policies allow");
        }
        for (service, endpoint) in SERVICES {
            let calls = access.grants.iter().filter(|grant| {
                // What cannot be processed is sent away by Lambda as well.
                let away = grant.resources.as_ref().is_some_and(|all| all.iter().all(|arn| failures.contains(arn)));
                !away && grant.actions.iter().any(|action| is_call(action, service))
            });
            if calls.count() == 0 {
                continue;
            }
            for subnet in &known {
                if !leads_out(world, subnet) && !has_endpoint(world, subnet, endpoint) {
                    let id = &subnet.id;
                    let message = format!(
                        "its role lets it call {service}, and {id} has neither a route to a NAT gateway \
                                           nor an endpoint for {endpoint}"
                    );
                    findings.at(function, subnets, message);
                    break;
                }
            }
        }
    }
}

fn is_call(action: &str, service: &str) -> bool {
    action.split_once(':').is_some_and(|(of, _)| of == service) && !BY_LAMBDA.contains(&action)
}

/// Where Lambda sends what the function gives up on, or what comes of invocations that nobody waits for.
fn failures<'a>(world: &'a World, function: &Resource) -> Vec<&'a str> {
    let all = mappings(world, Source::Queue).into_iter().chain(mappings(world, Source::Stream));
    let own = all.filter(|mapping| mapping.function().is_some_and(|called| same(called, function)));
    let unwatched = world.of_kind("AWS::Lambda::EventInvokeConfig");
    let unwatched = unwatched.filter(|config| refers(world, config, "FunctionName", function));
    let ways = ["DestinationConfig.OnFailure.Destination", "DestinationConfig.OnSuccess.Destination"];
    own.map(|mapping| mapping.resource)
        .chain(unwatched)
        .flat_map(|from| ways.into_iter().filter_map(|way| from.text(way)))
        .collect()
}

fn refers(world: &World, from: &Resource, path: &str, to: &Resource) -> bool {
    from.get(path)
        .items()
        .iter()
        .any(|node| node.text().and_then(|text| world.find(text)).is_some_and(|found| same(found, to)))
}

fn tables<'a>(world: &'a World, subnet: &'a Resource) -> impl Iterator<Item = &'a Resource> {
    let joined = world.of_kind("AWS::EC2::SubnetRouteTableAssociation");
    let joined = joined.filter(move |join| refers(world, join, "SubnetId", subnet));
    joined.filter_map(|join| resource_at(world, join, "RouteTableId"))
}

/// Whether there is a way to the internet. A function has no address of its own there: an internet gateway is none.
fn leads_out(world: &World, subnet: &Resource) -> bool {
    tables(world, subnet).any(|table| {
        let mut routes = world.of_kind("AWS::EC2::Route").filter(|route| refers(world, route, "RouteTableId", table));
        routes.any(|route| {
            let everywhere = matches!(route.text("DestinationCidrBlock"), Some("0.0.0.0/0"))
                || matches!(route.text("DestinationIpv6CidrBlock"), Some("::/0"))
                || route.get("DestinationCidrBlock").is_unknown();
            let gateway = route.get("GatewayId");
            let internet = gateway.text().and_then(|id| world.find(id)).map(|found| found.kind.as_str());
            everywhere && (gateway.is_missing() || internet != Some("AWS::EC2::InternetGateway"))
        })
    })
}

fn has_endpoint(world: &World, subnet: &Resource, service: &str) -> bool {
    let Some(vpc) = resource_at(world, subnet, "VpcId") else { return true };
    world.of_kind("AWS::EC2::VPCEndpoint").filter(|endpoint| refers(world, endpoint, "VpcId", vpc)).any(|endpoint| {
        let name = endpoint.get("ServiceName");
        let fits = name.is_unknown() || name.text().and_then(|name| name.rsplit('.').next()) == Some(service);
        let interface = endpoint.text("VpcEndpointType").is_some_and(|kind| kind == "Interface");
        let private = endpoint.get("PrivateDnsEnabled").bool() != Some(false);
        let routed = || tables(world, subnet).any(|table| refers(world, endpoint, "RouteTableIds", table));
        fits && if interface { private } else { routed() }
    })
}
