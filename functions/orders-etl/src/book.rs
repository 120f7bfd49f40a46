//! What is recorded of a date: that its rows are there, whether they are exported, and whether people were told.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Map, Value};

use crate::{fault::Trouble, session::Session};

/// Of each file, by its table.
pub(crate) type RowCounts = Map<String, Value>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) rows: RowCounts,
    /// Dates with orders that are not among the dates that are known.
    pub(crate) unknown_dates: u64,
    pub(crate) is_exported: bool,
    pub(crate) is_told: bool,
}

/// What may come after the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Exported,
    Told,
}

pub(crate) async fn read(session: &Session<'_>, day: NaiveDate) -> Result<Option<Entry>, Trouble> {
    let sql = format!(
        "SELECT row_counts, unknown_dates, exported_at, told_at FROM \"{{schema}}_analytics\".runs\n\
         WHERE ingestion_date = DATE '{day}'"
    );
    let rows = session.select("looking whether the date is done", &session.fill(&sql, &[])).await?;
    let Some([counts, unknown, exported, told]) = rows.first().map(Vec::as_slice) else { return Ok(None) };
    Ok(Some(Entry {
        rows: counts.as_deref().and_then(|counts| serde_json::from_str(counts).ok()).unwrap_or_default(),
        unknown_dates: unknown.as_deref().and_then(|unknown| unknown.parse().ok()).unwrap_or_default(),
        is_exported: exported.is_some(),
        is_told: told.is_some(),
    }))
}

/// Records a load, in the transaction that does it.
pub(crate) async fn record(
    session: &Session<'_>,
    day: NaiveDate,
    entry: &Entry,
    now: DateTime<Utc>,
) -> Result<(), Trouble> {
    // Names of tables and numbers: nothing in it has to be escaped.
    let rows = Value::Object(entry.rows.clone());
    let sql = format!(
        "DELETE FROM \"{{schema}}_analytics\".runs WHERE ingestion_date = DATE '{day}';\n\
         INSERT INTO \"{{schema}}_analytics\".runs (ingestion_date, row_counts, unknown_dates, loaded_at)\n\
         VALUES (DATE '{day}', '{rows}', {}, '{}')",
        entry.unknown_dates,
        time(now)
    );
    session.run("recording the run", &session.fill(&sql, &[])).await
}

pub(crate) async fn mark(session: &Session<'_>, day: NaiveDate, mark: Mark, now: DateTime<Utc>) -> Result<(), Trouble> {
    let (column, purpose) = match mark {
        Mark::Exported => ("exported_at", "recording the export"),
        Mark::Told => ("told_at", "recording the notice"),
    };
    let sql = format!(
        "UPDATE \"{{schema}}_analytics\".runs SET {column} = '{}' WHERE ingestion_date = DATE '{day}'",
        time(now)
    );
    session.run(purpose, &session.fill(&sql, &[])).await
}

fn time(now: DateTime<Utc>) -> String {
    now.to_rfc3339_opts(SecondsFormat::Millis, true)
}
