//! Ways in and out of a network.

use super::Bill;
use crate::scene::{Resource, Scene};

pub(super) fn nat(gateway: &Resource, _: &Scene, bill: &mut Bill) {
    bill.hourly(gateway, "VPC", "vpc.nat", 1.0);
    bill.unknown(gateway, "how much goes through it is not known; each GB costs as much as an hour");
}

pub(super) fn address(address: &Resource, _: &Scene, bill: &mut Bill) {
    bill.hourly(address, "VPC", "vpc.ipv4", 1.0);
}

/// One in each zone that it has a subnet in; a gateway costs nothing.
pub(super) fn endpoint(endpoint: &Resource, _: &Scene, bill: &mut Bill) {
    if endpoint.text("VpcEndpointType") == Some("Interface") {
        #[expect(clippy::cast_precision_loss, reason = "a few")]
        let zones = endpoint.length("SubnetIds").unwrap_or(1) as f64;
        bill.hourly(endpoint, "VPC", "vpc.endpoint", zones);
    }
}
