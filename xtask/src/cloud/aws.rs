//! The port's real implementation, on the AWS SDK: also what talks to the emulator.

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::time::Duration;

mod error;
mod objects;
mod stacks;
mod streams;

use super::{Answer, Caller, ChangeSet, ChangeSetRequest, Cloud, Event, ObjectVersion, Record, Resource, StackState};
use error::told;
use std::path::Path;

/// Clients for one account and region.
pub(crate) struct Aws {
    stacks: aws_sdk_cloudformation::Client,
    objects: aws_sdk_s3::Client,
    streams: aws_sdk_kinesis::Client,
    identity: aws_sdk_sts::Client,
}

impl Aws {
    /// Real AWS, with whatever credentials the environment gives.
    pub(crate) async fn connect(region: &str) -> Self {
        Self::over(&base(region).load().await, false)
    }

    /// The emulator at this endpoint, as the root of the account.
    pub(crate) async fn emulated(region: &str, endpoint: &str, account: &str) -> Self {
        let root = aws_sdk_sts::config::Credentials::new(account, "emulated", None, None, "emulator");
        let config = base(region).endpoint_url(endpoint).credentials_provider(root).load().await;
        Self::over(&config, true)
    }

    fn over(config: &SdkConfig, path_style: bool) -> Self {
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).build();
        Self {
            stacks: aws_sdk_cloudformation::Client::new(config),
            objects: aws_sdk_s3::Client::from_conf(s3),
            streams: aws_sdk_kinesis::Client::new(config),
            identity: aws_sdk_sts::Client::new(config),
        }
    }
}

/// One HTTP client on ring for all services; time-outs, because the SDK sets none for whole operations.
fn base(region: &str) -> aws_config::ConfigLoader {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_mins(1))
        .operation_timeout(Duration::from_mins(5))
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .http_client(http)
        .timeout_config(timeouts)
}

impl Cloud for Aws {
    async fn caller(&self) -> Answer<Caller> {
        let caller = self.identity.get_caller_identity().send().await.map_err(told("sts:GetCallerIdentity"))?;
        Ok(Caller { account: caller.account.unwrap_or_default(), arn: caller.arn.unwrap_or_default() })
    }

    async fn stack(&self, name_or_id: &str) -> Answer<Option<StackState>> {
        stacks::describe(&self.stacks, name_or_id).await
    }

    async fn template(&self, stack: &str) -> Answer<String> {
        stacks::template(&self.stacks, stack).await
    }

    async fn resources(&self, stack: &str) -> Answer<Vec<Resource>> {
        stacks::resources(&self.stacks, stack).await
    }

    async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)> {
        stacks::events(&self.stacks, stack_id, page).await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Answer {
        stacks::create_change_set(&self.stacks, request).await
    }

    async fn change_set(&self, stack: &str, name: &str) -> Answer<ChangeSet> {
        stacks::change_set(&self.stacks, stack, name).await
    }

    async fn execute_change_set(&self, stack: &str, name: &str, token: &str) -> Answer {
        let call = self.stacks.execute_change_set().stack_name(stack).change_set_name(name).client_request_token(token);
        call.send().await.map(drop).map_err(told("cloudformation:ExecuteChangeSet"))
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Answer {
        let call = self.stacks.delete_change_set().stack_name(stack).change_set_name(name);
        call.send().await.map(drop).map_err(told("cloudformation:DeleteChangeSet"))
    }

    async fn delete_stack(&self, stack_id: &str, token: &str) -> Answer {
        let call = self.stacks.delete_stack().stack_name(stack_id).client_request_token(token);
        call.send().await.map(drop).map_err(told("cloudformation:DeleteStack"))
    }

    async fn object_checksum(&self, bucket: &str, key: &str) -> Answer<Option<String>> {
        objects::checksum(&self.objects, bucket, key).await
    }

    async fn put_object(&self, bucket: &str, key: &str, file: &Path, sha256: &str) -> Answer {
        objects::put(&self.objects, bucket, key, file, sha256).await
    }

    async fn objects(&self, bucket: &str, prefix: &str) -> Answer<Vec<String>> {
        objects::list(&self.objects, bucket, prefix).await
    }

    async fn object(&self, bucket: &str, key: &str) -> Answer<Vec<u8>> {
        objects::get(&self.objects, bucket, key).await
    }

    async fn object_versions(&self, bucket: &str) -> Answer<Vec<ObjectVersion>> {
        objects::versions(&self.objects, bucket).await
    }

    async fn delete_objects(&self, bucket: &str, versions: &[ObjectVersion]) -> Answer {
        objects::delete(&self.objects, bucket, versions).await
    }

    async fn put_records(&self, stream: &str, records: &[Record]) -> Answer<Vec<Result<(), String>>> {
        streams::put(&self.streams, stream, records).await
    }
}
