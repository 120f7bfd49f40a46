//! The stage's own network: subnets without a way to the internet, and a way to each service that functions in it call; for
//! tasks that have to get out, subnets with one.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Scope, Tags};

#[derive(Debug, Serialize)]
pub struct NetworkView {
    subnets: Vec<Subnet>,
    /// Services that are reached through an address in the network, which costs by the hour.
    interfaces: Vec<Endpoint>,
    /// Services that are reached through its routes, for nothing.
    gateways: Vec<Endpoint>,
    /// Where tasks stand that have to reach the internet.
    open_subnets: Vec<Subnet>,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct Subnet {
    id: &'static str,
    zone: usize,
    addresses: &'static str,
}

/// In three zones, which a serverless warehouse asks for.
pub const SUBNETS: [(&str, &str); 3] =
    [("SubnetA", "10.64.0.0/26"), ("SubnetB", "10.64.0.64/26"), ("SubnetC", "10.64.0.128/26")];

/// Those with a way to the internet, and the group of what stands in them.
pub const OPEN_SUBNETS: [(&str, &str); 2] = [("OpenSubnetA", "10.64.0.192/27"), ("OpenSubnetB", "10.64.0.224/27")];
pub const TASKS_GROUP: &str = "TasksGroup";

/// The group of functions that may reach the database.
pub const FUNCTIONS_GROUP: &str = "FunctionsGroup";

#[derive(Debug, Serialize)]
struct Endpoint {
    id: &'static str,
    service: Value,
}

impl NetworkView {
    /// `services`: what functions call that stand in it.
    pub fn new(scope: &Scope, services: &[&str], internet: bool) -> Self {
        let wanted = |(_, service): &(&str, &str)| services.contains(service);
        let interfaces = [("SecretsEndpoint", "secretsmanager"), ("NoticesEndpoint", "sns")].into_iter().filter(wanted);
        let gateways = [("BucketsEndpoint", "s3"), ("ItemsEndpoint", "dynamodb")].into_iter().filter(wanted);
        let endpoint = |(id, name): (&'static str, &str)| Endpoint {
            id,
            service: json!({ "Fn::Sub": format!("com.amazonaws.${{AWS::Region}}.{name}") }),
        };
        Self {
            subnets: in_zones(&SUBNETS),
            open_subnets: if internet { in_zones(&OPEN_SUBNETS) } else { Vec::new() },
            interfaces: interfaces.map(endpoint).collect(),
            gateways: gateways.map(endpoint).collect(),
            tags: scope.tags.clone(),
        }
    }
}

fn in_zones(subnets: &[(&'static str, &'static str)]) -> Vec<Subnet> {
    subnets.iter().enumerate().map(|(zone, (id, addresses))| Subnet { id, zone, addresses }).collect()
}

/// Where a function or a task stands.
#[derive(Debug, Clone, Serialize)]
pub struct Placement {
    pub subnets: Vec<Value>,
    pub groups: Vec<Value>,
}
