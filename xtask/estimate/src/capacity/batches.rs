//! What runs by the clock: a day's orders, a batch of prices.

use stacks::stage::{Engine, Load, Orders, Pull, Rates, Schedule, TimeOfDay};

use super::advice::{Plan, whole};
use super::latency::Latency;
use super::{GOOD, MEMORIES, Model, Part};
use crate::pace::Pace;
use crate::traffic::pull_seconds;
use crate::volumes::Volumes;

/// The longest that Lambda lets a function run, and a container of ours.
const LONGEST: u32 = 900;
const LONGEST_TASK: u32 = 86_400;
/// What a worker of Spark gets through, and how long it takes until there is one.
const SPARK_ROWS: f64 = 50_000.0;
const SPARK_START: f64 = 60.0;
/// What DMS writes into PostgreSQL in a second, and the quiet hours that it has for it.
const DMS_ROWS: f64 = 15_000.0;
const QUIET_HOURS: f64 = 4.0;

fn seconds(program: &str, memory_mb: u32, rows: f64) -> f64 {
    Pace::of(program).map_or(0.0, |pace| pace.seconds(f64::from(memory_mb), rows, 0.0))
}

fn in_time(program: &str, seconds: f64, limit: u32) -> Part {
    Part::new(program, format!("{seconds:.0} s of {limit} s"), seconds / f64::from(limit))
}

pub(super) fn orders(it: &Orders, volumes: &Volumes) -> Model {
    let run = seconds("orders-etl", it.etl.memory_mb, volumes.orders.rows_per_day);
    let part = in_time("orders-etl", run, it.etl.timeout_seconds);
    let latency =
        Latency::of("from the schedule to the exported tables", run, run, part.utilisation, "orders: the run");
    Model::of("orders", volumes, vec![part], vec![latency])
}

/// More memory, then more time; false where neither is enough.
fn more(program: &str, rows: f64, memory_mb: u32, timeout: u32) -> (u32, u32, bool) {
    let limit = f64::from(LONGEST) * GOOD;
    if seconds(program, memory_mb, rows) <= f64::from(timeout) * GOOD {
        return (memory_mb, timeout, true);
    }
    let mut larger = MEMORIES.into_iter().filter(|mb| *mb >= memory_mb);
    let memory = larger
        .clone()
        .find(|mb| seconds(program, *mb, rows) <= limit)
        .or_else(|| larger.next_back())
        .unwrap_or(memory_mb);
    let needed = seconds(program, memory, rows);
    (memory, timeout.max(whole((needed / GOOD).ceil()).min(LONGEST)), needed <= limit)
}

pub(super) fn advise_orders(it: &mut Orders, volumes: &Volumes, plan: &mut Plan) {
    let rows = volumes.orders.rows_per_day;
    let (memory, timeout, enough) = more("orders-etl", rows, it.etl.memory_mb, it.etl.timeout_seconds);
    plan.set("orders.etl.memory_mb", &mut it.etl.memory_mb, memory);
    plan.set("orders.etl.timeout_seconds", &mut it.etl.timeout_seconds, timeout);
    if !enough {
        plan.beyond("orders: a day is one run of a function, and this one takes longer than 900 s: part the shops among several stages");
    }
}

/// What a batch of prices takes, step by step.
struct Batch {
    pull: f64,
    curate: f64,
    /// Where the batch is so large.
    spark: Option<f64>,
    load: f64,
}

impl Batch {
    fn of(it: &Rates, volumes: &Volumes) -> Self {
        let rates = volumes.rates;
        let (rows, bytes) = (rates.rows_per_batch, rates.rows_per_batch * rates.bytes_per_row);
        let job = match it.engine {
            Engine::Glue(spark) => Some(spark),
            #[expect(clippy::cast_precision_loss, reason = "a size of files")]
            Engine::Both { above_bytes, spark } => (bytes > above_bytes as f64).then_some(spark),
            Engine::Function => None,
        };
        let spark = job.map(|job| SPARK_START + rows / (SPARK_ROWS * f64::from(job.workers) * units(job.worker_type)));
        let curated = if spark.is_some() { rows / 10.0 } else { rows };
        Self {
            pull: pull_seconds(rows, rates.rows_per_page, f64::from(it.requests_per_minute)),
            curate: seconds("curate", it.curate.memory_mb, curated),
            spark,
            load: match it.load {
                Load::Direct => seconds("load-rates", it.loader.memory_mb, rows),
                Load::Dms(_) => rows / DMS_ROWS,
            },
        }
    }

