//! The calls: a batch begun, followed to its end, and its answer read.

use aws_sdk_redshiftdata::{
    error::{ProvideErrorMetadata, SdkError},
    operation::describe_statement::DescribeStatementOutput,
    types::{Field, StatusString},
};
use runtime::{Backoff, Pause};
use std::{cell::Cell, time::Duration};

use super::{Place, Redshift, explain};
use crate::{failure::LoadError, load::Load, sql::Statement};

/// Of a call that fails in a way that may pass: seven pauses, of about ten seconds in all.
const AGAIN: (u32, Duration) = (7, Duration::from_millis(400));

/// Between two looks at a batch: they grow, and a pause is never longer than the backoff's longest.
const LOOK: Duration = Duration::from_millis(100);

impl<P: Pause, C: Fn() -> String> Redshift<P, C> {
    pub(super) async fn begin(&self, token: &str, statements: &[Statement]) -> Result<String, LoadError> {
        let sqls: Vec<String> = statements.iter().map(|statement| statement.sql.clone()).collect();
        let output = self
            .again("begin a batch", async || {
                let call = self.client.batch_execute_statement();
                let call = call.database(&self.database).client_token(token).set_sqls(Some(sqls.clone()));
                let call = match &self.place {
                    Place::Serverless { workgroup, secret } => call.workgroup_name(workgroup).secret_arn(secret.arn()),
                    Place::Cluster { name, secret } => call.cluster_identifier(name).secret_arn(secret.arn()),
                };
                call.statement_name("load-warehouse").send().await
            })
            .await?;
        output.id.ok_or_else(|| LoadError::passing("it began a batch and did not say which"))
    }

    /// Waits for the end of a batch, or for the end of all patience.
    pub(super) async fn follow(&self, load: &Load, id: &str, statements: &[Statement]) -> Result<(), LoadError> {
        let waited = Waited { pause: &self.pause, time: Cell::default() };
        let mut looks = Backoff::new(u32::MAX, LOOK);
        loop {
            let seen =
                self.again("look at a batch", async || self.client.describe_statement().id(id).send().await).await?;
            match seen.status() {
                Some(StatusString::Finished) => return Ok(()),
                Some(StatusString::Failed) => return Err(self.failed(load, statements, &seen).await),
                Some(StatusString::Aborted) => return Err(LoadError::passing("somebody cancelled the batch")),
                // Picked, submitted, started, or a word that is newer than this program.
                _ => {}
            }
            if waited.time.get() > self.patience {
                self.cancel(id).await;
                return Err(LoadError::passing(format!(
                    "it was not done after {} s, and was told to stop",
                    self.patience.as_secs()
                )));
            }
            looks.again(&waited).await;
        }
    }

    async fn failed(&self, load: &Load, statements: &[Statement], seen: &DescribeStatementOutput) -> LoadError {
        let subs = seen.sub_statements();
        let which = subs.iter().position(|sub| sub.status().is_some_and(|status| status.as_str() == "FAILED"));
        let said = which.and_then(|which| subs[which].error()).or(seen.error()).unwrap_or("it does not say why");
        let step = which.and_then(|which| statements.get(which)).map(|statement| statement.step);
        if !explain::is_of_the_file(step, said) {
            return explain::explain(step, said);
        }
        // Its own table says more than it does itself, if it can be read.
        let detail = self.load_error(load).await.ok().flatten();
        LoadError::File(detail.unwrap_or_else(|| format!("{}; {}", said.trim(), explain::WHERE)))
    }

    async fn load_error(&self, load: &Load) -> Result<Option<String>, LoadError> {
        let ask = [Statement { step: crate::sql::Step::Rows, sql: explain::ask(load) }];
        let id = self.begin(&super::token(load, &(self.clock)(), "why"), &ask).await?;
        let seen = Box::pin(self.follow_quietly(&id)).await?;
        if !seen {
            return Ok(None);
        }
        let output = self
            .again("read an answer", async || self.client.get_statement_result().id(format!("{id}:1")).send().await);
        let output = output.await?;
        let text = |field: &Field| match field {
            Field::StringValue(text) => text.trim().to_owned(),
            Field::LongValue(number) => number.to_string(),
            _ => String::new(),
        };
        Ok(output.records().first().map(|row| row.iter().map(text).collect::<Vec<_>>()).and_then(
            |row| match &row[..] {
                [line, column, reason] => Some(format!("line {line}, column {}: {reason}", explain::ours(column))),
                _ => None,
            },
        ))
    }

    /// Whether a batch finished, soon.
    async fn follow_quietly(&self, id: &str) -> Result<bool, LoadError> {
        let mut looks = Backoff::new(10, LOOK);
        loop {
            let seen =
                self.again("look at a batch", async || self.client.describe_statement().id(id).send().await).await?;
            match seen.status() {
                Some(StatusString::Finished) => return Ok(true),
                Some(StatusString::Failed | StatusString::Aborted) => return Ok(false),
                _ if !looks.again(&self.pause).await => return Ok(false),
                _ => {}
            }
        }
    }

    /// The number that a statement selects; none where it selects no row.
    pub(super) async fn number(&self, id: &str) -> Result<Option<u64>, LoadError> {
        let output =
            self.again("read an answer", async || self.client.get_statement_result().id(id).send().await).await?;
        let Some(field) = output.records().first().and_then(|row| row.first()) else { return Ok(None) };
        match field {
            Field::LongValue(number) => Ok(u64::try_from(*number).ok()),
            other => Err(LoadError::passing(format!("it answers {other:?} where a number is expected"))),
        }
    }

    /// Best effort: what goes on nevertheless is found to be recorded the next time.
    async fn cancel(&self, id: &str) {
        if let Err(error) = self.client.cancel_statement().id(id).send().await {
            tracing::warn!("the batch {id} could not be cancelled: {}", runtime::chain(&error));
        }
    }

    /// Repeats a call that was throttled, timed out, or whose answer was lost.
    async fn again<T, E>(
        &self,
        what: &'static str,
        mut call: impl AsyncFnMut() -> Result<T, SdkError<E>>,
    ) -> Result<T, LoadError>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let mut backoff = Backoff::new(AGAIN.0, AGAIN.1);
        loop {
            let error = match call().await {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            if let Some(refused) = explain::refused(error.code(), error.message()) {
                return Err(refused);
            }
            if !backoff.again(&self.pause).await {
                let what = format!("it could not be asked to {what}");
                return Err(LoadError::Passing { what, cause: Some(Box::new(error)) });
            }
            tracing::warn!("trying again to {what}: {}", runtime::chain(&error));
        }
    }
}

/// Waits, and adds up how long.
struct Waited<'a, P> {
    pause: &'a P,
    time: Cell<Duration>,
}

impl<P: Pause> Pause for Waited<'_, P> {
    async fn pause(&self, time: Duration) {
        self.time.set(self.time.get() + time);
        self.pause.pause(time).await;
    }
}
