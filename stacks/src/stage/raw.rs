//! A stage file as it is written: what serde reads and what editors complete.
//!
//! Every key's comment is its help text in an editor. Defaults are applied in [`super::Stage`], not here.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::artifacts::RawArtifacts;
use super::ci::RawCi;
use super::database::RawDatabase;
use super::images::RawImages;
use super::pipelines::RawPipelines;
use super::release::RawRelease;
use super::signing::SigningProfile;
use super::value::{AccountId, Email, LogDays, ProjectFile, ProjectName, Region, Within};
use super::version::FileVersion;

/// One deployment of the pipelines: where it runs, which pipelines it has, and how large they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawStage {
    /// The version of the file's form; `cargo xtask migrate-config` brings an older one up to date. Default: today's.
    pub version: Option<FileVersion>,
    /// The first part of every resource's name.
    pub project: ProjectName,
    /// The AWS account that the stage lives in, in quotes. A deploy with other credentials is refused.
    pub account: AccountId,
    /// The AWS region that the stage lives in.
    pub region: Region,
    /// Where the stage runs: `aws`, or `emulator` for a laptop. Default: aws.
    #[serde(default)]
    pub runs_on: RawPlatform,
    /// What the functions are built for. `native` is the machine that builds them. Default: arm64.
    #[serde(default)]
    pub architecture: RawArchitecture,
    /// How long logs are kept. Default: 30.
    pub log_retention_days: Option<LogDays>,
    /// Whether data (buckets, streams, queues) outlives `destroy`. Default: true.
    pub keep_data: Option<bool>,
    /// Whether `deploy --hotswap` may give functions new code past their stack: what is called is then always the latest,
    /// and no version of it. Never in prod. Default: false.
    #[schemars(with = "Option<bool>")]
    pub hotswap: Option<Spanned<bool>>,
    /// Whether CloudFormation calls a stack done before its resources are ready to serve (express mode). Default: false.
    pub express: Option<bool>,
    /// How new code of functions that read a stream or a queue comes to be called.
    #[serde(default)]
    pub release: RawRelease,
    /// Who hears of alarms and failures.
    #[serde(default)]
    pub alerts: RawAlerts,
    /// Findings of `check` that are right here, each with its reason.
    #[serde(default)]
    pub suppress: Vec<RawSuppression>,
    /// The PostgreSQL of this stage, which is there if a pipeline loads into it.
    #[serde(default)]
    pub database: RawDatabase,
    /// Where the images of functions come from that are packaged so.
    #[serde(default)]
    pub images: RawImages,
    /// How the bucket of archives and templates is kept.
    #[serde(default)]
    pub artifacts: RawArtifacts,
    /// The version of a profile of AWS Signer that signs the archives of functions, by its ARN: functions then take what it
    /// signed, and nothing else. Those that are packaged as images are not signed by it. Default: none.
    #[schemars(with = "Option<SigningProfile>")]
    pub code_signing: Option<Spanned<SigningProfile>>,
    /// Whose workflows deploy the stage, by roles that `bootstrap` makes. Without it, only people do, as they are allowed.
    pub ci: Option<RawCi>,
    /// The pipelines of this stage. One that is not named here is absent: no resource, no cost.
    #[schemars(with = "RawPipelines")]
    pub pipelines: Spanned<RawPipelines>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawPlatform {
    #[default]
    Aws,
    Emulator,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawArchitecture {
    #[default]
    Arm64,
    #[serde(rename = "x86_64")]
    X86_64,
    Native,
}

/// One finding of `check` that is accepted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSuppression {
    /// The rule's id, as `check` prints it.
    #[schemars(with = "String")]
    pub rule: Spanned<String>,
    /// The resource's logical id. Without it, every resource of the stage is meant.
    pub resource: Option<String>,
    /// Why it is right here.
    pub reason: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawAlerts {
    /// Addresses that are subscribed to the alert topic. Each has to confirm once.
    pub emails: Vec<Email>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawTaxi {
    /// The stream that producers send to.
    pub stream: RawStream,
    /// How the stream is read; the same for both consumers.
    pub consumers: RawConsumers,
    /// The function that stores batches as JSON arrays. Defaults: 128 MB, 120 s.
    pub write_to_s3: RawFunction,
    /// The function that forwards records to the delivery stream. Defaults: 128 MB, 30 s.
    pub send_to_firehose: RawFunction,
    /// The delivery stream to the lake.
    pub delivery: RawDelivery,
    /// A JSON Schema that every record must satisfy, as a file of the project. Default: the trip schema that ships.
    pub record_schema: Option<ProjectFile>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawStream {
    /// `provisioned` with a number of shards, or `on-demand`. Default: provisioned.
    pub mode: RawStreamMode,
    /// Shards of a provisioned stream; each takes 1 MiB/s and 1,000 records/s. Default: 2.
    #[schemars(with = "Option<Within<1, 500>>")]
    pub shards: Option<Spanned<Within<1, 500>>>,
    /// Adds and takes away shards by what comes in; `shards` is then only the first number. Without it, the number stays.
    #[schemars(with = "Option<RawAutoscale>")]
    pub autoscale: Option<Spanned<RawAutoscale>>,
    /// How long records stay readable. Must outlast `consumers.max_record_age_hours`. Default: 48.
    #[schemars(with = "Option<Within<24, 8760>>")]
    pub retention_hours: Option<Spanned<Within<24, 8760>>>,
}

/// A provisioned stream that is given shards by what comes in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAutoscale {
    /// The fewest shards. At most `shards`.
    #[schemars(with = "Within<1, 500>")]
    pub min_shards: Spanned<Within<1, 500>>,
    /// The most shards. At least `shards`.
    #[schemars(with = "Within<1, 500>")]
    pub max_shards: Spanned<Within<1, 500>>,
    /// How full a shard should be at most. Default: 70.
    pub target_percent: Option<Within<10, 90>>,
    /// How often the stream is looked at, besides when an alarm tells. Default: 5.
    pub every_minutes: Option<Within<1, 60>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawStreamMode {
    #[default]
    Provisioned,
    OnDemand,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawConsumers {
    /// Records a batch at most. Default: 1000.
    pub batch_size: Option<Within<1, 10000>>,
    /// Seconds to wait for a batch to fill; larger means fewer, larger objects. Default: 5.
    pub batch_window_seconds: Option<Within<0, 300>>,
    /// How often a failing batch is tried again before it goes to the failure queue. Default: 10.
    pub retries: Option<Within<0, 10000>>,
    /// Records older than this go to the failure queue untried. Default: 24.
    #[schemars(with = "Option<Within<1, 168>>")]
    pub max_record_age_hours: Option<Spanned<Within<1, 168>>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawFunction {
    /// How its code gets to Lambda: `zip`, or `image` for a container image. Default: zip, for `orders.etl` image.
    pub package: Option<Package>,
    /// Memory, and with it CPU.
    pub memory_mb: Option<Within<128, 10240>>,
    /// How long one invocation may take. A function tries again for up to 20 s before it gives a batch back.
    pub timeout_seconds: Option<Within<30, 900>>,
}

/// How a function's code gets to Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Package {
    /// An archive in the artifact bucket.
    Zip,
    /// A container image in a repository of its own.
    Image,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawDelivery {
    /// Seconds that records are gathered at most before an object is written. Default: 300.
    pub buffer_seconds: Option<Within<0, 900>>,
    /// Megabytes that are gathered at most. Default: 5.
    pub buffer_mb: Option<Within<1, 128>>,
    /// How delivered objects are compressed. Default: none.
    pub compression: RawCompression,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawCompression {
    #[default]
    None,
    Gzip,
}
