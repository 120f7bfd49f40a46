//! `write-to-s3`: stores each batch of the taxi stream as one JSON array, and quarantines what is not a trip.

use serde::{Deserialize, Serialize};

use crate::{AssetFile, Folder, Function, KinesisEvent, ReadWrite, Side};

pub enum WriteToS3 {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    /// Read as well as written: a batch that comes again cut differently must not write a trip twice.
    pub written: S::Slot<ReadWrite<Folder>>,
    pub rejected: S::Slot<ReadWrite<Folder>>,
    pub record_schema: AssetFile,
}

impl Function for WriteToS3 {
    const BIN: &'static str = "write-to-s3";
    const DESCRIPTION: &'static str = "Stores each batch of the taxi stream as one JSON array, invalid records apart";
    type Event = KinesisEvent;
    type Env<S: Side> = Env<S>;
}
