//! The functions, each beside a handler in Python that does the same and beside what it costs only to read the input.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::progress::{Task, say};
use crate::project::Project;
use crate::tools;
use engine::failure::{Context, Failure, Outcome};

/// What is measured, with its handler in Python.
const FUNCTIONS: [(&str, &str); 2] =
    [("consolidate", include_str!("python/consolidate.py")), ("transform", include_str!("python/transform.py"))];

/// The input, as its bucket and its folder have it.
const OBJECT: &str = "bench/input.jsonl";

/// How many times as fast as Python a function should be, which part of the ceiling it should reach, and what it may take.
const TIMES_PYTHON: f64 = 20.0;
const OF_CEILING: f64 = 0.5;
const PEAK_MB: f64 = 256.0;

/// What is measured beside PostgreSQL's own way to read a file, and with how many orders.
const ORDERS: &str = "orders-etl";
const ORDERS_ROWS: u64 = 10_000_000;

/// What is measured beside `DuckDB` on the same file, and with how many prices.
const CURATE: &str = "curate";
const CURATE_ROWS: u64 = 10_000_000;

#[derive(Debug, Serialize)]
pub(super) struct FunctionsReport {
    input_mb: u64,
    large_mb: u64,
    paces: Vec<Pace>,
    orders: OrdersPace,
    curate: CuratePace,
}

#[derive(Debug, Serialize, Deserialize)]
struct CuratePace {
    rows: u64,
    rows_per_second: f64,
    seconds: f64,
    cpu_seconds: f64,
    parquet_bytes: u64,
    peak_mb: f64,
    limit_mb: f64,
    /// The same work.
    duckdb_seconds: f64,
    duckdb_bytes: u64,
    /// Without sorting, and with what is there twice.
    duckdb_plain_seconds: f64,
    duckdb_plain_bytes: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrdersPace {
    rows: u64,
    rows_per_second: f64,
    of_copy: f64,
    aim_of_copy: f64,
    whole_run_seconds: f64,
    peak_mb: f64,
    limit_mb: f64,
}

/// Megabytes a second of input, unpacked.
#[derive(Debug, Serialize)]
struct Pace {
    function: &'static str,
    mb_per_second: f64,
    python_mb_per_second: f64,
    ceiling_mb_per_second: f64,
    /// With the large object.
    large_mb_per_second: f64,
    peak_mb: f64,
}

/// What one process says of its step.
#[derive(Debug, Deserialize)]
struct Step {
    seconds: f64,
    peak_mb: f64,
}

impl FunctionsReport {
    pub(super) fn measure(project: &Project, input_mb: u64, large_mb: u64) -> Outcome<Self> {
        say("building the functions in release");
        let measured: Vec<_> = FUNCTIONS.map(|(function, _)| function).into_iter().chain([ORDERS, CURATE]).collect();
        let binaries = binaries(project, &measured)?;
        let mut paces = Vec::new();
        for (function, python) in FUNCTIONS {
            let binary = binaries.get(function).ok_or_else(|| Failure::new(format!("cargo built no {function}")))?;
            let root = tempfile::tempdir().failing(|| "cannot make a temporary folder".to_owned())?;
            let bench = Bench { function, binary, root: root.path() };
            bench.step("generate", input_mb)?;
            // The best of three: whatever else the machine does only makes it slower.
            let [work, parse] = ["work", "parse"].map(|step| bench.best_of(3, || bench.step(step, input_mb)));
            let (work, parse, slow) = (work?, parse?, bench.best_of(1, || bench.python(python))?);
            bench.step("generate", large_mb)?;
            let large = bench.step("work", large_mb)?;
            paces.push(Pace {
                function,
                mb_per_second: pace(input_mb, &work),
                python_mb_per_second: pace(input_mb, &slow),
                ceiling_mb_per_second: pace(input_mb, &parse),
                large_mb_per_second: pace(large_mb, &large),
                peak_mb: large.peak_mb,
            });
        }
        let binary = |of: &str| binaries.get(of).ok_or_else(|| Failure::new(format!("cargo built no {of}")));
        let servers = tools::postgres(project)?;
        let orders = told(ORDERS, binary(ORDERS)?, ORDERS_ROWS, postgres::VARIABLE, servers.folder())?;
        let curate = told(CURATE, binary(CURATE)?, CURATE_ROWS, tools::PYSPARK, &tools::pyspark(project)?)?;
        Ok(Self { input_mb, large_mb, paces, orders, curate })
    }

