//! The warehouse in PostgreSQL.

mod connect;
mod database;
mod explain;
mod locked;
mod patience;
mod session;
mod sign_in;
mod trouble;

use std::{error::Error, future::Future};

pub use connect::{BadAuthority, Server, Trust};
pub use database::Database;
pub use locked::{Lock, Locked, Rows};
pub use patience::{PAUSES, Patience};
pub use sign_in::SecretLogin;
pub use trouble::{Refusal, Trouble};

use connect::{Connection, Session, connect};

use crate::{
    failure::LoadError,
    load::Load,
    port::{Loaded, Source, Warehouse},
};

type BoxError = Box<dyn Error + Send + Sync>;

/// How to sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// Where that is kept.
pub trait Logins {
    /// As it was read before, unless a fresh one is asked for: a password may have been changed meanwhile.
    fn login(&self, fresh: bool) -> impl Future<Output = Result<Login, BoxError>>;
}

/// One that is known.
impl Logins for Login {
    async fn login(&self, _fresh: bool) -> Result<Login, BoxError> {
        Ok(self.clone())
    }
}

/// Whoever waits for a lock that long is told; a transaction whose function was killed ends by itself.
const SESSION: Session<'static> = Session {
    application: "load-warehouse",
    settings: "-c TimeZone=UTC -c client_min_messages=warning -c lock_timeout=60s -c statement_timeout=600s \
               -c idle_in_transaction_session_timeout=60s",
};

/// A database, reached anew for each load: a connection that slept with its function may be dead without saying so.
pub struct Postgres<L, C> {
    database: Database<L>,
    clock: C,
}

impl<L: Logins, C: Fn() -> String> Postgres<L, C> {
    /// The clock says the time in RFC 3339, for the record.
    pub fn new(database: Database<L>, clock: C) -> Self {
        Self { database, clock }
    }
}

impl<L: Logins, C: Fn() -> String> Warehouse for Postgres<L, C> {
    async fn load(&self, load: &Load, file: impl Source) -> Result<Loaded, LoadError> {
        let connection = connect(&self.database, &SESSION).await?;
        session::load(&connection.client, load, file, &(self.clock)()).await
    }
}
