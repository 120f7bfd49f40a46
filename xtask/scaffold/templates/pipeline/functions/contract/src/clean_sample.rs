//! `clean-sample`: cleans the records of a file, and puts aside those that are none.

use serde::{Deserialize, Serialize};

use crate::{Folder, Function, Publish, QueueEvent, Read, Side, Topic, Whole, Write};

pub enum CleanSample {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub source: S::Slot<Read<Folder>>,
    pub clean: S::Slot<Write<Folder>>,
    pub rejected: S::Slot<Write<Folder>>,
    /// Bytes that a record may measure.
    pub max_record: Whole,
    /// Where people are told of what is given up.
    pub notices: S::Slot<Publish<Topic>>,
    /// How often the queue hands out a message before it gives it to its queue of dead letters.
    pub tries: Whole,
}

impl Function for CleanSample {
    const BIN: &'static str = "clean-sample";
    const DESCRIPTION: &'static str = "Cleans the records of the sample pipeline";
    type Event = QueueEvent;
    type Env<S: Side> = Env<S>;
}
