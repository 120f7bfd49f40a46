//! The one call in a function's `main`.

use contract::{Function, Run};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use std::{
    env,
    error::Error,
    future::Future,
    process::ExitCode,
    time::{Duration, Instant, SystemTime},
};
use tokio::signal::unix::{SignalKind, signal};

use crate::{Answer, chain};

type BoxError = Box<dyn Error + Send + Sync>;

/// What the Lambda environment always has, and without which the Lambda client panics instead of answering.
const LAMBDA: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
];

/// A function's logic.
pub trait Handler<E> {
    type Response: Serialize;
    fn handle(&self, event: E) -> impl Future<Output = Result<Answer<Self::Response>, BoxError>>;

    /// The same for a function that can do a part of the work and hand back the rest: it is killed at this time.
    fn handle_until(&self, event: E, _end: Instant) -> impl Future<Output = Result<Answer<Self::Response>, BoxError>> {
        self.handle(event)
    }
}

/// Reads the environment, makes the handler from it, and serves invocations until Lambda ends the process.
///
/// Nothing is kept between invocations that would be lost then, so there is nothing to do at the end.
pub fn start<F, H>(make: impl AsyncFnOnce(F::Env<Run>) -> Result<H, BoxError>) -> ExitCode
where
    F: Function,
    H: Handler<F::Event>,
{
    exit::<F>(serve::<F, H>(make))
}

/// The same for a function that can be a task as well: where there is no Lambda, the event is in this variable, as JSON, and
/// the process does that once. Its exit code is the answer. A container that is to end is told so by SIGTERM some time before
/// it is killed; the work is then dropped where it is, as by a kill.
pub fn start_or_once<F, H>(event: &'static str, make: impl AsyncFnOnce(F::Env<Run>) -> Result<H, BoxError>) -> ExitCode
where
    F: Function,
    H: Handler<F::Event>,
{
    if env::var_os(LAMBDA[0]).is_some() {
        return start::<F, H>(make);
    }
    exit::<F>(once::<F, H>(event, make))
}

fn exit<F: Function>(work: impl Future<Output = Result<ExitCode, BoxError>>) -> ExitCode {
    lambda_runtime::tracing::init_default_subscriber();
    let worked = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(BoxError::from).and_then(
        |runtime| {
            let worked = runtime.block_on(work);
            // A name that is being looked up is not waited for.
            runtime.shutdown_background();
            worked
        },
    );
    worked.unwrap_or_else(|error| {
        tracing::error!("{} cannot run: {}", F::BIN, chain(&*error));
        ExitCode::FAILURE
    })
}

async fn once<F, H>(
    variable: &'static str,
    make: impl AsyncFnOnce(F::Env<Run>) -> Result<H, BoxError>,
) -> Result<ExitCode, BoxError>
where
    F: Function,
    H: Handler<F::Event>,
{
    let mut stop = signal(SignalKind::terminate())?;
    let handler = make(environment::<F>(variables())?).await?;
    let told = env::var(variable).map_err(|_| {
        let lambda = LAMBDA[0];
        format!(
            "it is started neither by Lambda, since {lambda} is not set, nor as a task, since {variable} is not set"
        )
    })?;
    let event =
        serde_json::from_str(&told).map_err(|error| format!("{variable} does not say what there is to do: {error}"))?;
    let done = tokio::select! {
        biased;
        done = Box::pin(handler.handle(event)) => done,
        _ = stop.recv() => Err("it was told to stop before it was done".into()),
    };
    match done {
        Ok(answer) => {
            answer.counts.emit(&name::<F>());
            tracing::info!("done: {}", serde_json::to_string(&answer.response)?);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            tracing::error!("{} failed: {}", F::BIN, chain(&*error));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// By which metrics are told apart. A task has it only if its environment says so.
fn name<F: Function>() -> String {
    env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| F::BIN.to_owned())
}

async fn serve<F, H>(make: impl AsyncFnOnce(F::Env<Run>) -> Result<H, BoxError>) -> Result<ExitCode, BoxError>
where
    F: Function,
    H: Handler<F::Event>,
{
    let handler = make(environment::<F>(variables())?).await?;
    if let Some(missing) = LAMBDA.into_iter().find(|name| env::var_os(name).is_none()) {
        return Err(format!("it is not started by Lambda: {missing} is not set").into());
    }
    let (handler, name) = (&handler, &name::<F>());
    lambda_runtime::run(service_fn(async |event: LambdaEvent<F::Event>| {
        let end = Instant::now() + left(event.context.deadline(), SystemTime::now());
        // Boxed, since what a function waits for nests deeper than the compiler follows through the loop around it.
        match Box::pin(handler.handle_until(event.payload, end)).await {
            Ok(answer) => {
                answer.counts.emit(name);
                Ok(answer.response)
            }
            Err(error) => {
                let error_message = chain(&*error);
                tracing::error!("{error_message}");
                Err(Diagnostic { error_type: F::BIN.to_owned(), error_message })
            }
        }
    }))
    .await?;
    Ok(ExitCode::SUCCESS)
}

/// Lambda allows a quarter of an hour at most; what says more is no deadline.
fn left(deadline: SystemTime, now: SystemTime) -> Duration {
    deadline.duration_since(now).unwrap_or_default().min(Duration::from_mins(15))
}

/// Those that are text. The others are not ours, and are no reason to fail.
fn variables() -> impl Iterator<Item = (String, String)> {
    env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn environment<F: Function>(variables: impl Iterator<Item = (String, String)>) -> Result<F::Env<Run>, BoxError> {
    contract::environment::<F>(variables).map_err(|error| format!("its environment is not complete: {error}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{send_to_firehose::SendToFirehose, write_to_s3::WriteToS3};

    fn why<F: Function>(variables: &[(&str, &str)]) -> String {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        environment::<F>(variables).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_missing_variable_is_named() {
        let written = ("WRITTEN", "s3://b/w/");
        let rejected = ("REJECTED", "s3://b/r/");
        let schema = ("RECORD_SCHEMA", "taxi-trip.json");
        assert!(why::<WriteToS3>(&[rejected, schema]).contains("`WRITTEN`"));
        assert!(why::<WriteToS3>(&[written, schema]).contains("`REJECTED`"));
        assert!(why::<WriteToS3>(&[written, rejected]).contains("`RECORD_SCHEMA`"));
        assert_eq!(why::<WriteToS3>(&[written, rejected, schema, ("PATH", "/bin")]), "");
        assert!(why::<SendToFirehose>(&[schema]).contains("`DELIVERY`"));
    }

    #[test]
    fn a_wrong_value_is_quoted() {
        let why = why::<SendToFirehose>(&[("DELIVERY", "d"), ("RECORD_SCHEMA", "../etc/passwd")]);
        assert_eq!(why, "its environment is not complete: '../etc/passwd' is not a plain file name");
    }
}
