//! Redshift's Data API, as it answers and as it fails.

mod fake;
mod flow;
mod trouble;
