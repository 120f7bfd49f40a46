use crate::arn::naming_of;
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "name-length",
    severity: Severity::Error,
    says: "A name that is too long fails in the stage with the longest name, after all others have worked",
    fix: "Shorten the part of the name that is the same in every stage",
    link: Some("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"),
    check,
    passing: "
Resources:
  Role: {Type: 'AWS::IAM::Role', Properties: {RoleName: short}}
",
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: a-role-whose-name-says-everything-that-there-is-to-say-about-it-and-then-more
",
};

/// How long a stage's name can be.
const LONGEST_STAGE: usize = 16;

/// How long names of a type can be.
fn most(kind: &str) -> Option<usize> {
    Some(match kind {
        "AWS::CloudWatch::Alarm" | "AWS::DynamoDB::Table" | "AWS::Glue::Database" => 255,
        "AWS::Events::Rule"
        | "AWS::IAM::Role"
        | "AWS::KinesisFirehose::DeliveryStream"
        | "AWS::Lambda::Function"
        | "AWS::Scheduler::Schedule" => 64,
        "AWS::Kinesis::Stream" | "AWS::IAM::ManagedPolicy" => 128,
        "AWS::Logs::LogGroup" => 512,
        "AWS::RDS::DBInstance" | "AWS::S3::Bucket" => 63,
        "AWS::SNS::Topic" => 256,
        "AWS::SQS::Queue" | "AWS::StepFunctions::StateMachine" => 80,
        _ => return None,
    })
}

fn check(world: &World, findings: &mut Findings<'_>) {
    for resource in world.resources() {
        let (Some(naming), Some(most)) = (naming_of(&resource.kind), most(&resource.kind)) else { continue };
        // What AWS makes up is as short as it has to be.
        let Some(name) = resource.text(naming.name).filter(|name| !name.contains('{')) else { continue };
        let of_stage = world.stage.as_ref().filter(|stage| name.contains(stage.as_str()));
        let longest = name.chars().count() + of_stage.map_or(0, |stage| LONGEST_STAGE.saturating_sub(stage.len()));
        if longest > most {
            let stage = if of_stage.is_some() { " in the stage with the longest name" } else { "" };
            let message = format!("{name} has {longest} characters{stage}, and {most} are the most");
            findings.at(resource, resource.get(naming.name), message);
        }
    }
}
