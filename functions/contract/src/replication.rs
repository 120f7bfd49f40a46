//! A task of DMS with the end that it reads from. Its reference is a URI that names both.

use serde_json::{Value, json};
use std::marker::PhantomData;

use crate::{Grant, Kind, Ref, Statement};

pub enum Replication {}

/// Both are ARNs.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicationParts {
    pub task: Value,
    pub source: Value,
}

impl Kind for Replication {
    type Part = ReplicationParts;
    fn arn(at: &Ref<Self>) -> Value {
        at.part().task.clone()
    }
}

impl Ref<Replication> {
    pub fn replication(parts: ReplicationParts) -> Self {
        let uri = json!({ "Fn::Sub": [
            "dms:?task=${Task}&source=${Source}",
            { "Task": parts.task.clone(), "Source": parts.source.clone() },
        ] });
        Self::composed(uri, parts)
    }
}

/// Has it run, on other data than before.
pub struct Replicate<K>(PhantomData<K>);

impl Grant for Replicate<Replication> {
    type On = Replication;
    fn statements(on: &Ref<Replication>) -> Vec<Statement> {
        let ReplicationParts { task, source } = on.part();
        vec![
            // Descriptions know no resources.
            Statement::allow(&["dms:DescribeReplicationTasks"], "*".into()),
            Statement::allow(&["dms:StartReplicationTask"], task.clone()),
            // A tag of the task says what it was begun with.
            Statement::allow(&["dms:AddTagsToResource", "dms:ListTagsForResource"], task.clone()),
            Statement::allow(&["dms:ModifyEndpoint"], source.clone()),
        ]
    }
}
