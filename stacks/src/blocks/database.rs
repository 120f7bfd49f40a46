//! The stage's PostgreSQL: encrypted, not public, its password made and turned by Secrets Manager.

use contract::{Ref, Topic};
use serde::Serialize;
use serde_json::json;

use super::network::SUBNETS;
use super::{AlarmView, Metric, Scope, Tags};
use crate::names;
use crate::stage::{Database, DatabaseClass};

#[derive(Debug, Serialize)]
pub struct DatabaseView {
    name: String,
    database: String,
    subnets: Vec<&'static str>,
    class: DatabaseClass,
    storage_gb: u32,
    max_storage_gb: u32,
    multi_az: bool,
    backup_days: u32,
    kept: bool,
    deletion: &'static str,
    replace: &'static str,
    tags: Tags,
}

pub const DATABASE: &str = "Database";

impl DatabaseView {
    pub fn new(scope: &Scope, settings: &Database) -> Self {
        Self {
            name: scope.name("database"),
            database: database_name(scope),
            subnets: SUBNETS.map(|(id, _)| id).into(),
            class: settings.class,
            storage_gb: settings.storage_gb,
            max_storage_gb: 5 * settings.storage_gb,
            multi_az: settings.multi_az,
            backup_days: settings.backup_days,
            kept: scope.stage.keep_data,
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            tags: scope.tags.clone(),
        }
    }

    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let metric = |name, statistic| Metric {
            namespace: "AWS/RDS",
            name,
            statistic,
            dimension: "DBInstanceIdentifier",
            of: json!({ "Ref": DATABASE }),
        };
        let watched = (DATABASE, "database");
        let tenth = u64::from(self.storage_gb) * 100_000_000;
        let full = "The database has less than a tenth of its first storage left, and may not be able to grow";
        let busy = "The database's processor is busy most of the time";
        vec![
            AlarmView::above(scope, alerts, watched, "Storage", metric("FreeStorageSpace", "Minimum"), tenth, full)
                .below(),
            AlarmView::above(scope, alerts, watched, "Processor", metric("CPUUtilization", "Average"), 90, busy)
                .lasting(3),
        ]
    }
}

/// Of the database in the instance, and of the user that owns it: its own in each stage, since on a laptop stages share a
/// server.
pub fn database_name(scope: &Scope) -> String {
    names::catalog(scope.stage, "data")
}
