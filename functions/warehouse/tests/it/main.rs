//! Loads into real PostgreSQL.

mod bench;
mod crashes;
mod files;
mod golden;
mod order;
mod redshift;
mod rivals;
mod tls;
mod wrong_files;
