//! DMS: a machine, the folder that it reads, the database that it writes, and the task that is started for it.

use contract::{Folder, Ref, Replication, ReplicationParts, Topic};
use serde::Serialize;
use serde_json::{Value, json};

use super::{AlarmView, Bounds, Metric, Placement, Scope, Tags, threshold};
use crate::stage::{Dms, DmsClass};

#[derive(Debug, Serialize)]
pub struct ReplicationView {
    id: &'static str,
    name: String,
    #[serde(skip)]
    thing: &'static str,
    class: DmsClass,
    engine: &'static str,
    storage_gb: u32,
    multi_az: bool,
    bucket: Value,
    /// Below which batches are, each in a folder of its own.
    folder: &'static str,
    /// All objects of the folder, for the role in which they are read.
    objects: Value,
    bucket_arn: Value,
    /// What the files hold, as DMS wants it told.
    external: String,
    mappings: String,
    settings: String,
    database: String,
    secret: Value,
    subnets: Vec<Value>,
    groups: Vec<Value>,
    bounds: Bounds,
    tags: Tags,
}

/// The first that reads Parquet from S3 is 3.5.3.
const ENGINE: &str = "3.6.1";

/// A column of the files: its name, its type in DMS's words, and its length where it has one.
type Column = (&'static str, &'static str, Option<u32>);

/// What goes where.
pub struct Mapping<'a> {
    /// Schema and table, in the source and the target alike.
    pub schema: &'a str,
    pub table: &'a str,
    pub columns: &'a [Column],
    /// Of them, those that the target lacks.
    pub left_out: &'a [&'a str],
}

/// Where to, and with which secret.
pub struct Into<'a> {
    pub database: &'a str,
    pub secret: Value,
    pub placement: Placement,
}

impl ReplicationView {
    pub fn new(
        scope: &Scope,
        (id, thing): (&'static str, &'static str),
        settings: Dms,
        from: &Ref<Folder>,
        mapping: &Mapping<'_>,
        into: Into<'_>,
    ) -> Self {
        Self {
            id,
            name: scope.name(thing),
            thing,
            class: settings.class,
            engine: ENGINE,
            storage_gb: settings.storage_gb,
            multi_az: settings.multi_az,
            bucket: from.bucket().reference(),
            folder: from.prefix(),
            objects: from.arn(),
            bucket_arn: from.bucket().arn(),
            external: mapping.external().to_string(),
            mappings: mapping.rules().to_string(),
            settings: task_settings().to_string(),
            database: into.database.to_owned(),
            secret: into.secret,
            subnets: into.placement.subnets,
            groups: into.placement.groups,
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub fn wired(&self) -> Ref<Replication> {
        Ref::replication(ReplicationParts {
            task: json!({ "Ref": format!("{}Task", self.id) }),
            source: json!({ "Ref": format!("{}Source", self.id) }),
        })
    }

    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let metric = |name, statistic| Metric {
            namespace: "AWS/DMS",
            name,
            statistic,
            dimension: "ReplicationInstanceIdentifier",
            of: json!(self.name),
        };
        let watched = (self.id, self.thing);
        let above = |fault, metric, threshold, description| {
            AlarmView::above(scope, alerts, watched, fault, metric, threshold, description)
        };
        vec![
            above("Processor", metric("CPUUtilization", "Average"), 90, "DMS's processor is busy most of the time")
                .lasting(3),
            above(
                // Not "Memory": "rates-memory" is the end of another alarm's name, and stages must not take names from each other.
                "FreeMemory",
                metric("FreeableMemory", "Minimum"),
                threshold::memory_left_bytes(self.class.memory_gb()),
                "DMS has less than a twentieth of its memory left",
            )
            .below(),
            // In seconds.
            above("Latency", metric("WriteLatency", "Average"), 1, "DMS waits for its own disk").lasting(3),
        ]
    }
}

impl Mapping<'_> {
    /// What S3 has, for DMS, which asks no catalog.
    fn external(&self) -> Value {
        let column = |(name, kind, length): &Column| {
            let mut column = json!({ "ColumnName": name, "ColumnType": kind });
            if let Some(length) = length {
                column["ColumnLength"] = length.to_string().into();
            }
            column
        };
        let columns: Vec<_> = self.columns.iter().map(column).collect();
        json!({
            "TableCount": "1",
            "Tables": [{
                "TableName": self.table,
                "TablePath": format!("{}/", self.table),
                "TableOwner": self.schema,
                "TableColumns": columns,
                "TableColumnsTotal": self.columns.len().to_string(),
            }],
        })
    }

    fn rules(&self) -> Value {
        let table = json!({ "schema-name": self.schema, "table-name": self.table });
        let mut rules = vec![json!({
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "all",
            "object-locator": table,
            "rule-action": "include",
        })];
        rules.extend(self.left_out.iter().enumerate().map(|(number, column)| {
            json!({
                "rule-type": "transformation",
                "rule-id": (number + 2).to_string(),
                "rule-name": format!("without-{column}"),
                "rule-target": "column",
                "object-locator": { "schema-name": self.schema, "table-name": self.table, "column-name": column },
                "rule-action": "remove-column",
            })
        }));
        json!({ "rules": rules })
    }
}

fn task_settings() -> Value {
    json!({
        "FullLoadSettings": {
            // The table, its indexes and the view over it are there already.
            "TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD",
            "CommitRate": 50000,
            "MaxFullLoadSubTasks": 8,
            "StopTaskCachedChangesApplied": false,
            "StopTaskCachedChangesNotApplied": false,
        },
        "ErrorBehavior": {
            // A part of the prices would be worse than those of yesterday.
            "DataErrorPolicy": "STOP_TASK",
            "TableErrorPolicy": "STOP_TASK",
            "FullLoadIgnoreConflicts": false,
        },
        "Logging": { "EnableLogging": true },
    })
}
