//! What is exchanged in one transaction: ports, regions, what is below what, and which prices are served.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use csv::WriterBuilder;
use futures_util::SinkExt;
use std::pin::pin;

use crate::{
    newest::Newest,
    reference::{Entry, Reference},
    refusal::Trouble,
    session::{Session, quoted},
    slots::Slot,
};

/// How much is sent at once.
const MUCH: usize = 64 * 1_024;

type Fields<'a> = [&'a str; 3];

impl Reference {
    /// Replaces what is there, in the transaction that is open. Rows are deleted, not truncated, so that whoever is reading
    /// goes on to see them.
    pub(crate) async fn replace(&self, session: &Session) -> Result<(), Trouble> {
        let empty = "DELETE FROM rates.places; DELETE FROM rates.ports; DELETE FROM rates.regions";
        session.run("taking the old ports and regions away", empty).await?;
        let entries = |entries: &[Entry]| -> Vec<_> {
            entries.iter().map(|e| (e.key.clone(), e.name.clone(), e.parent.clone().unwrap_or_default())).collect()
        };
        for (table, all) in [("rates.regions", entries(&self.regions)), ("rates.ports", entries(&self.ports))] {
            let rows = all.iter().map(|(key, name, parent)| -> Fields { [key, name, parent] });
            copy(session, &format!("COPY {table} FROM STDIN (FORMAT csv, FORCE_NOT_NULL (name))"), rows).await?;
        }
        let pairs = self.closure.pairs(&self.ports);
        copy(session, "COPY rates.places FROM STDIN (FORMAT csv)", pairs.map(|(place, port)| [place, port])).await?;
        session.run("looking over ports and regions", "ANALYZE rates.regions, rates.ports, rates.places").await
    }
}

/// Records the load, and thereby has its prices served.
pub(crate) async fn record(session: &Session, batch: &Newest, slot: Slot, now: DateTime<Utc>) -> Result<(), Trouble> {
    let (name, place) = (quoted(batch.verdict.batch.run.as_str()), quoted(&batch.verdict.batch.place()));
    let sql = format!(
        "INSERT INTO rates.loads (number, batch, place, slot, rows, loaded_at)\n\
         SELECT coalesce(max(number), 0) + 1, {name}, {place}, {}, {}, '{}' FROM rates.loads",
        slot.0,
        batch.verdict.rows,
        now.to_rfc3339_opts(SecondsFormat::Millis, true)
    );
    session.run("recording the load", &sql).await
}

async fn copy<const N: usize>(
    session: &Session,
    sql: &str,
    rows: impl Iterator<Item = [&str; N]>,
) -> Result<(), Trouble> {
    let failed = |error| Trouble::of_statement("writing ports and regions", error);
    let unwritten = |error: csv::Error| Trouble::lasting(format!("a port or region cannot be written: {error}"));
    let mut sink = pin!(session.client().copy_in::<_, Bytes>(sql).await.map_err(failed)?);
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(unwritten)?;
        if writer.get_ref().len() >= MUCH {
            let full = std::mem::replace(&mut writer, WriterBuilder::new().from_writer(Vec::new()));
            let full = full.into_inner().map_err(|error| unwritten(error.into_error().into()))?;
            sink.feed(full.into()).await.map_err(failed)?;
        }
    }
    let rest = writer.into_inner().map_err(|error| unwritten(error.into_error().into()))?;
    sink.send(rest.into()).await.map_err(failed)?;
    sink.finish().await.map(drop).map_err(failed)
}
