//! How the bucket of archives and templates is kept.

use schemars::JsonSchema;
use serde::Deserialize;

use super::given::BucketName;
use super::value::Within;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawArtifacts {
    /// Days after which archives and templates go. A stack cannot be rolled back to code that is gone. Default: never.
    pub expire_days: Option<Within<30, 3650>>,
    /// A bucket of the same account and region that hears of each access to it, in a folder of the artifact bucket's name. Default: none.
    pub access_logs: Option<BucketName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifacts {
    pub expire_days: Option<u32>,
    pub access_logs: Option<BucketName>,
}

impl Artifacts {
    pub(super) fn check(raw: RawArtifacts) -> Self {
        Self { expire_days: raw.expire_days.map(Within::get), access_logs: raw.access_logs }
    }
}
