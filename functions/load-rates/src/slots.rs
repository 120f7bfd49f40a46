//! The two tables of prices: which of them is served, and how the other one is emptied and filled.
//!
//! What a reader sees who stays for long: the batch that was served when its statement began or, if it reads repeatably,
//! when its transaction began, with the ports and regions of that batch, however many batches come meanwhile. It keeps no
//! load waiting. A table is truncated only when nobody is left who could look into it; where somebody stays for longer than
//! that is waited for, its rows are deleted instead, which leaves them to those who see them, and costs time and space.

use runtime::Pause;
use std::time::Duration;
use tokio_postgres::error::SqlState;

use crate::{
    parts::of_rows,
    refusal::Trouble,
    session::{Session, quoted},
};

/// Readers queue behind whoever waits for a lock, so this is how long one of them waits at most.
const LOCK: &str = "200ms";
const ATTEMPTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(pub(crate) u8);

/// What was loaded last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) batch: String,
    pub(crate) place: String,
    slot: Slot,
    pub(crate) rows: u64,
}

impl Served {
    pub(crate) async fn read(session: &Session) -> Result<Option<Self>, Trouble> {
        let sql = "SELECT batch, place, slot, rows FROM rates.loads ORDER BY number DESC LIMIT 1";
        let rows = session.select("reading what is loaded", sql).await?;
        let Some([Some(batch), Some(place), Some(slot), Some(rows)]) = rows.first().map(Vec::as_slice) else {
            return Ok(None);
        };
        let slot = Slot(u8::from(slot == "1"));
        Ok(Some(Self { batch: batch.clone(), place: place.clone(), slot, rows: rows.parse().unwrap_or_default() }))
    }
}

impl Slot {
    /// The one that is not served.
    pub(crate) fn free(served: Option<&Served>) -> Self {
        Self(served.map_or(0, |served| 1 - served.slot.0))
    }

    fn table(self) -> String {
        format!("rates.prices_{}", self.0)
    }

    /// The index is what queries go by, with all that they ask for; and it finds a price that is there twice.
    fn index(self) -> String {
        format!("prices_{}_once", self.0)
    }

    pub(crate) fn copy(self) -> String {
        format!("COPY {} (orig_code, dest_code, day, price) FROM STDIN (FORMAT binary)", self.table())
    }

    /// Truncates the table, or says that somebody might still look into it.
    pub(crate) async fn truncate(self, session: &Session, pause: &impl Pause) -> Result<bool, Trouble> {
        let mut elders = transactions(session, None).await?;
        for _ in 0..ATTEMPTS {
            if !elders.is_empty() {
                elders = transactions(session, Some(&elders)).await?;
            }
            if elders.is_empty() && self.try_truncate(session).await? {
                return Ok(true);
            }
            pause.pause(PAUSE).await;
        }
        tracing::warn!(
            "transactions that began before this load are still open; {} is emptied by DELETE",
            self.table()
        );
        Ok(false)
    }

    async fn try_truncate(self, session: &Session) -> Result<bool, Trouble> {
        let purpose = "emptying the table that is not served";
        let (table, index) = (self.table(), self.index());
        let sql = format!(
            "BEGIN; SET LOCAL lock_timeout = '{LOCK}'; TRUNCATE {table}; DROP INDEX IF EXISTS rates.{index}; COMMIT"
        );
        match session.client().batch_execute(&sql).await {
            Ok(()) => Ok(true),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                session.run(purpose, "ROLLBACK").await?;
                Ok(false)
            }
            Err(error) => Err(Trouble::of_statement(purpose, error)),
        }
    }

    /// Does within the transaction that is open what could not be done otherwise.
    pub(crate) async fn delete(self, session: &Session) -> Result<(), Trouble> {
        session.run("deleting the rows that are not served", &format!("DELETE FROM {}", self.table())).await
    }

    pub(crate) async fn index_rows(self, session: &Session) -> Result<(), Trouble> {
        let sql = format!(
            "CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} (orig_code, dest_code, day, price) INCLUDE (slot)",
            self.index(),
            self.table()
        );
        session.client().batch_execute(&sql).await.map_err(|error| of_rows("indexing prices", error))
    }

    /// So that readers find everything in the index, and PostgreSQL knows how much there is. It is no part of a transaction.
    pub(crate) async fn settle(self, session: &Session) -> Result<(), Trouble> {
        let vacuum = format!("VACUUM (FREEZE, TRUNCATE false) {}", self.table());
        session.run("marking prices as seen by all", &vacuum).await?;
        session.run("looking over prices", "ANALYZE rates.all_prices").await
    }
}

/// The transactions of other sessions with this database, or those of some that are still open. The server's own workers
/// are nobody's, and read no prices.
async fn transactions(session: &Session, of: Option<&[String]>) -> Result<Vec<String>, Trouble> {
    let among = of.map(|of| of.iter().map(|id| quoted(id)).collect::<Vec<_>>().join(", "));
    let among = among.map(|list| format!(" AND locks.virtualxid IN ({list})")).unwrap_or_default();
    let sql = format!(
        "SELECT locks.virtualxid FROM pg_locks AS locks JOIN pg_stat_activity AS others USING (pid)\n\
         WHERE locks.locktype = 'virtualxid' AND locks.granted AND locks.mode = 'ExclusiveLock'\n\
         AND others.pid <> pg_backend_pid() AND others.usesysid IS NOT NULL\n\
         AND others.datid = (SELECT oid FROM pg_database WHERE datname = current_database()){among}"
    );
    let rows = session.select("looking who is reading", &sql).await?;
    Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}
