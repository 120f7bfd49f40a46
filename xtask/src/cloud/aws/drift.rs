//! CloudFormation's side of the port: what was changed past a stack.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{StackDriftDetectionStatus, StackResourceDrift, StackResourceDriftStatus};
use engine::cloud::{Answer, Drifted};
use std::time::Duration;

use super::error::told;

/// Compares, and waits for the end of it. A detection that fails for some resources has compared the others.
pub(super) async fn find(client: &Client, stack: &str, pace: Duration) -> Answer<Vec<Drifted>> {
    let begun = client.detect_stack_drift().stack_name(stack).send().await;
    let detection = begun.map_err(told("cloudformation:DetectStackDrift"))?.stack_drift_detection_id;
    loop {
        let call = client.describe_stack_drift_detection_status().set_stack_drift_detection_id(detection.clone());
        let answer = call.send().await.map_err(told("cloudformation:DescribeStackDriftDetectionStatus"))?;
        if answer.detection_status != Some(StackDriftDetectionStatus::DetectionInProgress) {
            break;
        }
        tokio::time::sleep(pace).await;
    }
    found(client, stack).await
}

async fn found(client: &Client, stack: &str) -> Answer<Vec<Drifted>> {
    let mut all = Vec::new();
    let mut page = None;
    loop {
        let call = client
            .describe_stack_resource_drifts()
            .stack_name(stack)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Modified)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Deleted)
            .set_next_token(page);
        let answer = call.send().await.map_err(told("cloudformation:DescribeStackResourceDrifts"))?;
        all.extend(answer.stack_resource_drifts.unwrap_or_default().into_iter().map(drifted));
        page = answer.next_token;
        if page.is_none() {
            return Ok(all);
        }
    }
}

fn drifted(resource: StackResourceDrift) -> Drifted {
    let gone = resource.stack_resource_drift_status == Some(StackResourceDriftStatus::Deleted);
    let differences = resource.property_differences.filter(|_| !gone).unwrap_or_default();
    Drifted {
        logical_id: resource.logical_resource_id.unwrap_or_default(),
        kind: resource.resource_type.unwrap_or_default(),
        properties: differences.into_iter().filter_map(|difference| difference.property_path).collect(),
    }
}
