//! `consolidate`: of each accommodation in a partners' catalogue, keeps the offer of the partner that stands first.

use serde::{Deserialize, Serialize};

use crate::{Folder, Function, Publish, QueueEvent, Read, Side, Table, Topic, Whole, Write};

pub enum Consolidate {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub source: S::Slot<Read<Folder>>,
    pub output: S::Slot<Write<Folder>>,
    pub rejected: S::Slot<Write<Folder>>,
    pub priorities: S::Slot<Read<Table>>,
    pub choose: Choose,
    /// Bytes of an output file; a line that is longer has a file of its own.
    pub roll_over: Whole,
    /// Where people are told of what is given up.
    pub notices: S::Slot<Publish<Topic>>,
    /// How often the queue hands out a message before it gives it to its queue of dead letters.
    pub tries: Whole,
}

/// Of what the best offer is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choose {
    #[default]
    PerAccommodation,
    PerFile,
}

impl Function for Consolidate {
    const BIN: &'static str = "consolidate";
    const DESCRIPTION: &'static str = "Keeps the offer of the preferred partner for each accommodation of a catalogue";
    type Event = QueueEvent;
    type Env<S: Side> = Env<S>;
}
