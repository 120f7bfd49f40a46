//! Logs, alarms, dashboards, keys, secrets.

use serde_json::Value;

use super::Bill;
use crate::scene::{Resource, Scene, program_in};
use crate::traffic;

pub(super) fn alarm(alarm: &Resource, _: &Scene, bill: &mut Bill) {
    let watched = |metric: &&Value| metric["MetricStat"].is_object();
    let metrics = alarm.value("Metrics").as_array().map_or(1, |all| all.iter().filter(watched).count().max(1));
    #[expect(clippy::cast_precision_loss, reason = "ten at most")]
    bill.monthly(alarm, "CloudWatch", "cloudwatch.alarm", metrics as f64);
}

pub(super) fn dashboard(dashboard: &Resource, _: &Scene, bill: &mut Bill) {
    bill.monthly(dashboard, "CloudWatch", "cloudwatch.dashboard", 1.0);
}

/// Of a run's logs: begin, end, report, and what it counted.
const BYTES_PER_RUN: f64 = 1_300.0;
/// What is kept is packed.
const PACKED: f64 = 0.15;

pub(super) fn logs(group: &Resource, scene: &Scene, bill: &mut Bill) {
    let name = group.text("LogGroupName").unwrap_or_default();
    let program = program_in(name).and_then(|program| scene.program(program));
    let known = program.and_then(|runs| traffic::of(runs.program()?, runs, scene));
    // What Firehose or a state machine has to say is hardly anything, and all of it is of failures.
    let Some(known) = known else { return };
    let gigabytes = known.invocations * BYTES_PER_RUN / 1e9;
    bill.volume(group, "CloudWatch", "logs.in", gigabytes);
    let months = group.number("RetentionInDays").unwrap_or(365.0) / crate::DAYS;
    bill.volume(group, "CloudWatch", "logs.stored", gigabytes * PACKED * months.min(scene.volumes.kept_months));
}

pub(super) fn key(key: &Resource, scene: &Scene, bill: &mut Bill) {
    bill.monthly(key, "KMS", "kms.key", 1.0);
    bill.volume(key, "KMS", "kms.requests", 2.0 * scene.volumes.notices_per_month);
}

pub(super) fn secret(secret: &Resource, _: &Scene, bill: &mut Bill) {
    bill.monthly(secret, "Secrets Manager", "secrets.secret", 1.0);
}
