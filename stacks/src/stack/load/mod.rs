//! `load`: what was cleaned, on its way to where it is asked for.

mod flats;
mod orders;
mod rates;

use super::data_sources::Exports;
use super::parts::Parts;
use super::{Outputs, Stack, StackKind};
use crate::blocks::Boards;
use crate::names;
use crate::stage::Stage;

const KIND: StackKind = StackKind::Load;

pub(super) use flats::NAMES as WAREHOUSE;
pub use orders::orders_input;

pub fn stack(stage: &Stage, shared: &Exports, boards: Boards) -> Option<Stack> {
    let mut parts = Parts::going_on(boards);
    let mut outputs = Outputs::of(names::stack(stage, KIND));
    if let Some(settings) = &stage.pipelines.flats {
        flats::add(stage, settings, shared, &mut parts, &mut outputs);
    }
    if let Some(settings) = &stage.pipelines.orders {
        orders::add(stage, settings, shared, &mut parts, &mut outputs);
    }
    if let Some(settings) = &stage.pipelines.rates {
        rates::add(stage, settings, shared, &mut parts, &mut outputs);
    }
    parts.stack(stage, KIND, "what was cleaned, to where it is asked for", outputs).0
}
