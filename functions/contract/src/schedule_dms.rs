//! `schedule-dms`: off-peak, has DMS load the newest curated batch into PostgreSQL, and does not wait for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Folder, Function, Publish, Read, Replicate, Replication, Side, Topic};

pub enum ScheduleDms {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub curated: S::Slot<Read<Folder>>,
    /// The task that is started, and the end that it reads from, which is pointed at the newest batch before.
    pub replication: S::Slot<Replicate<Replication>>,
    /// Where people are told that it cannot be started, or that the run before failed.
    pub notices: S::Slot<Publish<Topic>>,
}

/// What the schedule sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Nightly {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<DateTime<Utc>>,
}

impl Function for ScheduleDms {
    const BIN: &'static str = "schedule-dms";
    const DESCRIPTION: &'static str = "Has DMS load the newest prices into PostgreSQL, and does not wait for it";
    type Event = Nightly;
    type Env<S: Side> = Env<S>;
}
