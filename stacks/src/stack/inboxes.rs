//! The inboxes of a stage by name, for commands that feed them, look into them, and bring back dead letters.

use contract::Function;
use contract::consolidate::Consolidate;
use contract::load_warehouse::LoadWarehouse;
use contract::transform::Transform;
use contract::{accommodation, flats};

use super::{data_sources, ingestion, load};
use crate::blocks::InboxNames;
use crate::names;
use crate::stage::Stage;

/// One queue with what feeds it and what reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxPlace {
    /// What it is called on the command line.
    pub name: &'static str,
    pub queue: String,
    pub dead_letters: String,
    pub function: String,
    pub bucket: String,
    pub prefix: &'static str,
}

/// Those of the pipelines that the stage has.
pub fn inboxes(stage: &Stage) -> Vec<InboxPlace> {
    let place = |names: InboxNames, function: &str, bucket: String, prefix| InboxPlace {
        name: names.queue_thing,
        queue: names::thing(stage, names.queue_thing),
        dead_letters: names::thing(stage, names.dead_letters_thing),
        function: names::thing(stage, function),
        bucket,
        prefix,
    };
    let mut all = Vec::new();
    if stage.pipelines.accommodation.is_some() {
        let bucket = names::bucket(stage, ingestion::ACCOMMODATION_BUCKET);
        all.push(place(ingestion::ACCOMMODATION, Consolidate::BIN, bucket, accommodation::SOURCE));
    }
    if stage.pipelines.flats.is_some() {
        let bucket = names::bucket(stage, ingestion::FLATS_BUCKET);
        all.push(place(ingestion::FLATS, Transform::BIN, bucket, flats::SOURCE));
        all.push(place(load::WAREHOUSE, LoadWarehouse::BIN, data_sources::curated_bucket(stage), flats::CLEAN));
    }
    all
}