    /// The paces are aims; what a function may take is a limit, since with more it is killed.
    pub(super) fn keeps_its_limit(&self) -> bool {
        self.paces.iter().all(|pace| pace.peak_mb < PEAK_MB)
            && self.orders.peak_mb < self.orders.limit_mb
            && self.curate.peak_mb < self.curate.limit_mb
    }
}

struct Bench<'a> {
    function: &'static str,
    binary: &'a Path,
    root: &'a Path,
}

impl Bench<'_> {
    fn best_of(&self, times: usize, step: impl Fn() -> Outcome<Step>) -> Outcome<Step> {
        let _task = Task::start(&format!("measuring: {}", self.function));
        let mut best = step()?;
        for _ in 1..times {
            let next = step()?;
            if next.seconds < best.seconds {
                best = next;
            }
        }
        Ok(best)
    }

    /// A step of the benchmark that stands in the function's own crate.
    fn step(&self, step: &str, megabytes: u64) -> Outcome<Step> {
        let report = self.root.join("report.json");
        let mut command = Command::new(self.binary);
        command.args(["pace::pace", "--exact", "--ignored"]);
        command.env("MILLRACE_PACE_STEP", step).env("MILLRACE_PACE_ROOT", self.root);
        command.env("MILLRACE_PACE_OBJECT", OBJECT).env("MILLRACE_PACE_MB", megabytes.to_string());
        command.env("MILLRACE_PACE_REPORT", &report);
        self.output(&mut command, step)?;
        let text = fs::read(&report).failing(|| format!("{} reports nothing", self.function))?;
        serde_json::from_slice(&text).failing(|| format!("{} reports what is no report", self.function))
    }

    fn python(&self, script: &str) -> Outcome<Step> {
        let arguments: [&OsStr; 4] = [
            "-c".as_ref(),
            script.as_ref(),
            &self.root.join("in").join(OBJECT).into_os_string(),
            &self.root.join("python").into_os_string(),
        ];
        let output = self.output(Command::new("python3").args(arguments), "the handler in Python")?;
        serde_json::from_slice(&output).failing(|| "Python reports what is no report".to_owned())
    }

    fn output(&self, command: &mut Command, what: &str) -> Outcome<Vec<u8>> {
        let output = command.output().failing(|| format!("cannot run {}", command.get_program().display()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = [output.stdout, output.stderr].concat();
        Err(Failure::new(format!("{}: '{what}' fails", self.function))
            .since(String::from_utf8_lossy(&said))
            .hint("mend that first: a failure has no speed"))
    }
}

/// The function's own benchmark, which tells a line of JSON among what tests say. It finds what it is measured beside by
/// the variable.
fn told<T: DeserializeOwned>(function: &str, binary: &Path, rows: u64, variable: &str, beside: &Path) -> Outcome<T> {
    let _task = Task::start(&format!("measuring: {function}"));
    let mut command = Command::new(binary);
    command.args(["pace::pace", "--exact", "--ignored", "--nocapture"]);
    command.env("MILLRACE_PACE_ROWS", rows.to_string()).env(variable, beside);
    let output = command.output().failing(|| format!("cannot run {}", binary.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let told = said.lines().find_map(|line| serde_json::from_str(line).ok());
    told.filter(|_| output.status.success()).ok_or_else(|| {
        Failure::new(format!("{function}: its benchmark fails"))
            .since([said, String::from_utf8_lossy(&output.stderr)].concat())
            .hint("mend that first: a failure has no speed")
    })
}

/// The benchmarks that the functions' crates have among their tests, by function.
pub(super) fn binaries(project: &Project, functions: &[&str]) -> Outcome<BTreeMap<String, PathBuf>> {
    let mut command = Command::new("cargo");
    command.args(["test", "--release", "--no-run", "--quiet", "--ignore-rust-version", "--message-format", "json"]);
    for function in functions {
        command.args(["--package", function, "--bin", function]);
    }
    let output = command.current_dir(project.root()).output().failing(|| "cannot run cargo".to_owned())?;
    if !output.status.success() {
        return Err(Failure::new("the functions cannot be built")
            .since(String::from_utf8_lossy(&output.stderr))
            .hint("run: cargo test --release --no-run --ignore-rust-version"));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).filter_map(|message| {
        let name = message["target"]["name"].as_str()?.to_owned();
        let tests = message["profile"]["test"].as_bool()?;
        let binary = message["executable"].as_str()?;
        tests.then(|| (name, PathBuf::from(binary)))
    });
    Ok(built.collect())
}

fn pace(megabytes: u64, step: &Step) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    let megabytes = megabytes as f64;
    megabytes / step.seconds
}

impl fmt::Display for FunctionsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = |kept| if kept { "kept" } else { "MISSED" };
        for Pace {
            function,
            mb_per_second,
            python_mb_per_second,
            ceiling_mb_per_second,
            large_mb_per_second,
            peak_mb,
        } in &self.paces
        {
            let (times, part) = (mb_per_second / python_mb_per_second, mb_per_second / ceiling_mb_per_second);
            writeln!(f, "{function}: {mb_per_second:.0} MB/s of {} MB", self.input_mb)?;
            write!(f, "  Python: {python_mb_per_second:.1} MB/s, so it is {times:.1} times as fast; ")?;
            writeln!(f, "aim {TIMES_PYTHON:.0}, {}", kept(times >= TIMES_PYTHON))?;
            write!(f, "  reading and parsing alone: {ceiling_mb_per_second:.0} MB/s, so it reaches {part:.2} of it; ")?;
            writeln!(f, "aim {OF_CEILING}, {}", kept(part >= OF_CEILING))?;
            write!(f, "  with {} MB: {large_mb_per_second:.0} MB/s, and {peak_mb:.0} MB of memory; ", self.large_mb)?;
            writeln!(f, "limit {PEAK_MB:.0}, {}", if *peak_mb < PEAK_MB { "kept" } else { "BROKEN" })?;
        }
        let OrdersPace { rows, rows_per_second, of_copy, aim_of_copy, whole_run_seconds, peak_mb, limit_mb } =
            &self.orders;
        writeln!(
            f,
            "{ORDERS}: {rows_per_second:.0} rows a second of {rows}, {whole_run_seconds:.0} s for the whole run"
        )?;
        write!(f, "  {of_copy:.2} of PostgreSQL's own COPY; aim {aim_of_copy}, {}; ", kept(of_copy >= aim_of_copy))?;
        write!(f, "{peak_mb:.0} MB of memory; limit {limit_mb:.0}, {}", kept(peak_mb < limit_mb))?;
        write!(f, "\n{}", self.curate)
    }
}

