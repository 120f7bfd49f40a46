//! Orders and prices: beside PostgreSQL's own `COPY` of the same rows, and beside `DuckDB` on the same file.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::process::Command;

use super::Part;
use super::functions::binaries;
use super::report::{Row, Rule, Unit};
use crate::progress::Task;
use crate::project::Project;
use crate::tools;
use engine::failure::{Context, Failure, Outcome};

const ORDERS: &str = "orders-etl";
const RATES: &str = "load-rates";
const CURATE: &str = "curate";

/// A function that copies into PostgreSQL.
#[derive(Debug, Deserialize)]
struct Copying {
    rows_per_second: f64,
    /// The part of COPY's own rate.
    of_copy: f64,
    aim_of_copy: f64,
    peak_mb: f64,
    limit_mb: f64,
}

#[derive(Debug, Deserialize)]
struct CuratePace {
    seconds: f64,
    cpu_seconds: f64,
    parquet_bytes: f64,
    peak_mb: f64,
    limit_mb: f64,
    /// The same work.
    duckdb_seconds: f64,
    duckdb_bytes: f64,
    /// Without sorting, and with what is there twice.
    duckdb_plain_seconds: f64,
}

pub(super) fn measure(project: &Project, rows: u64) -> Outcome<Vec<Row>> {
    let binaries = binaries(project, &[ORDERS, RATES, CURATE])?;
    let binary = |of: &str| binaries.get(of).ok_or_else(|| Failure::new(format!("cargo built no {of}")));
    let servers = tools::postgres(project)?;
    let mut table = Vec::new();
    for (function, what) in [(ORDERS, "orders into PostgreSQL"), (RATES, "prices into PostgreSQL")] {
        let pace: Copying = told(function, binary(function)?, rows, postgres::VARIABLE, servers.folder())?;
        table.extend(pace.rows(function, what));
    }
    let curate: CuratePace = told(CURATE, binary(CURATE)?, rows, tools::PYSPARK, &tools::pyspark(project)?)?;
    table.extend(curate.rows(rows));
    Ok(table)
}

impl Copying {
    fn rows(&self, function: &str, what: &str) -> [Row; 2] {
        let pace = Row::new(Part::Databases, format!("{function}: {what}"), self.rows_per_second, Unit::RowsASecond);
        [
            pace.beside("COPY of the same rows", self.rows_per_second / self.of_copy)
                .aim(Rule::AtLeastTimes(self.aim_of_copy)),
            memory(function, self.peak_mb, self.limit_mb),
        ]
    }
}

impl CuratePace {
    fn rows(&self, rows: u64) -> [Row; 4] {
        let Self { seconds, cpu_seconds, duckdb_seconds, duckdb_plain_seconds, .. } = *self;
        let time =
            |what: &str| Row::new(Part::Databases, format!("{CURATE}: {rows} prices{what}"), seconds, Unit::Seconds);
        let size = Row::new(Part::Databases, format!("{CURATE}: Parquet"), self.parquet_bytes / 1e6, Unit::Megabytes);
        [
            time("")
                .cpu(cpu_seconds * 1_000.0)
                .beside("DuckDB, the same work", duckdb_seconds)
                .aim(Rule::AtMostTimes(1.0)),
            time(", sorted").beside("DuckDB, as they come", duckdb_plain_seconds),
            size.beside("DuckDB", self.duckdb_bytes / 1e6),
            memory(CURATE, self.peak_mb, self.limit_mb),
        ]
    }
}

pub(super) fn memory(function: &str, peak_mb: f64, limit_mb: f64) -> Row {
    Row::new(Part::Databases, format!("{function}: memory"), peak_mb, Unit::Megabytes).limit(Rule::AtMost(limit_mb))
}

/// The function's own benchmark, which tells a line of JSON among what tests say. It finds what it is measured beside by
/// the variable.
fn told<T: DeserializeOwned>(function: &str, binary: &Path, rows: u64, variable: &str, beside: &Path) -> Outcome<T> {
    let _task = Task::start(&format!("measuring: {function}, {rows} rows"));
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
