//! From the staging table into the tables.

use crate::{
    load::Load,
    sql::{Statement, Step, create::kept, statement},
    target::{CITY, SCHEMA, Target},
};

/// Between the names that a city's key is made of: no name has it.
const BETWEEN: &str = "CHR(31)";

pub(super) fn merge(load: &Load) -> Vec<Statement> {
    let target = load.target();
    let table = target.table();
    let mut names: Vec<&str> = kept(target).map(|column| column.name).collect();
    if target == Target::Address {
        names.push("city_id");
    }
    names.push("loaded_version");
    let names = names.join(", ");
    let mut merge = vec![latest(load)];
    let mut then = |sql: String| merge.push(statement(Step::Merge, sql));
    then(format!(
        "DELETE FROM {table}_latest WHERE id IN (\n\
         SELECT fresh.id FROM {table}_latest AS fresh JOIN {SCHEMA}.{table} AS known ON known.id = fresh.id\n\
         WHERE known.loaded_version >= fresh.loaded_version)"
    ));
    if target == Target::Address {
        then(cities());
    }
    then(format!("DELETE FROM {SCHEMA}.{table} WHERE id IN (SELECT id FROM {table}_latest)"));
    then(format!("INSERT INTO {SCHEMA}.{table} ({names})\nSELECT {names} FROM {table}_latest"));
    merge.push(check(target));
    merge
}

/// One row a listing: where the file has several, the latest.
fn latest(load: &Load) -> Statement {
    let target = load.target();
    let table = target.table();
    let names: Vec<&str> = target.columns().iter().map(|column| column.name).collect();
    // What follows the version decides between rows that say the same time: any order will do, as long as it is one.
    let order = names[1..].join(", ");
    let names = names.join(", ");
    let city = if target == Target::Address { format!(", {} AS city_id", city_id()) } else { String::new() };
    statement(
        Step::Merge,
        format!(
            "CREATE TEMP TABLE {table}_latest AS\nSELECT * FROM (\n\
             SELECT {names}{city}, {version} AS loaded_version, ROW_NUMBER() OVER (\n\
             PARTITION BY id ORDER BY {version} DESC, {order}) AS place\n\
             FROM {table}_staging) AS ranked\nWHERE place = 1",
            version = version(load)
        ),
    )
}

/// Text that sorts as time does.
fn version(load: &Load) -> String {
    let seen = format!("{} {}", load.hour(), load.id());
    match load.target() {
        Target::Flats => format!(
            "COALESCE(TO_CHAR(COALESCE(realEstate_lastModificationDate, publishDate) AT TIME ZONE 'UTC', \
             'YYYYMMDDHH24MISSMS'), '00000000000000000') || ' {seen}'"
        ),
        // They say no time of their own.
        Target::Address | Target::Agency => format!("CAST('{seen}' AS VARCHAR(128))"),
    }
}

/// Made of its names, so that it is the same whichever file tells of the city first.
fn city_id() -> String {
    let names = CITY.map(|name| format!("COALESCE({name}, '')")).join(&format!(" || {BETWEEN} || "));
    format!("CASE WHEN COALESCE({}) IS NOT NULL THEN MD5({names}) END", CITY.join(", "))
}

fn cities() -> String {
    let names = CITY.join(", ");
    let fresh = CITY.map(|name| format!("fresh.{name}")).join(", ");
    format!(
        "INSERT INTO {SCHEMA}.city (city_id, {names})\n\
         SELECT DISTINCT fresh.city_id, {fresh} FROM address_latest AS fresh\n\
         LEFT JOIN {SCHEMA}.city AS known ON known.city_id = fresh.city_id\n\
         WHERE fresh.city_id IS NOT NULL AND known.city_id IS NULL"
    )
}

/// Divides by zero unless each listing of the file is in the table once: Redshift does not see to it itself, and a
/// batch of statements stops at nothing but an error.
fn check(target: Target) -> Statement {
    let table = target.table();
    statement(
        Step::Check,
        format!(
            "SELECT 1 / CASE WHEN there.listings = file.listings THEN 1 ELSE 0 END AS each_listing_is_there_once\n\
             FROM (SELECT COUNT(*) AS listings FROM {SCHEMA}.{table} WHERE id IN (SELECT id FROM {table}_staging)) AS there\n\
             CROSS JOIN (SELECT COUNT(DISTINCT id) AS listings FROM {table}_staging) AS file"
        ),
    )
}
