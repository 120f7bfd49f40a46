//! The stage's PostgreSQL: encrypted, not public, its password made and turned by Secrets Manager.

use contract::{Ref, Topic};
use serde::Serialize;
use serde_json::json;

use super::network::SUBNETS;
use super::{AlarmView, Metric, Scope, Tags, threshold};
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

/// What RDS has of one kind of disk.
const MOST_STORAGE_GB: u32 = 65_536;

impl DatabaseView {
    pub fn new(scope: &Scope, settings: &Database) -> Self {
        Self {
            name: scope.name("database"),
            database: database_name(scope),
            subnets: SUBNETS.map(|(id, _)| id).into(),
            class: settings.class,
            storage_gb: settings.storage_gb,
            max_storage_gb: (5 * settings.storage_gb).min(MOST_STORAGE_GB),
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
        let above = |fault, metric, threshold, description| {
            AlarmView::above(scope, alerts, watched, fault, metric, threshold, description)
        };
        let left = threshold::storage_left_bytes(self.storage_gb);
        let full = "The database has less than a twentieth of its first storage left, and did not grow in time";
        let busy = "The database's processor is busy most of the time";
        let many = "The database has four fifths of the connections that its memory is good for";
        let mut alarms = vec![
            above("Storage", metric("FreeStorageSpace", "Minimum"), left, full).below(),
            above("Processor", metric("CPUUtilization", "Average"), 90, busy).lasting(3),
            above(
                "Connections",
                metric("DatabaseConnections", "Maximum"),
                threshold::connections(self.class.memory_gb()),
                many,
            ),
        ];
        if self.class.saves_up() {
            let paid = "The database works more than its class is meant for, which is paid for by the hour";
            alarms.push(above("Credits", metric("CPUSurplusCreditsCharged", "Sum"), 0, paid).lasting(3));
        }
        alarms
    }
}

/// Of the database in the instance, and of the user that owns it: its own in each stage, since on a laptop stages share a
/// server.
pub fn database_name(scope: &Scope) -> String {
    names::catalog(scope.stage, "data")
}
