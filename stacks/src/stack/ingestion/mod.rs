//! `ingestion`: what partners and crawlers send, cleaned as it arrives.

mod accommodation;
mod flats;
mod rates;

use super::data_sources::Exports;
use super::parts::Parts;
use super::{Outputs, Stack, StackKind};
use crate::blocks::Boards;
use crate::names;
use crate::stage::Stage;

const KIND: StackKind = StackKind::Ingestion;

pub use accommodation::priority_table;
pub(super) use accommodation::{BUCKET as ACCOMMODATION_BUCKET, NAMES as ACCOMMODATION};
pub(super) use flats::{BUCKET as FLATS_BUCKET, NAMES as FLATS};
pub use rates::{rates_places, rates_queries};

/// The stack, and the boards of the pipelines that go on after it.
pub fn stack(stage: &Stage, shared: &Exports) -> (Option<Stack>, Boards) {
    let mut parts = Parts::default();
    let mut outputs = Outputs::of(names::stack(stage, KIND));
    if let Some(settings) = &stage.pipelines.accommodation {
        accommodation::add(stage, settings, shared, &mut parts, &mut outputs);
    }
    if let Some(settings) = &stage.pipelines.flats {
        flats::add(stage, settings, shared, &mut parts, &mut outputs);
    }
    if let Some(settings) = &stage.pipelines.rates {
        rates::add(stage, settings, shared, &mut parts, &mut outputs);
    }
    parts.stack(stage, KIND, "what arrives, cleaned", outputs)
}
