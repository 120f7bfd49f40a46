//! Where policies stand in a template.

use crate::iam::Policy;
use crate::node::Node;
use crate::world::{Resource, World};

/// Every policy that says what an identity may do, with the resource that it is written in.
pub(super) fn of_identities(world: &World) -> Vec<(&Resource, Policy)> {
    let mut all = Vec::new();
    for resource in world.resources() {
        let documents: Vec<&Node> = match resource.kind.as_str() {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => {
                resource.get("Policies").items().iter().map(|policy| policy.get("PolicyDocument")).collect()
            }
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" | "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" => {
                vec![resource.get("PolicyDocument")]
            }
            _ => continue,
        };
        all.extend(documents.into_iter().map(|document| (resource, Policy::read(document))));
    }
    all
}

/// Every policy that stands at a resource and says who may use it.
pub(super) fn of_resources(world: &World) -> Vec<(&Resource, Policy)> {
    let documents = world.resources().filter_map(|resource| {
        let document = match resource.kind.as_str() {
            "AWS::SQS::QueuePolicy" | "AWS::SNS::TopicPolicy" | "AWS::S3::BucketPolicy" => {
                resource.get("PolicyDocument")
            }
            "AWS::KMS::Key" => resource.get("KeyPolicy"),
            "AWS::Kinesis::ResourcePolicy" | "AWS::SecretsManager::ResourcePolicy" => resource.get("ResourcePolicy"),
            "AWS::ECR::Repository" => resource.get("RepositoryPolicyText"),
            _ => return None,
        };
        Some((resource, Policy::read(document)))
    });
    documents.collect()
}
