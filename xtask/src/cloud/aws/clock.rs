//! AWS's own clock, which every answer carries: a machine's may be wrong, and data is destroyed by it.

use aws_sdk_sts::Client;
use aws_sdk_sts::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::BoxError;
use aws_sdk_sts::primitives::{DateTime, DateTimeFormat};
use engine::cloud::{Answer, CloudError, Fault};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::error::told;

const CALL: &str = "sts:GetCallerIdentity";

/// Notes the date of an answer.
#[derive(Debug, Clone, Default)]
struct Listener(Arc<Mutex<Option<String>>>);

impl Intercept for Listener {
    fn name(&self) -> &'static str {
        "date of the answer"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

pub(super) async fn time(client: &Client) -> Answer<Duration> {
    let listener = Listener::default();
    let call = client.get_caller_identity().customize().interceptor(listener.clone());
    call.send().await.map_err(told(CALL))?;
    let date = listener.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let time = date.as_deref().and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
    let seconds = time.and_then(|time| u64::try_from(time.secs()).ok());
    seconds.map(Duration::from_secs).ok_or_else(|| CloudError {
        call: CALL,
        fault: Fault::Other,
        message: format!("the answer's date is {date:?}, which is no time"),
    })
}