impl fmt::Display for CuratePace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = |kept| if kept { "kept" } else { "MISSED" };
        let Self { rows, rows_per_second, seconds, cpu_seconds, parquet_bytes, peak_mb, limit_mb, .. } = self;
        let Self { duckdb_seconds, duckdb_bytes, duckdb_plain_seconds, duckdb_plain_bytes, .. } = self;
        let megabytes = |bytes: &u64| bytes / 1_000_000;
        writeln!(f, "{CURATE}: {rows_per_second:.0} rows a second of {rows}, {cpu_seconds:.1} CPU seconds")?;
        write!(f, "  DuckDB: {duckdb_seconds:.1} s where it takes {seconds:.1} s; ")?;
        write!(f, "aim no slower, {}; ", kept(seconds <= duckdb_seconds))?;
        writeln!(f, "{duckdb_plain_seconds:.1} s as the rows come")?;
        write!(f, "  {} MB of Parquet; DuckDB: {} MB, ", megabytes(parquet_bytes), megabytes(duckdb_bytes))?;
        writeln!(f, "{} MB as the rows come", megabytes(duckdb_plain_bytes))?;
        write!(f, "  {peak_mb:.0} MB of memory; limit {limit_mb:.0}, {}", kept(peak_mb < limit_mb))
    }
}