    fn made(&self) -> f64 {
        self.pull + self.curate + self.spark.unwrap_or_default()
    }
}

fn units(kind: stacks::stage::WorkerType) -> f64 {
    use stacks::stage::WorkerType::{G1X, G2X, G4X, G8X};
    match kind {
        G1X => 1.0,
        G2X => 2.0,
        G4X => 4.0,
        G8X => 8.0,
    }
}

const DAY: f64 = 86_400.0;

/// From the one time of day to the other; times of different zones are taken as they stand.
fn between(from: Schedule, to: Schedule) -> f64 {
    let seconds = |time: TimeOfDay| f64::from(time.hour) * 3600.0 + f64::from(time.minute) * 60.0;
    let gap = (seconds(to.at) - seconds(from.at)).rem_euclid(DAY);
    if gap == 0.0 { DAY } else { gap }
}

pub(super) fn rates(it: &Rates, volumes: &Volumes) -> Model {
    let batch = Batch::of(it, volumes);
    let gap = between(it.schedule, it.off_peak);
    let mut parts = vec![
        Part::new(
            "from the pull to the off-peak load",
            format!("{:.0} s of {gap:.0} s", batch.made()),
            batch.made() / gap,
        ),
        in_time("curate", batch.curate, it.curate.timeout_seconds),
    ];
    parts.push(match it.pull {
        Pull::Task(size) => in_time("pull-rates", batch.pull, size.timeout_seconds),
        // The next attempt goes on behind the last.
        Pull::Function(size) => {
            let all = size.timeout_seconds.saturating_mul(1 + it.retry.attempts);
            in_time("pull-rates, all attempts", batch.pull, all)
        }
    });
    if let (Some(seconds), Some(spark)) = (batch.spark, it.engine.spark()) {
        parts.push(in_time("Spark", seconds, spark.timeout_minutes * 60));
    }
    parts.push(match it.load {
        Load::Direct => in_time("load-rates", batch.load, it.loader.timeout_seconds),
        Load::Dms(_) => in_time("DMS in the quiet hours", batch.load, whole(QUIET_HOURS * 3600.0)),
    });
    let used = parts.iter().map(|part| part.utilisation).fold(0.0, f64::max);
    let latencies = vec![
        Latency::of("from the pull to queries", batch.made(), batch.made(), used, "rates: pull + curate"),
        Latency::of(
            "from the pull to PostgreSQL",
            gap + batch.load,
            gap + batch.load,
            used,
            "rates, loaded: until the off-peak time + load",
        ),
    ];
    Model::of("rates", volumes, parts, latencies)
}

