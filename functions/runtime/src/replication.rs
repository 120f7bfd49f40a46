//! A task of DMS: the port, and what a handle on it can do.

use contract::{Handle, Replicate, Replication};
use std::{future::Future, rc::Rc};

use crate::{Fault, PortError};

/// A task and the end that it reads from, named by a granted handle. Both are ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicationPlace {
    task: String,
    source: String,
}

/// A variable that should name a task and does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a task of DMS: dms:?task=ARN&source=ARN is expected")]
pub struct BadReplication(String);

impl ReplicationPlace {
    pub(crate) fn parse(uri: &str) -> Result<Self, BadReplication> {
        let parts = || {
            let (task, source) = uri.strip_prefix("dms:?task=")?.split_once("&source=")?;
            let good = [task, source].iter().all(|arn| arn.starts_with("arn:"));
            good.then(|| Self { task: task.to_owned(), source: source.to_owned() })
        };
        parts().ok_or_else(|| BadReplication(uri.to_owned()))
    }

    pub fn task(&self) -> &str {
        &self.task
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// A call is named by the permission that it takes.
    pub(crate) fn failed(&self, permission: &'static str, fault: Fault) -> PortError {
        let on = if permission == "dms:ModifyEndpoint" { &self.source } else { &self.task };
        PortError::new(permission, on, fault)
    }
}

/// A task as it was described.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplicationTask {
    /// In AWS's words.
    pub status: String,
    /// Of the last run, in AWS's words.
    pub stop_reason: Option<String>,
    pub last_failure: Option<String>,
    /// A task that ran is started otherwise than one that never did.
    pub has_run: bool,
    /// Tables that the last run could not load.
    pub tables_errored: i32,
}

/// How a task begins to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// For the first time.
    Start,
    /// Anew: the tables are emptied and loaded.
    Reload,
}

/// What the task keeps for us: a tag.
pub const LABEL: &str = "begun-with";

/// DMS, one call each. Nothing here tries again.
pub trait Replications {
    fn describe(&self, place: &ReplicationPlace) -> impl Future<Output = Result<ReplicationTask, PortError>>;
    /// The value of [`LABEL`], if the task has it.
    fn label(&self, place: &ReplicationPlace) -> impl Future<Output = Result<Option<String>, PortError>>;
    fn set_label(&self, place: &ReplicationPlace, value: &str) -> impl Future<Output = Result<(), PortError>>;
    /// Has the source read from this folder of its bucket. Says no if a run is using it.
    fn point(&self, place: &ReplicationPlace, folder: &str) -> impl Future<Output = Result<bool, PortError>>;
    /// Says no if the task is not, or no longer, in a state to begin.
    fn begin(&self, place: &ReplicationPlace, how: Begin) -> impl Future<Output = Result<bool, PortError>>;
}

impl<R: Replications> Replications for Rc<R> {
    async fn describe(&self, place: &ReplicationPlace) -> Result<ReplicationTask, PortError> {
        (**self).describe(place).await
    }

    async fn label(&self, place: &ReplicationPlace) -> Result<Option<String>, PortError> {
        (**self).label(place).await
    }

    async fn set_label(&self, place: &ReplicationPlace, value: &str) -> Result<(), PortError> {
        (**self).set_label(place, value).await
    }

    async fn point(&self, place: &ReplicationPlace, folder: &str) -> Result<bool, PortError> {
        (**self).point(place, folder).await
    }

    async fn begin(&self, place: &ReplicationPlace, how: Begin) -> Result<bool, PortError> {
        (**self).begin(place, how).await
    }
}

/// Of a task that may be run.
pub trait Replicable {
    /// What the port is called with.
    fn place(&self) -> Result<ReplicationPlace, BadReplication>;
}

impl Replicable for Handle<Replicate<Replication>> {
    fn place(&self) -> Result<ReplicationPlace, BadReplication> {
        ReplicationPlace::parse(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_a_task_and_its_source() {
        let place =
            ReplicationPlace::parse("dms:?task=arn:aws:dms:r:1:task:T&source=arn:aws:dms:r:1:endpoint:E").unwrap();
        assert_eq!((place.task(), place.source()), ("arn:aws:dms:r:1:task:T", "arn:aws:dms:r:1:endpoint:E"));
        assert!(place.failed("dms:ModifyEndpoint", Fault::Passing).to_string().contains("endpoint:E"));
        for wrong in
            ["", "dms:", "dms:?task=arn:t", "dms:?task=arn:t&source=e", "arn:t", "dms:?source=arn:e&task=arn:t"]
        {
            assert_eq!(ReplicationPlace::parse(wrong), Err(BadReplication(wrong.to_owned())));
        }
    }
}
