//! The rates pipeline as a stage file has it.

use contract::HttpSource;
use contract::rates::Format;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use crate::stage::orders::RawSchedule;
use crate::stage::raw::RawFunction;
use crate::stage::value::{SecretArn, Within, agreed};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRates {
    /// Where prices are pulled from.
    pub source: RawSource,
    /// When they are pulled. Default: 02:00 UTC.
    pub schedule: RawSchedule,
    /// What pulls them.
    pub pull: RawPull,
    /// The function that makes Parquet of them. Defaults: 1769 MB, 900 s.
    pub curate: RawFunction,
    /// What makes Parquet of them: the function, or always a Spark job of Glue. Default: function.
    pub engine: RawEngine,
    /// The Spark job, for `engine: glue` and for batches that outgrow the function.
    pub spark: RawSpark,
    /// How often and when a step that failed is tried again.
    pub retry: RawRetry,
    /// What queries may read.
    pub queries: RawQueries,
    /// How prices get into PostgreSQL: by our own loader, or by DMS. Default: direct.
    pub load: RawLoad,
    /// The function that loads them, or prepares the tables for DMS. Defaults: 512 MB, 900 s.
    pub loader: RawFunction,
    /// When they are loaded. Default: 05:00 UTC.
    pub off_peak: RawSchedule,
    /// The machine that DMS runs on.
    pub dms: RawDms,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSource {
    /// The first page. Without it each execution has to name it: `{"source": "https://…"}`.
    #[schemars(with = "Option<String>")]
    #[serde(deserialize_with = "agreed")]
    pub url: Option<HttpSource>,
    /// A secret of Secrets Manager with what the source asks for, such as `{"authorization": "Bearer …"}`, by its ARN.
    #[schemars(with = "Option<SecretArn>")]
    pub secret: Option<Spanned<SecretArn>>,
    /// What pages are written in. Default: json.
    #[schemars(with = "RawFormat")]
    pub format: Format,
    /// Requests in a minute at most. Default: 60.
    pub requests_per_minute: Option<Within<1, 60000>>,
}

/// What an editor completes.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "the contract's own type knows nothing of schemas")]
enum RawFormat {
    Json,
    Csv,
    Xml,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawPull {
    /// A container of Fargate, which may take a day, or a function, which may take a quarter of an hour an attempt and goes on
    /// where the last one ended. Default: fargate.
    pub runs_on: RawRunsOn,
    /// Processor of a container, in 1/1024. Default: 512.
    #[schemars(with = "Option<FargateCpu>")]
    pub cpu: Option<Spanned<FargateCpu>>,
    /// Default: 1024 in a container, 512 in a function. A container that runs out of it is tried once more with twice as much.
    #[schemars(with = "Option<Within<128, 30720>>")]
    pub memory_mb: Option<Spanned<Within<128, 30720>>>,
    /// How long one attempt may take. Default: 3600 in a container, 900 in a function.
    #[schemars(with = "Option<Within<30, 86400>>")]
    pub timeout_seconds: Option<Spanned<Within<30, 86400>>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawRunsOn {
    #[default]
    Fargate,
    Function,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawEngine {
    #[default]
    Function,
    Glue,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawLoad {
    #[default]
    Direct,
    Dms,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSpark {
    /// With `engine: function`: a batch of more megabytes than this is curated by Spark. Without it, none is.
    #[schemars(with = "Option<u32>")]
    pub above_mb: Option<Spanned<u32>>,
    /// Machines that it runs on. Default: 4.
    pub workers: Option<Within<2, 299>>,
    /// Of which kind. Default: G.1X.
    pub worker_type: WorkerType,
    /// How long one run may take. Default: 120.
    pub timeout_minutes: Option<Within<1, 1440>>,
}

/// The values are AWS's own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum WorkerType {
    #[default]
    #[serde(rename = "G.1X")]
    G1X,
    #[serde(rename = "G.2X")]
    G2X,
    #[serde(rename = "G.4X")]
    G4X,
    #[serde(rename = "G.8X")]
    G8X,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRetry {
    /// How often a step that failed is tried again. Default: 3.
    pub attempts: Option<Within<1, 20>>,
    /// Seconds before the first of these; each later one waits twice as long. Default: 30.
    pub seconds: Option<Within<1, 3600>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawQueries {
    /// Gigabytes that one query of Athena may read at most. Default: 10.
    pub scan_limit_gb: Option<Within<1, 100_000>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawDms {
    /// Default: dms.t3.medium.
    pub class: DmsClass,
    /// Gigabytes of storage. Default: 50.
    pub storage_gb: Option<Within<20, 6144>>,
    /// Whether a second one stands by in another zone. Default: false.
    pub multi_az: Option<bool>,
}

/// The values are AWS's own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum DmsClass {
    #[serde(rename = "dms.t3.small")]
    T3Small,
    #[default]
    #[serde(rename = "dms.t3.medium")]
    T3Medium,
    #[serde(rename = "dms.t3.large")]
    T3Large,
    #[serde(rename = "dms.r6i.large")]
    R6iLarge,
    #[serde(rename = "dms.r6i.xlarge")]
    R6iXlarge,
    #[serde(rename = "dms.r6i.2xlarge")]
    R6i2xlarge,
}

impl DmsClass {
    pub const fn memory_gb(self) -> u32 {
        match self {
            Self::T3Small => 2,
            Self::T3Medium => 4,
            Self::T3Large => 8,
            Self::R6iLarge => 16,
            Self::R6iXlarge => 32,
            Self::R6i2xlarge => 64,
        }
    }
}

/// Fargate's own steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "u32")]
#[schemars(with = "u32")]
pub enum FargateCpu {
    Quarter,
    #[default]
    Half,
    One,
    Two,
    Four,
}

impl TryFrom<u32> for FargateCpu {
    type Error = String;
    fn try_from(units: u32) -> Result<Self, String> {
        Self::ALL.into_iter().find(|cpu| cpu.units() == units).ok_or_else(|| {
            format!(
                "{units} is no size of Fargate's processors{}write 256, 512, 1024, 2048 or 4096",
                crate::stage::value::REMEDY
            )
        })
    }
}

impl FargateCpu {
    pub const ALL: [Self; 5] = [Self::Quarter, Self::Half, Self::One, Self::Two, Self::Four];

    pub const fn units(self) -> u32 {
        match self {
            Self::Quarter => 256,
            Self::Half => 512,
            Self::One => 1024,
            Self::Two => 2048,
            Self::Four => 4096,
        }
    }
}
