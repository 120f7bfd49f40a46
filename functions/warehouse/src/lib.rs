//! Loads files of listings into a warehouse, each once.
//!
//! A load is one transaction: what it needs is created if absent, other loads are locked out, the table of loads says
//! whether this one is done already, the file goes into a staging table and from there into its table, the counts are
//! checked, and the load is recorded. What the table of loads says is the truth, whatever else keeps books.
//!
//! The statements are in [`sql`], for both dialects side by side. [`Postgres`] and [`Redshift`] run them.
//!
//! Functions that work on a PostgreSQL in another way share how it is reached ([`Database`]), that one run at a time goes on
//! ([`Locked`]), how long it is tried ([`Patience`]) and what ends it ([`Trouble`]).

mod failure;
mod load;
mod port;
mod sheet;
pub mod sql;
mod target;

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redshift")]
mod redshift;

pub use failure::LoadError;
pub use load::{Load, NotALoad};
pub use port::{Loaded, Source, Warehouse};
#[cfg(feature = "postgres")]
pub use postgres::{
    BadAuthority, Database, Lock, Locked, Login, Logins, PAUSES, Patience, Postgres, Refusal, Rows, SecretLogin,
    Server, Trouble, Trust,
};
#[cfg(feature = "redshift")]
pub use redshift::{Place, Redshift, redshift_client};
pub use sheet::SheetReader;
pub use target::{Column, SCHEMA, Target, Type};
