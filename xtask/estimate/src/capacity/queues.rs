//! Files that are told of by a queue: catalogues, listings, and what is loaded of these.

use stacks::stage::{Accommodation, Flats, FunctionSize, Inbox, Warehouse};

use super::advice::{Plan, whole};
use super::latency::{Latency, for_one_of};
use super::{GOOD, MEMORIES, Model, Part};
use crate::pace::Pace;
use crate::traffic::queue_batch;
use crate::volumes::Volumes;

/// The longest that Lambda lets a function run.
const LONGEST: f64 = 900.0;
const MOST_AT_ONCE: f64 = 1_000.0;

/// A queue, the function behind it, and what comes.
pub(crate) struct Line<'a> {
    pub(crate) program: &'static str,
    pub(crate) pace: Option<Pace>,
    pub(crate) queue: &'a Inbox,
    pub(crate) size: FunctionSize,
    /// Files a second.
    pub(crate) rate: f64,
    /// Bytes of a file, as it comes and as it is read.
    pub(crate) packed: f64,
    pub(crate) unpacked: f64,
}

impl Line<'_> {
    fn seconds_with(&self, memory_mb: u32) -> f64 {
        let memory = f64::from(memory_mb);
        self.pace.map_or(0.0, |pace| pace.streaming_seconds(memory, self.packed, self.unpacked))
    }

    /// Of one file.
    fn seconds(&self) -> f64 {
        self.seconds_with(self.size.memory_mb)
    }

    fn busy(&self) -> f64 {
        self.rate * self.seconds() / at_once(self.queue)
    }

    fn full(&self) -> f64 {
        f64::from(self.queue.batch_size) * self.seconds() / f64::from(self.size.timeout_seconds)
    }

    fn parts(&self) -> Vec<Part> {
        let (program, seconds) = (self.program, self.seconds());
        let at_once = at_once(self.queue);
        let limit = format!("{at_once} at once, {seconds:.1} s a file with {} MB", self.size.memory_mb);
        let full = format!("{} files in {} s", self.queue.batch_size, self.size.timeout_seconds);
        vec![
            Part::new(program, limit, self.busy()),
            Part::new(format!("a full batch of {program} in its time"), full, self.full()),
        ]
    }

    fn wait(&self) -> (f64, f64) {
        let window = f64::from(self.queue.batch_window_seconds);
        let batch = queue_batch(self.rate, f64::from(self.queue.batch_size), window);
        let fill = if self.rate * window <= 1.0 { window } else { batch / self.rate };
        // A file that comes alone waits for the whole window.
        let half = if batch <= 1.0 { fill } else { fill / 2.0 };
        let duration = batch * self.seconds();
        let line = for_one_of(at_once(self.queue), self.busy(), duration);
        (half + duration / 2.0 + line, fill + duration + 2.0 * line)
    }
}

/// Pollers grow in number with what waits, up to this.
pub(super) fn at_once(queue: &Inbox) -> f64 {
    f64::from(queue.max_concurrency)
}

const FORMULA: &str = "a queue: window + duration + queueing (half of the window where several files come in one), worst: all of \
                       the window and of the batch + 2 x queueing; queueing M/D/c by Sakasegawa's approximation";

fn catalogues<'a>(it: &'a Accommodation, volumes: &Volumes) -> Line<'a> {
    let catalogues = volumes.accommodation;
    let bytes = catalogues.mb_per_file * 1e6;
    let rate = catalogues.files_per_hour / 3600.0;
    Line {
        program: "consolidate",
        pace: Pace::of("consolidate"),
        queue: &it.queue,
        size: it.consolidate,
        rate,
        packed: bytes,
        unpacked: bytes,
    }
}

fn listings<'a>(it: &'a Flats, volumes: &Volumes) -> Line<'a> {
    let flats = volumes.flats;
    let packed = flats.mb_per_file * 1e6;
    let (rate, unpacked) = (flats.files_per_hour / 3600.0, packed * flats.unpacked_times);
    Line {
        program: "transform",
        pace: Pace::of("transform"),
        queue: &it.queue,
        size: it.transform,
        rate,
        packed,
        unpacked,
    }
}

fn loads<'a>(it: &'a Flats, volumes: &Volumes) -> Line<'a> {
    let flats = volumes.flats;
    let packed = flats.mb_per_file * flats.unpacked_times * flats.kept_percent / 100.0 * 1e6 / 3.0;
    let rate = 3.0 * flats.files_per_hour / 3600.0;
    Line {
        program: "load-warehouse",
        pace: Pace::of_loads(it.warehouse == Warehouse::Postgres),
        queue: &it.load_queue,
        size: it.load,
        rate,
        packed,
        unpacked: packed,
    }
}

/// A pipeline that is one line, of which a latency is told.
pub(crate) fn one_line(pipeline: &'static str, from_to: &'static str, line: &Line, volumes: &Volumes) -> Model {
    let (p50, worst) = line.wait();
    let latency = Latency::of(from_to, p50, worst, line.busy(), FORMULA);
    Model::of(pipeline, volumes, line.parts(), vec![latency])
}

