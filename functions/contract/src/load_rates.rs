//! `load-rates`: swaps the newest curated batch into PostgreSQL. Readers see the batch before, or this one.

use serde::{Deserialize, Serialize};

use crate::{AssetFile, Folder, Function, Load, Publish, Read, Side, Topic, Warehouse, Whole};

pub enum LoadRates {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub curated: S::Slot<Read<Folder>>,
    /// The tables of ports and regions.
    pub reference: S::Slot<Read<Folder>>,
    /// A PostgreSQL.
    pub database: S::Slot<Load<Warehouse>>,
    /// Of its certificate.
    pub authorities: AssetFile,
    /// How long a run may take: the function's time-out.
    pub seconds: Whole,
    /// Where people are told of what is refused or fails.
    pub notices: S::Slot<Publish<Topic>>,
}

/// What a run is asked for. Nothing at all asks for the newest batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoadWish {
    /// Only the schema, the view, ports and regions: for a stage in which DMS brings the prices.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub prepare: bool,
    /// When the schedule began it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<chrono::DateTime<chrono::Utc>>,
}

impl Function for LoadRates {
    const BIN: &'static str = "load-rates";
    const DESCRIPTION: &'static str = "Swaps the newest prices into PostgreSQL, all of a batch at once";
    type Event = LoadWish;
    type Env<S: Side> = Env<S>;
}
