//! What only the database can tell of a file: ids that are there twice, and names of things that nobody knows.

use contract::orders::{ORDERS, REVIEWS, SHIPMENTS, Sheet};

use crate::{
    fault::{Complaint, Faults, Trouble},
    session::Session,
    value::shown,
};

/// The first line of a table with an id that an earlier line has, that earlier line, and how many others there are.
const TWICE: &str = "\
WITH twice AS MATERIALIZED (
    SELECT {id} AS id, MIN(line) AS first FROM {table} GROUP BY {id} HAVING COUNT(*) > 1
)
SELECT again.line, again.{id}, twice.first, COUNT(*) OVER () - 1
FROM {table} AS again JOIN twice ON twice.id = again.{id} AND twice.first < again.line
ORDER BY again.line LIMIT 1";

/// The first line that names what is not in another table, and how many others there are.
const UNKNOWN: &str = "\
SELECT named.line, named.{id}, '', COUNT(*) OVER () - 1
FROM {table} AS named
WHERE NOT EXISTS (SELECT FROM {known} AS known WHERE CAST(known.{id} AS TEXT) = named.{id})
ORDER BY named.line LIMIT 1";

/// What is looked for in a staged file.
struct Check {
    table: &'static str,
    /// What no two rows may have in common.
    id: Option<&'static str>,
    /// What names something else, the table that knows it, and what people call that.
    named: &'static str,
    known: &'static str,
    place: &'static str,
}

const OF_PRODUCTS: &str = "{dimensions}.dim_products";

const CHECKS: [Check; 3] = [
    Check { table: ORDERS.table, id: Some("order_id"), named: "product_id", known: OF_PRODUCTS, place: OF_PRODUCTS },
    Check { table: REVIEWS.table, id: None, named: "product_id", known: OF_PRODUCTS, place: OF_PRODUCTS },
    Check {
        table: SHIPMENTS.table,
        id: Some("shipment_id"),
        named: "order_id",
        known: "\"{schema}_staging\".orders",
        place: ORDERS.files[0],
    },
];

/// Of a staged file, with the faults that were found while it was read.
pub(crate) async fn staged(session: &Session<'_>, sheet: &Sheet, faults: Faults) -> Result<Faults, Trouble> {
    let Some(check) = CHECKS.iter().find(|check| check.table == sheet.table) else { return Ok(faults) };
    let table = format!("\"{{schema}}_staging\".{}", check.table);
    let faults = match check.id {
        Some(id) => faults.or_earlier(twice(session, &table, id).await?),
        None => faults,
    };
    let sql = UNKNOWN.replace("{table}", &table).replace("{known}", check.known).replace("{id}", check.named);
    let place = session.fill(check.place, &[]);
    let why = |value: &str, _: &str| format!("{} {} is not in {place}", check.named, shown(value));
    Ok(faults.or_earlier(first(session, "looking for unknown ids", &sql, "unknown", why).await?))
}

/// Rows with the same id, of which nobody knows which one is meant.
pub(crate) async fn twice(session: &Session<'_>, table: &str, id: &str) -> Result<Option<(Complaint, u64)>, Trouble> {
    let sql = TWICE.replace("{table}", table).replace("{id}", id);
    let why = |value: &str, earlier: &str| format!("{id} {} is in line {earlier} already", shown(value));
    first(session, "looking for ids that are there twice", &sql, "twice", why).await
}

async fn first(
    session: &Session<'_>,
    purpose: &str,
    sql: &str,
    kind: &'static str,
    why: impl Fn(&str, &str) -> String,
) -> Result<Option<(Complaint, u64)>, Trouble> {
    let rows = session.select(purpose, &session.fill(sql, &[])).await?;
    let Some([Some(line), Some(value), Some(other), Some(more)]) = rows.first().map(Vec::as_slice) else {
        return Ok(None);
    };
    let complaint = Complaint { line: line.parse().unwrap_or_default(), kind, why: why(value, other) };
    Ok(Some((complaint, more.parse().unwrap_or_default())))
}
