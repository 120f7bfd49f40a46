//! Spark jobs of Glue: the script by its contents, the machines, and a role.

use contract::Statement;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::code::{CodeParameter, Form};
use super::function::plain;
use super::{Bounds, Scope, Tags};
use crate::stage::{Spark, WorkerType};

#[derive(Debug, Serialize)]
pub struct JobView {
    id: &'static str,
    /// What becomes of it when another takes its place.
    replace: &'static str,
    name: String,
    description: &'static str,
    #[serde(skip)]
    script: (&'static str, &'static str),
    code_parameter: String,
    /// The bucket that the script is in.
    bucket: Value,
    workers: u32,
    worker_type: WorkerType,
    timeout_minutes: u32,
    arguments: Value,
    statements: Vec<Value>,
    bounds: Bounds,
    tags: Tags,
    tags_by_key: BTreeMap<&'static str, String>,
}

impl JobView {
    /// `script` is its name and its text; `arguments` are those of every run.
    pub fn new(
        scope: &Scope,
        id: &'static str,
        (thing, script): (&'static str, &'static str),
        description: &'static str,
        spark: Spark,
        (bucket, arguments): (Value, Value),
        statements: &[Statement],
    ) -> Self {
        Self {
            id,
            replace: scope.revision_policy(),
            name: scope.name(thing),
            description,
            script: (thing, script),
            code_parameter: format!("{id}Script"),
            bucket,
            workers: spark.workers,
            worker_type: spark.worker_type,
            timeout_minutes: spark.timeout_minutes,
            arguments,
            statements: statements.iter().map(plain).collect(),
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
            tags_by_key: scope.tags.by_key(),
        }
    }

    pub fn code(&self) -> CodeParameter {
        let (function, text) = self.script;
        CodeParameter {
            parameter: self.code_parameter.clone(),
            name: self.name.clone(),
            function,
            form: Form::Script(text),
        }
    }

    pub(super) fn id(&self) -> &'static str {
        self.id
    }

    pub(super) fn statements_to_run(&self) -> Vec<Statement> {
        let actions = ["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"];
        // Of any script: an execution that began before the last deploy runs the one before.
        let jobs = format!("arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:job/{}-*", self.name);
        vec![Statement::allow(&actions, json!({ "Fn::Sub": jobs }))]
    }
}
