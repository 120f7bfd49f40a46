//! The stage's PostgreSQL, which the pipelines that load into one share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::Within;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawDatabase {
    /// The machine that it runs on. Default: db.t4g.micro.
    pub class: DatabaseClass,
    /// Gigabytes of storage, which grows by itself up to five times as much. Default: 20.
    pub storage_gb: Option<Within<20, 16000>>,
    /// Whether a second one stands by in another zone. Default: false.
    pub multi_az: Option<bool>,
    /// Days for which it can be brought back to any moment. Default: 7.
    pub backup_days: Option<Within<1, 35>>,
}

/// The values are AWS's own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum DatabaseClass {
    #[default]
    #[serde(rename = "db.t4g.micro")]
    T4gMicro,
    #[serde(rename = "db.t4g.small")]
    T4gSmall,
    #[serde(rename = "db.t4g.medium")]
    T4gMedium,
    #[serde(rename = "db.t4g.large")]
    T4gLarge,
    #[serde(rename = "db.m7g.large")]
    M7gLarge,
    #[serde(rename = "db.m7g.xlarge")]
    M7gXlarge,
    #[serde(rename = "db.m7g.2xlarge")]
    M7g2xlarge,
    #[serde(rename = "db.r7g.large")]
    R7gLarge,
    #[serde(rename = "db.r7g.xlarge")]
    R7gXlarge,
    #[serde(rename = "db.r7g.2xlarge")]
    R7g2xlarge,
}

impl DatabaseClass {
    pub const fn memory_gb(self) -> u32 {
        match self {
            Self::T4gMicro => 1,
            Self::T4gSmall => 2,
            Self::T4gMedium => 4,
            Self::T4gLarge | Self::M7gLarge => 8,
            Self::M7gXlarge | Self::R7gLarge => 16,
            Self::M7g2xlarge | Self::R7gXlarge => 32,
            Self::R7g2xlarge => 64,
        }
    }

    /// Whether it saves up processor time while it is idle, and pays for what it uses beyond that.
    pub const fn saves_up(self) -> bool {
        matches!(self, Self::T4gMicro | Self::T4gSmall | Self::T4gMedium | Self::T4gLarge)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Database {
    pub class: DatabaseClass,
    pub storage_gb: u32,
    pub multi_az: bool,
    pub backup_days: u32,
}

impl Database {
    pub(super) fn check(raw: &RawDatabase) -> Self {
        Self {
            class: raw.class,
            storage_gb: raw.storage_gb.unwrap_or(Within::of(20)).get(),
            multi_az: raw.multi_az.unwrap_or(false),
            backup_days: raw.backup_days.unwrap_or(Within::of(7)).get(),
        }
    }
}
