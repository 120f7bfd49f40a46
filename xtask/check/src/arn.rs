//! What a reference to a resource stands for, as far as a template tells. A name that AWS makes up is written as
//! `{stack.LogicalId}`, so that two references to the same thing are the same text.

/// What `Ref` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Name,
    Arn,
    Url,
}

/// How resources of a type are named.
pub struct Naming {
    pub kind: &'static str,
    /// The property that names it.
    pub name: &'static str,
    pub reference: Form,
    /// With `{R}` for the region, `{A}` for the account, `{N}` for the name.
    pub arn: &'static str,
}

const fn naming(kind: &'static str, name: &'static str, reference: Form, arn: &'static str) -> Naming {
    Naming { kind, name, reference, arn }
}

const NAMINGS: [Naming; 27] = [
    naming("AWS::Athena::WorkGroup", "Name", Form::Name, "arn:aws:athena:{R}:{A}:workgroup/{N}"),
    naming("AWS::CloudWatch::Alarm", "AlarmName", Form::Name, "arn:aws:cloudwatch:{R}:{A}:alarm:{N}"),
    naming("AWS::CloudWatch::CompositeAlarm", "AlarmName", Form::Name, "arn:aws:cloudwatch:{R}:{A}:alarm:{N}"),
    naming("AWS::DynamoDB::Table", "TableName", Form::Name, "arn:aws:dynamodb:{R}:{A}:table/{N}"),
    naming("AWS::ECR::Repository", "RepositoryName", Form::Name, "arn:aws:ecr:{R}:{A}:repository/{N}"),
    naming("AWS::ECS::Cluster", "ClusterName", Form::Name, "arn:aws:ecs:{R}:{A}:cluster/{N}"),
    naming("AWS::ECS::TaskDefinition", "Family", Form::Arn, "arn:aws:ecs:{R}:{A}:task-definition/{N}"),
    naming("AWS::Events::EventBus", "Name", Form::Name, "arn:aws:events:{R}:{A}:event-bus/{N}"),
    naming("AWS::Events::Rule", "Name", Form::Name, "arn:aws:events:{R}:{A}:rule/{N}"),
    naming("AWS::Glue::Database", "DatabaseInput.Name", Form::Name, "arn:aws:glue:{R}:{A}:database/{N}"),
    naming("AWS::Glue::Job", "Name", Form::Name, "arn:aws:glue:{R}:{A}:job/{N}"),
    naming("AWS::IAM::ManagedPolicy", "ManagedPolicyName", Form::Arn, "arn:aws:iam::{A}:policy/{N}"),
    naming("AWS::IAM::Role", "RoleName", Form::Name, "arn:aws:iam::{A}:role/{N}"),
    naming("AWS::KMS::Alias", "AliasName", Form::Name, "arn:aws:kms:{R}:{A}:{N}"),
    naming("AWS::KMS::Key", "", Form::Name, "arn:aws:kms:{R}:{A}:key/{N}"),
    naming("AWS::Kinesis::Stream", "Name", Form::Name, "arn:aws:kinesis:{R}:{A}:stream/{N}"),
    naming(
        "AWS::KinesisFirehose::DeliveryStream",
        "DeliveryStreamName",
        Form::Name,
        "arn:aws:firehose:{R}:{A}:deliverystream/{N}",
    ),
    naming("AWS::Lambda::Function", "FunctionName", Form::Name, "arn:aws:lambda:{R}:{A}:function:{N}"),
    naming("AWS::Logs::LogGroup", "LogGroupName", Form::Name, "arn:aws:logs:{R}:{A}:log-group:{N}:*"),
    naming("AWS::RDS::DBInstance", "DBInstanceIdentifier", Form::Name, "arn:aws:rds:{R}:{A}:db:{N}"),
    naming("AWS::S3::Bucket", "BucketName", Form::Name, "arn:aws:s3:::{N}"),
    naming("AWS::SNS::Topic", "TopicName", Form::Arn, "arn:aws:sns:{R}:{A}:{N}"),
    naming("AWS::SQS::Queue", "QueueName", Form::Url, "arn:aws:sqs:{R}:{A}:{N}"),
    naming("AWS::Scheduler::Schedule", "Name", Form::Name, "arn:aws:scheduler:{R}:{A}:schedule/default/{N}"),
    naming("AWS::Scheduler::ScheduleGroup", "Name", Form::Name, "arn:aws:scheduler:{R}:{A}:schedule-group/{N}"),
    naming("AWS::SecretsManager::Secret", "Name", Form::Arn, "arn:aws:secretsmanager:{R}:{A}:secret:{N}"),
    naming(
        "AWS::StepFunctions::StateMachine",
        "StateMachineName",
        Form::Arn,
        "arn:aws:states:{R}:{A}:stateMachine:{N}",
    ),
];

pub fn naming_of(kind: &str) -> Option<&'static Naming> {
    NAMINGS.iter().find(|naming| naming.kind == kind)
}

/// Where everything is.
#[derive(Debug, Clone)]
pub struct Location {
    pub region: String,
    pub account: String,
}

impl Default for Location {
    fn default() -> Self {
        Self { region: "{region}".to_owned(), account: "{account}".to_owned() }
    }
}

impl Naming {
    pub fn arn(&self, name: &str, location: &Location) -> String {
        self.arn.replace("{R}", &location.region).replace("{A}", &location.account).replace("{N}", name)
    }

    /// What `Ref` gives for a resource of this name.
    pub fn reference(&self, name: &str, location: &Location) -> String {
        match self.reference {
            Form::Name => name.to_owned(),
            Form::Arn => self.arn(name, location),
            Form::Url => format!("https://sqs.{}.amazonaws.com/{}/{name}", location.region, location.account),
        }
    }
}
