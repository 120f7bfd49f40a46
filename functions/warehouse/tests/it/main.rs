//! Loads into real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bench;
mod crashes;
mod files;
mod golden;
mod order;
mod redshift;
mod rivals;
mod tls;
mod wrong_files;
