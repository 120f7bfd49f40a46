//! The warehouse in Redshift, through its Data API: no connection, no network of its own, no driver.
//!
//! A batch of statements is one transaction. It cannot branch, and its answer may get lost: the same batch under the same
//! token is the same batch, and a load that is recorded already goes on with an empty staging table.

#![expect(clippy::disallowed_types, reason = "the adapter of this warehouse; its names come from a granted handle")]

mod call;
mod explain;

use aws_config::SdkConfig;
use aws_sdk_redshiftdata::Client;

use runtime::{Pause, SecretName};
use std::time::Duration;

use crate::{
    failure::LoadError,
    load::{Load, digest},
    port::{Loaded, Source, Warehouse},
    sheet::SheetReader,
    sql::{self, Copy, Statement},
};

/// Which Redshift, and who signs in how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Serverless { workgroup: String, secret: SecretName },
    Cluster { name: String, secret: SecretName },
}

pub struct Redshift<P, C> {
    client: Client,
    place: Place,
    database: String,
    role: String,
    patience: Duration,
    pause: P,
    clock: C,
}

/// A client for [`Redshift::new`]. No call is made.
pub fn redshift_client(config: &SdkConfig) -> Client {
    Client::new(config)
}

impl<P: Pause, C: Fn() -> String> Redshift<P, C> {
    /// The role is the one in which Redshift reads the files. After so much waiting a batch is cancelled. The clock says
    /// the time in RFC 3339, for the record.
    pub fn new(
        client: Client,
        place: Place,
        database: String,
        role: String,
        patience: Duration,
        pause: P,
        clock: C,
    ) -> Self {
        Self { client, place, database, role, patience, pause, clock }
    }

    /// Runs a batch under a token, to its end. The answer is the number that its last statement selects, if any.
    async fn batch(&self, load: &Load, token: &str, statements: &[Statement]) -> Result<Option<u64>, LoadError> {
        let id = self.begin(token, statements).await?;
        self.follow(load, &id, statements).await?;
        self.number(&format!("{id}:{}", statements.len())).await
    }
}

impl<P: Pause, C: Fn() -> String> Warehouse for Redshift<P, C> {
    async fn load(&self, load: &Load, file: impl Source) -> Result<Loaded, LoadError> {
        check_header(load, file).await?;
        let now = (self.clock)();
        // The tables have to be there before the transaction begins: see `Copy::lock`.
        let mut look = sql::create();
        look.push(sql::rows(load));
        if let Some(rows) = self.batch(load, &token(load, &now, "look"), &look).await? {
            return Ok(Loaded { rows, before: true });
        }
        let copy = Copy::Fetch { role: &self.role };
        let mut statements = vec![copy.lock()];
        statements.extend(sql::load(load, &copy, &now));
        statements.push(sql::rows(load));
        match self.batch(load, &token(load, &now, "load"), &statements).await? {
            Some(rows) => Ok(Loaded { rows, before: false }),
            None => Err(LoadError::passing("it finished, and did not record the load")),
        }
    }
}

/// Redshift takes columns by their place and skips the header, whatever that says.
async fn check_header(load: &Load, mut file: impl Source) -> Result<(), LoadError> {
    let mut reader = SheetReader::new(load.target());
    while let Some(bytes) = file.next().await.map_err(LoadError::Read)? {
        reader.read(&bytes, drop)?;
        if reader.has_header() {
            return Ok(());
        }
    }
    reader.end().map(drop)
}

/// The same for the same attempt at the same load; another attempt is another batch, for the last one may have failed.
fn token(load: &Load, now: &str, what: &str) -> String {
    digest(&[load.id(), now, what])
}
