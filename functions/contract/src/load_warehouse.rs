//! `load-warehouse`: loads each file of listings into the warehouse, once.

use serde::{Deserialize, Serialize};

use crate::{
    AssetFile, Folder, Function, Load, Publish, QueueEvent, Read, ReadWrite, Side, Table, Topic, Warehouse, Whole,
};

pub enum LoadWarehouse {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub clean: S::Slot<Read<Folder>>,
    pub ledger: S::Slot<ReadWrite<Table>>,
    pub warehouse: S::Slot<Load<Warehouse>>,
    /// Of PostgreSQL's certificate. Redshift is reached through AWS's own service.
    pub authorities: AssetFile,
    /// How long a load may take: the function's time-out. A load that began longer ago belongs to nobody any more.
    pub seconds: Whole,
    /// Where people are told of what is given up.
    pub notices: S::Slot<Publish<Topic>>,
    /// How often the queue hands out a message before it gives it to its queue of dead letters.
    pub tries: Whole,
}

impl Function for LoadWarehouse {
    const BIN: &'static str = "load-warehouse";
    const DESCRIPTION: &'static str = "Loads each file of flats, addresses and agencies into the warehouse, once";
    type Event = QueueEvent;
    type Env<S: Side> = Env<S>;
}

/// The ledger's partition key: an object's URI. Both keys are text.
pub const LEDGER_OBJECT: &str = "object";

/// The ledger's sort key: which state of the object, by its version or its contents.
pub const LEDGER_VERSION: &str = "version";
