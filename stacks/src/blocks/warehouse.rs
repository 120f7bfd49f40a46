//! A Redshift warehouse: encrypted, not public, reached through the Data API.

use contract::{Folder, Grant, Read, Ref, Statement, Warehouse, WarehouseParts};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Bounds, Scope, Tags};
use crate::stage::{self, NodeType};

#[derive(Debug, Serialize)]
pub struct WarehouseView {
    name: String,
    /// In both senses: Redshift's own first user, and the database that it makes.
    administrator: &'static str,
    database: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    serverless: Option<Serverless>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioned: Option<Provisioned>,
    /// What its role may read, to copy from.
    statements: Vec<Statement>,
    network: Value,
    subnets: Vec<Value>,
    backup_days: u32,
    deletion: &'static str,
    replace: &'static str,
    bounds: Bounds,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Serverless {
    base_capacity: u32,
}

#[derive(Debug, Serialize)]
struct Provisioned {
    node_type: NodeType,
    nodes: u32,
}

const ADMINISTRATOR: &str = "millrace";
const DATABASE: &str = "warehouse";

impl WarehouseView {
    /// None where the stage's PostgreSQL is the warehouse.
    pub fn new(
        scope: &Scope,
        kind: stage::Warehouse,
        reads: &Ref<Folder>,
        network: Value,
        subnets: Vec<Value>,
    ) -> Option<Self> {
        let (serverless, provisioned) = match kind {
            stage::Warehouse::Serverless { base_capacity } => (Some(Serverless { base_capacity }), None),
            stage::Warehouse::Provisioned { node_type, nodes } => (None, Some(Provisioned { node_type, nodes })),
            stage::Warehouse::Postgres => return None,
        };
        Some(Self {
            name: scope.name("warehouse"),
            administrator: ADMINISTRATOR,
            database: DATABASE,
            serverless,
            provisioned,
            statements: Read::<Folder>::statements(reads),
            network,
            subnets,
            backup_days: if scope.stage.keep_data { 35 } else { 1 },
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_serverless(&self) -> bool {
        self.serverless.is_some()
    }

    /// As a function is given it.
    pub fn wired(&self) -> Ref<Warehouse> {
        let attribute = |id: &str, name: &str| json!({ "Fn::GetAtt": [id, name] });
        let (database, role) = (json!(DATABASE), attribute("WarehouseRole", "Arn"));
        Ref::warehouse(match self.serverless {
            Some(_) => WarehouseParts::RedshiftServerless {
                workgroup: json!({ "Ref": "WarehouseWorkgroup" }),
                arn: attribute("WarehouseWorkgroup", "Workgroup.WorkgroupArn"),
                database,
                role,
                secret: json!({ "Ref": "WarehouseSecret" }),
            },
            None => WarehouseParts::Redshift {
                cluster: json!({ "Ref": "WarehouseCluster" }),
                database,
                role,
                secret: attribute("WarehouseCluster", "MasterPasswordSecretArn"),
            },
        })
    }
}
