//! The files of a run, from their folder into the database, within the transaction that is open.

use contract::orders::{DIMENSIONS, DIMENSIONS_SCHEMA, FILES, Sheet};
use runtime::{LargeObjects, Pause};

use crate::{
    book::RowCounts,
    checks,
    fault::{Refusal, Trouble},
    files::{Files, Found},
    session::Session,
};

/// How much was read, also of what is refused in the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

/// Merges the dimensions that came along, and stages the files. Each is checked before the next is read.
pub(crate) async fn load<O: LargeObjects, P: Pause>(
    session: &Session<'_>,
    files: &Files<'_, O, P>,
    amount: &mut Amount,
) -> Result<RowCounts, Trouble> {
    let mut counts = RowCounts::new();
    for sheet in DIMENSIONS {
        if let Some(found) = files.find(&sheet).await? {
            let records = merge(session, &sheet, found, amount).await?;
            counts.insert(sheet.table.to_owned(), records.into());
        }
    }
    let tables = FILES.map(|sheet| format!("\"{{schema}}_staging\".{}", sheet.table)).join(", ");
    session.run("emptying the staging tables", &session.fill(&format!("TRUNCATE {tables}"), &[])).await?;
    for sheet in FILES {
        let found = files.find(&sheet).await?;
        let found = found.ok_or_else(|| Refusal::of_file(&files.uri(sheet.files[0]), "it is not there"))?;
        let records = stage(session, &sheet, found, amount).await?;
        counts.insert(sheet.table.to_owned(), records.into());
    }
    session.run("looking over the staging tables", &session.fill(&format!("ANALYZE {tables}"), &[])).await?;
    Ok(counts)
}

async fn stage<O: LargeObjects, P: Pause>(
    session: &Session<'_>,
    sheet: &Sheet,
    mut found: Found<'_, O, P>,
    amount: &mut Amount,
) -> Result<u64, Trouble> {
    // Nobody sees these rows before the end, so that they need not be visited once more to be marked as committed.
    let copy = format!(
        "COPY \"{{schema}}_staging\".{} (line, {}) FROM STDIN WITH (FREEZE)",
        sheet.table,
        sheet.columns.join(", ")
    );
    let taken = found.copy(session.client(), *sheet, &session.fill(&copy, &[])).await?;
    amount.add(taken.records, found.bytes());
    checks::staged(session, sheet, taken.faults).await?.refuse(&found.uri)?;
    Ok(taken.records)
}

/// What is known is replaced, what is new is added, and nothing is taken away. Other pipelines that bring the same
/// dimensions wait, each for the same tables in the same order.
async fn merge<O: LargeObjects, P: Pause>(
    session: &Session<'_>,
    sheet: &Sheet,
    mut found: Found<'_, O, P>,
    amount: &mut Amount,
) -> Result<u64, Trouble> {
    let Sheet { table, columns, .. } = *sheet;
    let (id, all) = (columns[0], columns.join(", "));
    let known = format!("{DIMENSIONS_SCHEMA}.{table}");
    // It has the columns' types of the table, whoever made that.
    let make = format!(
        "LOCK TABLE {known} IN SHARE ROW EXCLUSIVE MODE;\n\
         CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS\n\
         SELECT CAST(0 AS BIGINT) AS line, {all} FROM {known} WITH NO DATA"
    );
    session.run("making room for dimensions", &make).await?;
    let taken = found.copy(session.client(), *sheet, &format!("COPY incoming (line, {all}) FROM STDIN")).await?;
    amount.add(taken.records, found.bytes());
    taken.faults.or_earlier(checks::twice(session, "incoming", id).await?).refuse(&found.uri)?;
    let rest = &columns[1..];
    let of = |alias: &str| rest.iter().map(|name| format!("{alias}.{name}")).collect::<Vec<_>>().join(", ");
    let set = rest.iter().map(|name| format!("{name} = incoming.{name}")).collect::<Vec<_>>().join(", ");
    let merge = format!(
        "UPDATE {known} AS known SET {set} FROM incoming\n\
         WHERE known.{id} = incoming.{id} AND ROW({}) IS DISTINCT FROM ROW({});\n\
         INSERT INTO {known} ({all}) SELECT {all} FROM incoming\n\
         WHERE NOT EXISTS (SELECT FROM {known} AS known WHERE known.{id} = incoming.{id});\n\
         DROP TABLE incoming",
        of("known"),
        of("incoming")
    );
    session.run(&format!("merging {known}"), &merge).await?;
    Ok(taken.records)
}

impl Amount {
    fn add(&mut self, records: u64, bytes: u64) {
        self.records += records;
        self.bytes += bytes;
    }
}
