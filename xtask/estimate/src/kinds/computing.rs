//! Functions, containers, Spark, state machines.

use super::Bill;
use crate::scene::{Resource, Scene};
use crate::{DAYS, HOURS, traffic};

/// What each of our functions counts, as metrics of its own.
const METRICS: f64 = 6.0;
/// What Container Insights counts of a cluster with one kind of task.
const INSIGHTS: f64 = 13.0;
/// Of disk, that comes with a function.
const DISK_MB: f64 = 512.0;
/// Until a container's image is there; paid for as well.
const IMAGE_SECONDS: f64 = 30.0;
/// Until all workers of Spark stand, and what one of them gets through.
const SPARK_SECONDS: f64 = 60.0;
const SPARK_ROWS: f64 = 50_000.0;

pub(super) fn function(function: &Resource, scene: &Scene, bill: &mut Bill) {
    let Some(known) = function.program().and_then(|program| traffic::of(program, function, scene)) else {
        return bill.unknown(function, "how often it runs is not known");
    };
    let seconds = known.invocations * known.seconds;
    let memory = function.number("MemorySize").unwrap_or(128.0);
    let disk = (function.number("EphemeralStorage.Size").unwrap_or(DISK_MB) - DISK_MB).max(0.0);
    let price = if function.is_arm() { "lambda.arm64" } else { "lambda.x86_64" };
    bill.volume(function, "Lambda", "lambda.requests", known.invocations);
    bill.volume(function, "Lambda", price, seconds * memory / 1024.0);
    bill.volume(function, "Lambda", "lambda.storage", seconds * disk / 1024.0);
    bill.volume(function, "CloudWatch", "cloudwatch.metric", METRICS * known.hours / HOURS);
    requests(function, &known, bill);
}

/// What it asks of S3 is its own; what stays there is the bucket's.
fn requests(program: &Resource, known: &traffic::Traffic, bill: &mut Bill) {
    bill.volume(program, "S3", "s3.put", known.puts);
    bill.volume(program, "S3", "s3.get", known.gets);
}

pub(super) fn task(task: &Resource, scene: &Scene, bill: &mut Bill) {
    let Some(known) = task.program().and_then(|program| traffic::of(program, task, scene)) else {
        return bill.unknown(task, "how often it runs is not known");
    };
    // A second revision with more memory is there for what runs out of it.
    if scene.program(task.program().unwrap_or_default()).is_some_and(|first| first.id != task.id) {
        return;
    }
    let hours = known.invocations * (known.seconds + IMAGE_SECONDS) / 3600.0;
    let name = if task.is_arm() { "arm64" } else { "x86_64" };
    let of = |what: &str, per: f64| task.number(what).unwrap_or(per) / 1024.0 * hours;
    bill.volume(task, "Fargate", &format!("fargate.cpu.{name}"), of("Cpu", 256.0));
    bill.volume(task, "Fargate", &format!("fargate.memory.{name}"), of("Memory", 512.0));
    bill.volume(task, "VPC", "vpc.ipv4", hours);
    requests(task, &known, bill);
}

pub(super) fn cluster(cluster: &Resource, scene: &Scene, bill: &mut Bill) {
    let insights = cluster.value("ClusterSettings").as_array().is_some_and(|settings| {
        settings.iter().any(|setting| setting["Name"] == "containerInsights" && setting["Value"] != "disabled")
    });
    if !insights {
        return;
    }
    let hours: f64 = scene
        .of_kind("AWS::ECS::TaskDefinition")
        .take(1)
        .filter_map(|task| traffic::of(task.program()?, task, scene))
        .map(|known| (known.invocations * known.seconds / 3600.0).max(known.invocations.min(HOURS)))
        .sum();
    bill.volume(cluster, "CloudWatch", "cloudwatch.metric", INSIGHTS * hours / HOURS);
}

pub(super) fn job(job: &Resource, scene: &Scene, bill: &mut Bill) {
    let rates = scene.volumes.rates;
    if !traffic::spark_takes(scene, rates.rows_per_batch * rates.bytes_per_row) {
        return;
    }
    let units = match job.text("WorkerType") {
        Some("G.1X") => 1.0,
        Some("G.2X") => 2.0,
        Some("G.4X") => 4.0,
        Some("G.8X") => 8.0,
        _ => return bill.unknown(job, "the table does not know its kind of worker"),
    };
    let workers = job.number("NumberOfWorkers").unwrap_or(10.0);
    let seconds = SPARK_SECONDS + rates.rows_per_batch / (SPARK_ROWS * workers * units);
    bill.volume(job, "Glue", "glue.dpu", rates.batches_per_day * DAYS * seconds * workers * units / 3600.0);
}

pub(super) fn machine(machine: &Resource, scene: &Scene, bill: &mut Bill) {
    /// From the pull to the end, with the choices between.
    const TRANSITIONS: f64 = 12.0;
    bill.volume(
        machine,
        "Step Functions",
        "states.transitions",
        scene.volumes.rates.batches_per_day * DAYS * TRANSITIONS,
    );
}
