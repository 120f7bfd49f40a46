//! Each table of sums as a CSV file.

use contract::{
    Folder, Handle, Write,
    orders::{AGGREGATES, BEST, export},
};
use futures_util::StreamExt;
use runtime::{LargeObjects, Pause, Upload, Writable};
use std::pin::pin;

use crate::{fault::Trouble, session::Session};

/// As it is, but that a truth is a word that every reader of CSV knows.
const OF_BEST: &str = "ingestion_date, product_name, most_ordered_day, CAST(is_public_holiday AS TEXT) AS is_public_holiday, \
                       tt_review_points, pct_one_star_review, pct_two_star_review, pct_three_star_review, \
                       pct_four_star_review, pct_five_star_review, pct_early_shipments, pct_late_shipments";

/// Writes all tables as they are at one moment, each by its dates.
pub(crate) async fn write<O: LargeObjects, P: Pause>(
    session: &Session<'_>,
    exports: &Handle<Write<Folder>>,
    objects: &O,
    pause: &P,
) -> Result<(), Trouble> {
    session.run("beginning to export", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    for table in AGGREGATES {
        let mut upload = exports.upload(objects, pause, &export(session.schema().as_str(), table))?;
        let copied = copy(session, table, &mut upload).await;
        if copied.is_err() {
            upload.abort().await;
        }
        copied?;
        upload.finish().await?;
    }
    session.run("ending the export", "COMMIT").await
}

/// Where the files are.
pub(crate) fn uris(schema: &str, exports: &Handle<Write<Folder>>) -> Vec<String> {
    AGGREGATES.iter().map(|table| format!("{}{}", exports.name(), export(schema, table))).collect()
}

async fn copy<O: LargeObjects, P: Pause>(
    session: &Session<'_>,
    table: &str,
    upload: &mut Upload<'_, O, P>,
) -> Result<(), Trouble> {
    let columns = if table == BEST { OF_BEST } else { "*" };
    let sql = format!(
        "COPY (SELECT {columns} FROM \"{{schema}}_analytics\".{table} ORDER BY ingestion_date)\n\
         TO STDOUT WITH (FORMAT csv, HEADER)"
    );
    let failed = |error| Trouble::of_statement(&format!("exporting {table}"), error);
    let mut rows = pin!(session.client().copy_out(&session.fill(&sql, &[])).await.map_err(failed)?);
    while let Some(bytes) = rows.next().await {
        upload.write(&bytes.map_err(failed)?).await?;
    }
    Ok(())
}
