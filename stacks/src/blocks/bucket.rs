//! Buckets: encrypted, versioned, closed to the public, reached over TLS only.

use serde::Serialize;

use super::{Scope, Tags};
use crate::names;

#[derive(Debug, Serialize)]
pub struct BucketView {
    id: &'static str,
    name: String,
    deletion: &'static str,
    replace: &'static str,
    /// Days after which an overwritten or deleted object's old version is dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_versions_days: Option<u32>,
    tags: Tags,
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
            tags: scope.tags.clone(),
        }
    }
}
