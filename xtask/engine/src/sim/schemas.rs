//! The few resource types that the simulation's own stages are made of.

use crate::schemas::Schemas;

pub struct FewSchemas;

impl Schemas for FewSchemas {
    fn create_only(&self, kind: &str) -> Vec<String> {
        let fixed: &[&str] = match kind {
            "AWS::Lambda::EventSourceMapping" => &["EventSourceArn"],
            "AWS::SQS::Queue" => &["QueueName", "FifoQueue"],
            _ => return self.names(kind),
        };
        fixed.iter().map(|path| (*path).to_owned()).collect()
    }

    fn names(&self, kind: &str) -> Vec<String> {
        let name = match kind {
            "AWS::ECR::Repository" => "RepositoryName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::SNS::Topic" => "TopicName",
            "AWS::Kinesis::Stream" => "Name",
            "AWS::Lambda::Function" => "FunctionName",
            _ => return Vec::new(),
        };
        vec![name.to_owned()]
    }
}