pub(super) fn accommodation(it: &Accommodation, volumes: &Volumes) -> Model {
    one_line("accommodation", "from catalogue to offers in S3", &catalogues(it, volumes), volumes)
}

pub(super) fn flats(it: &Flats, volumes: &Volumes) -> Model {
    let (files, loads) = (listings(it, volumes), loads(it, volumes));
    let mut parts = files.parts();
    parts.extend(loads.parts());
    parts.push(Part::new(
        "the warehouse, one load at a time",
        format!("{:.1} s a load", loads.seconds()),
        serial(&loads),
    ));
    let ((p50, worst), (loaded, loaded_worst)) = (files.wait(), loads.wait());
    let latencies = vec![
        Latency::of("from listing to CSV in S3", p50, worst, files.busy(), FORMULA),
        Latency::of(
            "from listing to the warehouse",
            p50 + loaded,
            worst + loaded_worst,
            files.busy().max(serial(&loads)),
            FORMULA,
        ),
    ];
    Model::of("flats", volumes, parts, latencies)
}

/// Loads lock the table that they load into.
fn serial(loads: &Line) -> f64 {
    loads.rate * loads.seconds() / 3.0
}

pub(super) fn advise_accommodation(it: &mut Accommodation, volumes: &Volumes, plan: &mut Plan) {
    let (queue, size) = advised(&catalogues(it, volumes), plan);
    set(
        plan,
        ("accommodation.queue", "accommodation.consolidate"),
        (&mut it.queue, &mut it.consolidate),
        (queue, size),
    );
}

pub(super) fn advise_flats(it: &mut Flats, volumes: &Volumes, plan: &mut Plan) {
    let (queue, size) = advised(&listings(it, volumes), plan);
    set(plan, ("flats.queue", "flats.transform"), (&mut it.queue, &mut it.transform), (queue, size));
    let (queue, size) = advised(&loads(it, volumes), plan);
    set(plan, ("flats.load_queue", "flats.load_warehouse"), (&mut it.load_queue, &mut it.load), (queue, size));
    let loads = loads(it, volumes);
    if serial(&loads) > GOOD {
        plan.beyond("flats: the warehouse takes one load of a table at a time: bring fewer and larger files");
    }
}

/// The least that suffices: a file that takes too long gets more processor, then more time, then a batch of its own.
pub(crate) fn advised(line: &Line, plan: &mut Plan) -> (Inbox, FunctionSize) {
    let (mut queue, mut size) = (*line.queue, line.size);
    let most = |memory_mb| GOOD * LONGEST / line.seconds_with(memory_mb);
    let memories = MEMORIES.into_iter().filter(|mb| *mb > size.memory_mb);
    let enough =
        |mb: u32| most(mb) >= f64::from(queue.batch_size) && line.rate * line.seconds_with(mb) <= GOOD * MOST_AT_ONCE;
    if !enough(size.memory_mb) {
        let all: Vec<_> = memories.collect();
        size.memory_mb = all.iter().copied().find(|mb| enough(*mb)).or(all.last().copied()).unwrap_or(size.memory_mb);
    }
    let seconds = line.seconds_with(size.memory_mb);
    if seconds > GOOD * LONGEST {
        plan.beyond(&format!(
            "{}: one file takes {seconds:.0} s, and no function runs for longer than 900 s: cut the files smaller",
            line.program
        ));
    }
    queue.batch_size = queue.batch_size.min(whole(most(size.memory_mb).floor()).max(1));
    let batch = f64::from(queue.batch_size) * seconds / GOOD;
    size.timeout_seconds = size.timeout_seconds.max(whole(batch.ceil()).min(900));
    let at_once = (line.rate * seconds / GOOD).ceil();
    if at_once > MOST_AT_ONCE {
        plan.beyond(&format!(
            "{}: {at_once} files at once, and a queue hands out {MOST_AT_ONCE}: share them among several stages",
            line.program
        ));
    }
    queue.max_concurrency = queue.max_concurrency.max(whole(at_once.min(MOST_AT_ONCE)));
    (queue, size)
}

/// Takes advice, whose keys are those of the queue and of the function in a stage file.
pub(crate) fn set(
    plan: &mut Plan,
    keys: (&str, &str),
    now: (&mut Inbox, &mut FunctionSize),
    to: (Inbox, FunctionSize),
) {
    let ((queue_key, function_key), (queue, size), (new_queue, new_size)) = (keys, now, to);
    plan.set(&format!("{function_key}.memory_mb"), &mut size.memory_mb, new_size.memory_mb);
    plan.set(&format!("{function_key}.timeout_seconds"), &mut size.timeout_seconds, new_size.timeout_seconds);
    plan.set(&format!("{queue_key}.batch_size"), &mut queue.batch_size, new_queue.batch_size);
    plan.set(&format!("{queue_key}.max_concurrency"), &mut queue.max_concurrency, new_queue.max_concurrency);
    // Messages have to outlast all their tries, which a longer time-out makes longer.
    queue.visibility_seconds = 6 * size.timeout_seconds + queue.batch_window_seconds;
    let hours = (queue.receive_count * queue.visibility_seconds / 3600 + 1).max(queue.retention_hours);
    plan.set(&format!("{queue_key}.retention_hours"), &mut queue.retention_hours, hours);
}
