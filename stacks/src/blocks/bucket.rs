//! Buckets: encrypted, versioned, closed to the public, reached over TLS only.

use serde::Serialize;
use serde_json::Value;

use super::{InboxView, Scope, Tags};
use crate::names;
use crate::stage::Artifacts;

#[derive(Debug, Serialize)]
pub struct BucketView {
    id: &'static str,
    name: String,
    deletion: &'static str,
    replace: &'static str,
    /// Days after which an overwritten or deleted object's old version is dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_versions_days: Option<u32>,
    /// Days after which an object goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_days: Option<u32>,
    /// Where each access is written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_logs: Option<AccessLogs>,
    /// The queue that is told of new objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<Notice>,
    /// Whether it tells the account's event bus, where rules of later stacks listen.
    tells: bool,
    tags: Tags,
}

#[derive(Debug, Serialize)]
struct AccessLogs {
    bucket: String,
    prefix: String,
}

#[derive(Debug, Serialize)]
struct Notice {
    queue: Value,
    /// What has to be there before: S3 asks at once whether it may.
    policy: String,
    prefix: &'static str,
}

/// What becomes of old versions of objects.
#[derive(Debug, Clone, Copy)]
pub enum Lifecycle {
    KeepVersions,
    DropOldVersions,
}

impl BucketView {
    pub fn new(scope: &Scope, id: &'static str, name: &str, lifecycle: Lifecycle) -> Self {
        let old_versions_days = match lifecycle {
            Lifecycle::KeepVersions => None,
            Lifecycle::DropOldVersions => Some(30),
        };
        Self {
            id,
            name: names::bucket(scope.stage, name),
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            old_versions_days,
            expire_days: None,
            access_logs: None,
            notice: None,
            tells: false,
            tags: scope.tags.clone(),
        }
    }

    /// As the stage file says of its artifacts. Where something expires, old versions go too: nothing names them.
    #[must_use]
    pub fn kept_as(self, scope: &Scope, artifacts: &Artifacts) -> Self {
        let folder = format!("{}/", self.name);
        let logs = artifacts.access_logs.as_ref();
        Self {
            expire_days: artifacts.expire_days,
            old_versions_days: artifacts.expire_days.or(self.old_versions_days),
            // A copy is looked at by nobody but its maker.
            access_logs: logs
                .filter(|_| scope.stage.copy.is_none())
                .map(|bucket| AccessLogs { bucket: bucket.to_string(), prefix: folder }),
            ..self
        }
    }

    /// Tells an inbox of new objects under a prefix. The inbox is handed back, with what lets the bucket tell it.
    #[must_use]
    pub fn tell(self, inbox: InboxView, prefix: &'static str) -> (Self, InboxView) {
        let notice = Notice { queue: inbox.queue().arn(), policy: inbox.policy(), prefix };
        let inbox = inbox.told_by_bucket(&self.name);
        (Self { notice: Some(notice), ..self }, inbox)
    }

    #[must_use]
    pub fn tell_everybody(self, tells: bool) -> Self {
        Self { tells, ..self }
    }
}
