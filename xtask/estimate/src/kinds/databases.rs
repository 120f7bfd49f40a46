//! PostgreSQL, warehouses, replication, tables of items.

use super::Bill;
use crate::scene::{Resource, Scene};
use crate::{DAYS, HOURS, traffic};

pub(super) fn instance(instance: &Resource, scene: &Scene, bill: &mut Bill) {
    let Some(class) = instance.text("DBInstanceClass") else {
        return bill.unknown(instance, "its class is not known");
    };
    let zones = if instance.is_true("MultiAZ") { 2.0 } else { 1.0 };
    let storage = instance.number("AllocatedStorage").unwrap_or(20.0);
    bill.hourly(instance, "RDS", &format!("rds.{class}"), zones);
    bill.monthly(instance, "RDS", "rds.gp3", storage * zones);
    if instance.is_true("ManageMasterUserPassword") {
        bill.monthly(instance, "Secrets Manager", "secrets.secret", 1.0);
    }
    // What changes in a day is kept for each day that one can go back to; as much as the storage is included.
    let has = |bin: &str| scene.program(bin).is_some();
    let rates = if has("load-rates") { scene.volumes.rates.rows_per_batch * 100.0 } else { 0.0 };
    let orders = if has("orders-etl") { scene.volumes.orders.rows_per_day * 250.0 } else { 0.0 };
    let days = instance.number("BackupRetentionPeriod").unwrap_or(1.0);
    bill.volume(instance, "RDS", "rds.backup", ((rates + orders) / 1e9 * days - storage).max(0.0));
}

pub(super) fn replication(instance: &Resource, _: &Scene, bill: &mut Bill) {
    let Some(class) = instance.text("ReplicationInstanceClass") else {
        return bill.unknown(instance, "its class is not known");
    };
    // Storage that comes with small machines, and with others.
    let included = if class.starts_with("dms.t") { 50.0 } else { 100.0 };
    let zones = if instance.is_true("MultiAZ") { 2.0 } else { 1.0 };
    bill.hourly(instance, "DMS", &format!("dms.{class}"), zones);
    let storage = instance.number("AllocatedStorage").unwrap_or(50.0);
    bill.monthly(instance, "DMS", "dms.storage", (storage - included).max(0.0) * zones);
}

/// What is in a warehouse of that age: columns pack listings to about what they are as packed CSV.
fn stored(scene: &Scene) -> f64 {
    let flats = scene.volumes.flats;
    let megabytes = flats.mb_per_file * flats.unpacked_times * flats.kept_percent / 100.0;
    flats.files_per_hour * HOURS * megabytes / 1_000.0 * scene.volumes.kept_months
}

pub(super) fn cluster(cluster: &Resource, scene: &Scene, bill: &mut Bill) {
    let Some(node) = cluster.text("NodeType") else {
        return bill.unknown(cluster, "its kind of node is not known");
    };
    bill.hourly(cluster, "Redshift", &format!("redshift.{node}"), cluster.number("NumberOfNodes").unwrap_or(1.0));
    if cluster.is_true("ManageMasterPassword") {
        bill.monthly(cluster, "Secrets Manager", "secrets.secret", 1.0);
    }
    bill.volume(cluster, "Redshift", "redshift.stored", stored(scene));
}

pub(super) fn namespace(namespace: &Resource, scene: &Scene, bill: &mut Bill) {
    bill.volume(namespace, "Redshift", "redshift.stored", stored(scene));
}

pub(super) fn workgroup(workgroup: &Resource, scene: &Scene, bill: &mut Bill) {
    /// A minute is the least that is paid for, and loads that come together are paid for once.
    const LEAST_SECONDS: f64 = 60.0;
    let loader = scene.program("load-warehouse").and_then(|function| traffic::of("load-warehouse", function, scene));
    let Some(loads) = loader else { return bill.unknown(workgroup, "how often it works is not known") };
    let hours = (loads.invocations * loads.seconds.max(LEAST_SECONDS) / 3600.0).min(HOURS);
    bill.volume(workgroup, "Redshift", "redshift.rpu", hours * workgroup.number("BaseCapacity").unwrap_or(128.0));
}

pub(super) fn table(table: &Resource, scene: &Scene, bill: &mut Bill) {
    let read_by = |bin: &str| scene.program(bin).filter(|_| table.pipeline == pipeline_of(bin));
    let reader = ["consolidate", "load-warehouse"].into_iter().find(|bin| read_by(bin).is_some());
    if table.text("BillingMode") == Some("PAY_PER_REQUEST") {
        let flats = scene.volumes.flats.files_per_hour * HOURS;
        let (reads, writes) = match reader {
            // The list is read by each run.
            Some("consolidate") => (scene.volumes.accommodation.files_per_hour * HOURS, 1.0),
            // Of each file it is noted that it is to be loaded, and that it was, beside what is found by other ways.
            Some("load-warehouse") => (3.0 * flats, 9.0 * flats),
            _ => return bill.unknown(table, "how much is read and written is not known"),
        };
        bill.volume(table, "DynamoDB", "dynamodb.read", reads);
        bill.volume(table, "DynamoDB", "dynamodb.write", writes);
    } else {
        let units = |name: &str| table.number(&format!("ProvisionedThroughput.{name}")).unwrap_or(5.0);
        bill.hourly(table, "DynamoDB", "dynamodb.read-hours", units("ReadCapacityUnits"));
        bill.hourly(table, "DynamoDB", "dynamodb.write-hours", units("WriteCapacityUnits"));
    }
    if reader == Some("load-warehouse") {
        let rows = 3.0 * scene.volumes.flats.files_per_hour * 24.0 * DAYS * scene.volumes.kept_months;
        let gigabytes = rows * 500.0 / 1e9;
        bill.volume(table, "DynamoDB", "dynamodb.stored", gigabytes);
        if table.is_true("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled") {
            bill.volume(table, "DynamoDB", "dynamodb.recovery", gigabytes);
        }
    }
}

fn pipeline_of(bin: &str) -> &'static str {
    if bin == "consolidate" { "accommodation" } else { "flats" }
}
