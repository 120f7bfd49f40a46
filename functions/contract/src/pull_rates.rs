//! `pull-rates`: gets the prices of a remote source, page by page, and stores them as they came. A function, or a task.

use serde::{Deserialize, Serialize};

use crate::rates::{Batch, Format};
use crate::{Folder, Function, HttpSource, Read, ReadWrite, Secret, Side, Whole};

pub enum PullRates {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub raw: S::Slot<ReadWrite<Folder>>,
    /// What the source said of the batch that became visible last.
    pub seen: S::Slot<Read<Folder>>,
    /// Where the first page is. Without it every run has to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<HttpSource>,
    /// What is sent along with each request to `source`, and to no other place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<S::Slot<Read<Secret>>>,
    pub format: Format,
    /// Requests in a minute at most.
    pub requests_per_minute: Whole,
    /// How long a run may take. Killed or not, the next attempt goes on behind the last page that was stored.
    pub seconds: Whole,
}

/// What a run is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pull {
    pub batch: Batch,
    /// Where the first page is, where the stage does not say. A stage that says lets nobody say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<HttpSource>,
}

/// The variable that a task finds its [`Pull`] in, as JSON: there is no invocation that could bring it.
pub const EVENT: &str = "EVENT";

/// What a run answers. A task's answer is its exit code; what it did is in the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulled {
    pub pages: u64,
    pub bytes: u64,
    pub unchanged: bool,
}

impl Function for PullRates {
    const BIN: &'static str = "pull-rates";
    const DESCRIPTION: &'static str = "Pulls prices from their source, page by page, and stores them as they came";
    type Event = Pull;
    type Env<S: Side> = Env<S>;
}
