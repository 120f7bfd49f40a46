//! What tasks of a machine do, each with what the machine's role needs for it.

use contract::{Ref, Statement, Topic};
use serde_json::{Map, Value, json};

use crate::blocks::{JobView, TaskView, Version};

/// Something that a task does and waits for.
#[derive(Debug)]
pub struct Work {
    pub(super) resource: &'static str,
    /// What its service answers when it is busy.
    pub(super) busy: &'static [&'static str],
    pub(super) parameters: Value,
    /// Of the answer, what is kept: a field's name, and where it is in the answer. All of it where none is named.
    pub(super) kept: Vec<(&'static str, &'static str)>,
    /// What stands in the definition as `${Name}`.
    pub(super) named: Vec<(String, Value)>,
    pub(super) statements: Vec<Statement>,
}

/// What a field of a state is given.
#[derive(Debug, Clone)]
pub enum Given {
    /// What is at a path of the state's input, or what an intrinsic function makes of it.
    At(String),
    As(Value),
}

/// What is at a path of the state's input, or what an intrinsic function makes of it.
pub fn from(path: &str) -> Given {
    Given::At(path.to_owned())
}

/// A value as it stands.
pub fn input(value: impl Into<Value>) -> Given {
    Given::As(value.into())
}

/// Fields, those that are taken from somewhere under a name that says so.
pub(super) fn fields<'a>(fields: impl IntoIterator<Item = (&'a str, Given)>) -> Value {
    let field = |(name, given): (&str, Given)| match given {
        Given::At(path) => (format!("{name}.$"), path.into()),
        Given::As(value) => (name.to_owned(), value),
    };
    Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>())
}

impl Work {
    /// Calls one version of a function, whatever becomes of the function meanwhile.
    pub fn invoke(version: Version, payload: Given, kept: &[(&'static str, &'static str)]) -> Self {
        Self {
            resource: "arn:aws:states:::lambda:invoke",
            busy: &[
                "Lambda.ServiceException",
                "Lambda.AWSLambdaException",
                "Lambda.SdkClientException",
                "Lambda.TooManyRequestsException",
            ],
            parameters: fields([("FunctionName", input(format!("${{{}}}", version.id()))), ("Payload", payload)]),
            kept: kept.to_vec(),
            named: vec![(version.id(), version.reference())],
            // Of any version: an execution that began before the last deploy calls the one before.
            statements: vec![Statement::allow(&["lambda:InvokeFunction"], version.any())],
        }
    }

    /// Runs a container until it ends. `event` is the path to what it is asked for.
    pub fn run(task: &TaskView, event: &str, larger: bool) -> Self {
        Self {
            resource: "arn:aws:states:::ecs:runTask.sync",
            busy: &["ECS.AmazonECSException", "ECS.ServerException", "ECS.ThrottlingException"],
            parameters: task.run(event, larger),
            kept: Vec::new(),
            named: task.named(),
            statements: task.statements_to_run(),
        }
    }

    /// Runs a Spark job until it ends.
    pub fn spark<'a>(job: &JobView, arguments: impl IntoIterator<Item = (&'a str, Given)>) -> Self {
        Self {
            resource: "arn:aws:states:::glue:startJobRun.sync",
            busy: &["Glue.ConcurrentRunsExceededException", "Glue.AWSGlueException", "Glue.ThrottlingException"],
            parameters: json!({ "JobName": format!("${{{}}}", job.id()), "Arguments": fields(arguments) }),
            kept: vec![("run", "$.Id")],
            named: vec![(job.id().to_owned(), json!({ "Ref": job.id() }))],
            statements: job.statements_to_run(),
        }
    }

    /// Tells people. `subject` and `message` are paths, or calls of intrinsic functions. The key is what the topic is encrypted with.
    pub fn tell(topic: &Ref<Topic>, key: Value, subject: &str, message: &str) -> Self {
        let parameters = [("TopicArn", input("${Alerts}")), ("Subject", from(subject)), ("Message", from(message))];
        Self {
            resource: "arn:aws:states:::sns:publish",
            busy: &["SNS.ThrottledException", "SNS.InternalErrorException"],
            parameters: fields(parameters),
            kept: vec![("id", "$.MessageId")],
            named: vec![("Alerts".to_owned(), topic.reference())],
            statements: vec![
                Statement::allow(&["sns:Publish"], topic.arn()),
                Statement::allow(&["kms:Decrypt", "kms:GenerateDataKey*"], key),
            ],
        }
    }
}
