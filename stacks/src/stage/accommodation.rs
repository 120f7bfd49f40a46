//! The accommodation pipeline's settings, with their defaults.

use contract::Function;
use contract::consolidate::{Choose, Consolidate};
use schemars::JsonSchema;
use serde::Deserialize;

use super::inbox::{Inbox, RawInbox};
use super::pipelines::Pipeline;
use super::raw::RawFunction;
use super::value::Within;
use super::{FunctionSize, Source, StageFault};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawAccommodation {
    /// The queue that tells of new catalogues.
    pub queue: RawInbox,
    /// The function that consolidates them. Defaults: 256 MB, 90 s.
    pub consolidate: RawFunction,
    /// Of what the preferred partner's offer is kept: of each accommodation, or of the whole file. Default: per-accommodation.
    pub choose: RawChoose,
    /// Kilobytes at which an output file ends and another one begins. Default: 500.
    pub roll_over_kb: Option<Within<1, 1_000_000>>,
    /// How the table of preferred partners is paid for.
    pub priorities: RawItems,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawChoose {
    #[default]
    PerAccommodation,
    PerFile,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawItems {
    /// Reads a second that are paid for all the time, instead of each read. Both numbers, or neither.
    pub read_units: Option<Within<1, 40000>>,
    /// Writes a second that are paid for all the time. Default: 2, if `read_units` is given.
    pub write_units: Option<Within<1, 40000>>,
}

#[derive(Debug, Clone)]
pub struct Accommodation {
    pub queue: Inbox,
    pub consolidate: FunctionSize,
    pub choose: Choose,
    pub roll_over_kb: u32,
    pub priorities: ItemsCapacity,
}

pub(super) const CONSOLIDATE: FunctionSize = FunctionSize::needs(256, 90);

/// How a table of items is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemsCapacity {
    OnDemand,
    Provisioned { read_units: u32, write_units: u32 },
}

impl Pipeline for Accommodation {
    type Raw = RawAccommodation;
    const ABOUT: &'static str =
        "Catalogues of partners: of each accommodation the offer of the partner that is preferred.";

    fn check(raw: &RawAccommodation, source: &Source) -> Result<Self, StageFault> {
        let consolidate = FunctionSize::check(&raw.consolidate, CONSOLIDATE);
        Ok(Self {
            queue: Inbox::check(&raw.queue, consolidate, source)?,
            consolidate,
            choose: match raw.choose {
                RawChoose::PerAccommodation => Choose::PerAccommodation,
                RawChoose::PerFile => Choose::PerFile,
            },
            roll_over_kb: raw.roll_over_kb.unwrap_or(Within::of(500)).get(),
            priorities: ItemsCapacity::check(&raw.priorities),
        })
    }

    fn functions(&self) -> Vec<(&'static str, FunctionSize)> {
        vec![(Consolidate::BIN, self.consolidate)]
    }

    fn queues(&self) -> Vec<&Inbox> {
        vec![&self.queue]
    }
}

impl ItemsCapacity {
    fn check(raw: &RawItems) -> Self {
        match (raw.read_units, raw.write_units) {
            (None, None) => Self::OnDemand,
            (read, write) => Self::Provisioned {
                read_units: read.unwrap_or(Within::of(5)).get(),
                write_units: write.unwrap_or(Within::of(2)).get(),
            },
        }
    }
}
