//! A Redshift warehouse: encrypted, not public, reached through the Data API.

use contract::{Folder, Ref, Topic};
use serde::Serialize;
use serde_json::{Value, json};

use super::{AlarmView, Metric, Scope, Tags};
use crate::names;
use crate::stage::Warehouse;

#[derive(Debug, Serialize)]
pub struct WarehouseView {
    name: String,
    database: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    serverless: Option<Serverless>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioned: Option<Provisioned>,
    /// What its role may read, to copy from.
    reads: Vec<Value>,
    kept: bool,
    deletion: &'static str,
    replace: &'static str,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Serverless {
    base_capacity: u32,
}

#[derive(Debug, Serialize)]
struct Provisioned {
    node_type: &'static str,
    nodes: u32,
    is_cluster: bool,
}

/// The logical ids that others refer to.
pub const ROLE: &str = "WarehouseRole";
pub const WORKGROUP: &str = "WarehouseWorkgroup";
pub const NAMESPACE: &str = "WarehouseNamespace";
pub const CLUSTER: &str = "WarehouseCluster";
