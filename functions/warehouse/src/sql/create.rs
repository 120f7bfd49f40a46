//! The tables, made if they are not there.

use crate::{
    sql::{Statement, Step, statement},
    target::{CITY, Column, SCHEMA, Target},
};

/// Of a hash in hexadecimal.
const KEY: &str = "VARCHAR(32)";

/// Everything that a load needs to be there.
pub fn create() -> Vec<Statement> {
    let loads = "load_id VARCHAR(64) NOT NULL PRIMARY KEY, object VARCHAR(4096) NOT NULL, \
                 version VARCHAR(2048) NOT NULL, target VARCHAR(64) NOT NULL, row_count BIGINT NOT NULL, \
                 loaded_at TIMESTAMPTZ NOT NULL";
    let city: Vec<String> = CITY.iter().map(|name| format!("{name} VARCHAR(1024)")).collect();
    let tables = [
        ("loads", loads.to_owned()),
        ("city", format!("city_id {KEY} NOT NULL PRIMARY KEY, {}", city.join(", "))),
        ("flats", columns(Target::Flats, "")),
        ("address", columns(Target::Address, &format!("city_id {KEY} REFERENCES {SCHEMA}.city (city_id), "))),
        ("agency", columns(Target::Agency, "")),
    ];
    let schema = statement(Step::Create, format!("CREATE SCHEMA IF NOT EXISTS {SCHEMA}"));
    let table =
        |(name, columns)| statement(Step::Create, format!("CREATE TABLE IF NOT EXISTS {SCHEMA}.{name} ({columns})"));
    [schema].into_iter().chain(tables.map(table)).collect()
}

/// Of the table: of the file, but for those of a city, which are in a table of their own.
fn columns(target: Target, more: &str) -> String {
    let own: Vec<String> = kept(target).map(|column| format!("{} {}, ", column.name, typed(column))).collect();
    format!("{}{more}loaded_version VARCHAR(128) NOT NULL, PRIMARY KEY (id)", own.concat())
}

/// The columns of the file that its table has too.
pub(super) fn kept(target: Target) -> impl Iterator<Item = &'static Column> {
    target.columns().iter().filter(|column| !CITY.contains(&column.name))
}

/// As the file has it, for this session alone.
pub(super) fn staging(target: Target) -> Statement {
    let columns: Vec<String> =
        target.columns().iter().map(|column| format!("{} {}", column.name, typed(column))).collect();
    statement(Step::Stage, format!("CREATE TEMP TABLE {}_staging ({})", target.table(), columns.join(", ")))
}

fn typed(column: &Column) -> String {
    let null = if column.name == "id" { " NOT NULL" } else { "" };
    format!("{}{null}", column.holds.sql())
}
