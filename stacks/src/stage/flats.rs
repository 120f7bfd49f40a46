//! The flats pipeline's settings, with their defaults.

use contract::Function;
use contract::load_warehouse::LoadWarehouse;
use contract::transform::Transform;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inbox::{Inbox, RawInbox};
use super::pipelines::Pipeline;
use super::raw::RawFunction;
use super::value::Within;
use super::{FunctionSize, Source, StageFault};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawFlats {
    /// The queue that tells of new listings.
    pub queue: RawInbox,
    /// The function that turns listings into CSV files. Defaults: 512 MB, 300 s.
    pub transform: RawFunction,
    /// The queue that tells the loader of new CSV files.
    pub load_queue: RawInbox,
    /// The function that loads them into the warehouse. Defaults: 256 MB, 300 s.
    pub load_warehouse: RawFunction,
    /// What the CSV files are loaded into. Default: redshift-serverless.
    pub warehouse: RawWarehouse,
    /// The size of a Redshift warehouse.
    pub redshift: RawRedshift,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawWarehouse {
    #[default]
    RedshiftServerless,
    Redshift,
    Postgres,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRedshift {
    /// Redshift processing units of a serverless warehouse. Default: 8.
    pub base_capacity: Option<Within<4, 1024>>,
    /// The nodes of a provisioned one. Default: ra3.large.
    pub node_type: NodeType,
    /// How many. Default: 2.
    pub nodes: Option<Within<1, 32>>,
}

/// The values are AWS's own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum NodeType {
    #[default]
    #[serde(rename = "ra3.large")]
    Large,
    #[serde(rename = "ra3.xlplus")]
    XlPlus,
    #[serde(rename = "ra3.4xlarge")]
    Xl4,
    #[serde(rename = "ra3.16xlarge")]
    Xl16,
}

#[derive(Debug, Clone)]
pub struct Flats {
    pub queue: Inbox,
    pub transform: FunctionSize,
    pub load_queue: Inbox,
    pub load: FunctionSize,
    pub warehouse: Warehouse,
}

pub(super) const TRANSFORM: FunctionSize = FunctionSize::needs(512, 300);
pub(super) const LOAD: FunctionSize = FunctionSize::needs(256, 300);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warehouse {
    Serverless { base_capacity: u32 },
    Provisioned { node_type: NodeType, nodes: u32 },
    Postgres,
}

impl Pipeline for Flats {
    type Raw = RawFlats;
    const ABOUT: &'static str = "Hourly listings, cleaned into files, and loaded into the warehouse, each once.";

    fn check(raw: &RawFlats, source: &Source) -> Result<Self, StageFault> {
        let transform = FunctionSize::check(&raw.transform, TRANSFORM);
        let load = FunctionSize::check(&raw.load_warehouse, LOAD);
        Ok(Self {
            queue: Inbox::check(&raw.queue, transform, source)?,
            transform,
            load_queue: Inbox::check(&raw.load_queue, load, source)?,
            load,
            warehouse: Warehouse::check(raw),
        })
    }

    fn functions(&self) -> Vec<(&'static str, FunctionSize)> {
        vec![(Transform::BIN, self.transform), (LoadWarehouse::BIN, self.load)]
    }

    fn queues(&self) -> Vec<&Inbox> {
        vec![&self.queue, &self.load_queue]
    }
}

impl Warehouse {
    fn check(raw: &RawFlats) -> Self {
        let redshift = &raw.redshift;
        match raw.warehouse {
            RawWarehouse::Postgres => Self::Postgres,
            RawWarehouse::RedshiftServerless => {
                Self::Serverless { base_capacity: redshift.base_capacity.unwrap_or(Within::of(8)).get() }
            }
            RawWarehouse::Redshift => Self::Provisioned {
                node_type: redshift.node_type,
                nodes: redshift.nodes.unwrap_or(Within::of(2)).get(),
            },
        }
    }
}
