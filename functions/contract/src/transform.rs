//! `transform`: turns an hour's listings into three CSV files.

use serde::{Deserialize, Serialize};

use crate::{Folder, Function, Publish, QueueEvent, Read, Side, Topic, Whole, Write};

pub enum Transform {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub source: S::Slot<Read<Folder>>,
    pub clean: S::Slot<Write<Folder>>,
    pub rejected: S::Slot<Write<Folder>>,
    /// Where people are told of what is given up.
    pub notices: S::Slot<Publish<Topic>>,
    /// How often the queue hands out a message before it gives it to its queue of dead letters.
    pub tries: Whole,
}

impl Function for Transform {
    const BIN: &'static str = "transform";
    const DESCRIPTION: &'static str = "Turns listings into CSV files of flats, addresses and agencies";
    type Event = QueueEvent;
    type Env<S: Side> = Env<S>;
}
