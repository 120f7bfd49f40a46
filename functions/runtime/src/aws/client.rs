//! What the SDK's clients have in common.

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::tls;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(2);

/// Region, credentials and endpoint are what the environment says. No call is made. Trying again is the function's
/// business, which knows what is still to be done and how much time it has.
pub async fn config(call: Duration) -> SdkConfig {
    let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().tls_provider(ring).build_https())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(call).build())
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}
