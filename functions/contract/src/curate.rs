//! `curate`: makes Parquet of what was pulled, all of a batch or nothing, and decides whether it may be read.

use serde::{Deserialize, Serialize};

use crate::rates::{Batch, Outcome};
use crate::{Folder, Function, Read, ReadWrite, Side, Whole};

pub enum Curate {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub raw: S::Slot<Read<Folder>>,
    pub curated: S::Slot<ReadWrite<Folder>>,
    /// The function's memory, of which a part may hold rows; what does not fit goes to temporary files.
    pub memory_mb: Whole,
}

/// What is to be done with a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    pub batch: Batch,
    pub ask: Ask,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    /// Say how much was pulled, and do nothing.
    Weigh,
    /// Make Parquet of it, and let it be read.
    Curate,
    /// The Spark job has made Parquet of it: check that, and let it be read.
    Publish,
}

/// What a run answers; the state machine chooses by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// None where nothing was decided yet. Always there, since a choice that looks for what is not there fails.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Of what was pulled.
    pub bytes: u64,
    /// One sentence for people: how many rows, or what was wrong, and where that is.
    pub told: String,
}

impl Function for Curate {
    const BIN: &'static str = "curate";
    const DESCRIPTION: &'static str = "Makes Parquet of what was pulled, all of a batch or nothing";
    type Event = Wish;
    type Env<S: Side> = Env<S>;
}
