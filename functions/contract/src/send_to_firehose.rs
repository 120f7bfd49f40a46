//! `send-to-firehose`: forwards each record of the taxi stream as one line of JSON.

use serde::{Deserialize, Serialize};

use crate::{AssetFile, DeliveryStream, Function, KinesisEvent, Side, Write};

pub enum SendToFirehose {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub delivery: S::Slot<Write<DeliveryStream>>,
    pub record_schema: AssetFile,
}

impl Function for SendToFirehose {
    const BIN: &'static str = "send-to-firehose";
    const DESCRIPTION: &'static str = "Forwards each record of the taxi stream as one line of JSON";
    type Event = KinesisEvent;
    type Env<S: Side> = Env<S>;
}