pub(super) fn advise_rates(it: &mut Rates, volumes: &Volumes, plan: &mut Plan) {
    let rates = volumes.rates;
    let rows = rates.rows_per_batch;
    advise_pull(it, volumes, plan);
    let before = Batch::of(it, volumes);
    let by_function = if before.spark.is_some() { rows / 10.0 } else { rows };
    let (memory, timeout, enough) = more("curate", by_function, it.curate.memory_mb, it.curate.timeout_seconds);
    if let (false, Engine::Function | Engine::Both { .. }, None) = (enough, it.engine, before.spark) {
        plan.beyond(
            "rates: the batch outgrows the function: write 'spark: {above_mb: …}' with less than it has, and ask again",
        );
    } else if !enough {
        plan.beyond("rates: the batch is too large to be looked through by one function: pull fewer prices at once");
    }
    plan.set("rates.curate.memory_mb", &mut it.curate.memory_mb, memory);
    plan.set("rates.curate.timeout_seconds", &mut it.curate.timeout_seconds, timeout);
    if let (Some(seconds), Engine::Both { spark, .. } | Engine::Glue(spark)) = (before.spark, &mut it.engine) {
        /// The longest that a stage file lets it run.
        const LONGEST_MINUTES: f64 = 1_440.0;
        let minutes = (seconds / GOOD / 60.0).ceil();
        let longer = whole(minutes.min(LONGEST_MINUTES)).max(spark.timeout_minutes);
        plan.set("rates.spark.timeout_minutes", &mut spark.timeout_minutes, longer);
        if minutes > LONGEST_MINUTES {
            plan.beyond("rates: Spark takes longer than a day: more 'spark.workers', or fewer prices at once");
        }
    }
    match it.load {
        Load::Direct => {
            let (memory, timeout, enough) = more("load-rates", rows, it.loader.memory_mb, it.loader.timeout_seconds);
            plan.set("rates.loader.memory_mb", &mut it.loader.memory_mb, memory);
            plan.set("rates.loader.timeout_seconds", &mut it.loader.timeout_seconds, timeout);
            if !enough {
                plan.beyond("rates: the load takes longer than a function may run: 'load: dms', which has hours");
            }
        }
        Load::Dms(_) if rows / DMS_ROWS > QUIET_HOURS * 3600.0 * GOOD => {
            plan.beyond(
                "rates: DMS does not get through in the quiet hours: 'load: direct' is a hundred times as fast",
            );
        }
        Load::Dms(_) => {}
    }
    let made = Batch::of(it, volumes).made() / GOOD;
    if made > between(it.schedule, it.off_peak) {
        if made > DAY {
            plan.beyond(
                "rates: a batch takes longer than a day, and the next one begins before: pull fewer prices at once",
            );
            return;
        }
        let minutes = (made / 60.0).ceil() + f64::from(it.schedule.at.hour) * 60.0 + f64::from(it.schedule.at.minute);
        let at = whole(minutes) % 1_440;
        let told = |time: TimeOfDay| format!("\"{:02}:{:02}\"", time.hour, time.minute);
        let (hour, minute) = (u8::try_from(at / 60).unwrap_or_default(), u8::try_from(at % 60).unwrap_or_default());
        let to = TimeOfDay { hour, minute };
        plan.change("rates.off_peak.at", &told(it.off_peak.at), &told(to));
        it.off_peak.at = to;
    }
}

fn advise_pull(it: &mut Rates, volumes: &Volumes, plan: &mut Plan) {
    let rates = volumes.rates;
    let limit = match it.pull {
        Pull::Task(size) => size.timeout_seconds,
        Pull::Function(size) => size.timeout_seconds * (1 + it.retry.attempts),
    };
    let gap = between(it.schedule, it.off_peak);
    let seconds = |rpm: u32| pull_seconds(rates.rows_per_batch, rates.rows_per_page, f64::from(rpm));
    // Faster, as far as a page of the source allows; beside the pull, the window has to hold the rest.
    let wanted = (f64::from(limit) * GOOD).min(gap * GOOD / 2.0);
    if seconds(it.requests_per_minute) > wanted {
        const FASTEST: u32 = 120;
        let pages = (rates.rows_per_batch / rates.rows_per_page.max(1.0)).ceil();
        let needed = whole((pages * 60.0 / wanted).ceil()).min(FASTEST).max(it.requests_per_minute);
        plan.set("rates.source.requests_per_minute", &mut it.requests_per_minute, needed);
    }
    let needed = whole((seconds(it.requests_per_minute) / GOOD).ceil());
    if needed <= limit {
        return;
    }
    match &mut it.pull {
        Pull::Task(size) => plan.set("rates.pull.timeout_seconds", &mut size.timeout_seconds, needed.min(LONGEST_TASK)),
        Pull::Function(size) => {
            /// The most that a stage file can have.
            const ATTEMPTS: u32 = 20;
            plan.set("rates.pull.timeout_seconds", &mut size.timeout_seconds, LONGEST);
            let attempts = needed.div_ceil(LONGEST).min(ATTEMPTS).max(it.retry.attempts);
            plan.set("rates.retry.attempts", &mut it.retry.attempts, attempts);
        }
    }
    let longest = match it.pull {
        Pull::Task(size) => size.timeout_seconds,
        Pull::Function(size) => size.timeout_seconds * (1 + it.retry.attempts),
    };
    if needed > longest {
        plan.beyond("rates: the source gives its pages too slowly: larger pages, or fewer prices at once");
    }
}
