//! One line of a bill.

use serde::Serialize;

/// Whether it is paid for whatever happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By the hour, from the deploy to the end of the stage.
    Running,
    /// By what goes through it or stays in it.
    Volume,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub how: How,
    pub pipeline: String,
    pub stack: String,
    /// Its logical id.
    pub resource: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub service: &'static str,
    /// A price of the table.
    pub price: String,
    pub quantity: f64,
    pub unit: String,
    /// Dollars.
    pub monthly: f64,
}
