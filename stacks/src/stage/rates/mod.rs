//! The rates pipeline's settings, with their defaults.

mod raw;
mod task;

use contract::Function;
use contract::curate::Curate;
use contract::load_rates::LoadRates;
use contract::pull_rates::PullRates;
use contract::rates::Format;
use contract::schedule_dms::ScheduleDms;
use contract::{HttpSource, TimeZone};

use super::orders::RawSchedule;
use super::pipelines::Pipeline;
use super::value::{SecretArn, Within};
use super::{FunctionSize, Package, Schedule, Source, StageFault, TimeOfDay};
use raw::{RawEngine, RawLoad, RawRunsOn};

pub(super) use raw::FargateCpu;
pub(super) use raw::RawRates;
pub use raw::{DmsClass, WorkerType};
pub use task::TaskSize;

#[derive(Debug, Clone)]
pub struct Rates {
    /// Without it, each execution names where it pulls from.
    pub source: Option<HttpSource>,
    pub secret: Option<SecretArn>,
    pub format: Format,
    pub requests_per_minute: u32,
    pub schedule: Schedule,
    pub pull: Pull,
    pub curate: FunctionSize,
    pub engine: Engine,
    pub retry: Retry,
    pub scan_limit_gb: u32,
    pub load: Load,
    pub loader: FunctionSize,
    pub off_peak: Schedule,
}

/// What pulls: the same program in either case.
#[derive(Debug, Clone, Copy)]
pub enum Pull {
    Function(FunctionSize),
    Task(TaskSize),
}

impl Pull {
    /// How long one attempt may take.
    pub fn seconds(self) -> u32 {
        match self {
            Self::Function(size) => size.timeout_seconds,
            Self::Task(size) => size.timeout_seconds,
        }
    }
}

/// What makes Parquet of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Function,
    /// The function, and Spark for batches of more than so many bytes.
    Both {
        above_bytes: u64,
        spark: Spark,
    },
    Glue(Spark),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spark {
    pub workers: u32,
    pub worker_type: WorkerType,
    pub timeout_minutes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    pub attempts: u32,
    pub seconds: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    Direct,
    Dms(Dms),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dms {
    pub class: DmsClass,
    pub storage_gb: u32,
    pub multi_az: bool,
}

/// The longest that Lambda lets a function run.
pub(super) const PULL: FunctionSize = FunctionSize::needs(512, 900);
/// As much memory as brings a whole processor.
pub(super) const CURATE: FunctionSize = FunctionSize::needs(1769, 900);
pub(super) const LOADER: FunctionSize = FunctionSize::needs(512, 900);

/// It makes four calls and waits for nothing.
pub const SCHEDULE_DMS: FunctionSize = FunctionSize { package: Package::Zip, memory_mb: 128, timeout_seconds: 60 };

impl Engine {
    pub fn spark(self) -> Option<Spark> {
        match self {
            Self::Function => None,
            Self::Both { spark, .. } | Self::Glue(spark) => Some(spark),
        }
    }
}

impl Pipeline for Rates {
    type Raw = RawRates;
    const ABOUT: &'static str = "Prices, pulled, curated as Parquet, and loaded off-peak into PostgreSQL.";

    fn check(raw: &RawRates, source: &Source) -> Result<Self, StageFault> {
        if let Some(secret) = raw.source.secret.as_ref().filter(|_| raw.source.url.is_none()) {
            return Err(source.fault(
                &secret.referenced,
                "the secret would be sent to whatever address an execution names",
                "write the source's url beside it",
            ));
        }
        Ok(Self {
            source: raw.source.url.clone(),
            secret: raw.source.secret.as_ref().map(|secret| secret.value.clone()),
            format: raw.source.format,
            requests_per_minute: raw.source.requests_per_minute.unwrap_or(Within::of(60)).get(),
            schedule: schedule(&raw.schedule, TimeOfDay { hour: 2, minute: 0 }),
            pull: match raw.pull.runs_on {
                RawRunsOn::Function => Pull::Function(task::as_function(&raw.pull, source)?),
                RawRunsOn::Fargate => Pull::Task(TaskSize::check(&raw.pull, source)?),
            },
            curate: FunctionSize::check(&raw.curate, CURATE),
            engine: engine(raw, source)?,
            retry: Retry {
                attempts: raw.retry.attempts.unwrap_or(Within::of(3)).get(),
                seconds: raw.retry.seconds.unwrap_or(Within::of(30)).get(),
            },
            scan_limit_gb: raw.queries.scan_limit_gb.unwrap_or(Within::of(10)).get(),
            load: match raw.load {
                RawLoad::Direct => Load::Direct,
                RawLoad::Dms => Load::Dms(Dms {
                    class: raw.dms.class,
                    storage_gb: raw.dms.storage_gb.unwrap_or(Within::of(50)).get(),
                    multi_az: raw.dms.multi_az.unwrap_or(false),
                }),
            },
            loader: FunctionSize::check(&raw.loader, LOADER),
            off_peak: schedule(&raw.off_peak, TimeOfDay { hour: 5, minute: 0 }),
        })
    }

    fn functions(&self) -> Vec<(&'static str, FunctionSize)> {
        let pull = match self.pull {
            Pull::Function(size) => size,
            Pull::Task(TaskSize { memory_mb, timeout_seconds, .. }) => {
                FunctionSize { package: Package::Image, memory_mb, timeout_seconds }
            }
        };
        let mut all = vec![(PullRates::BIN, pull), (Curate::BIN, self.curate), (LoadRates::BIN, self.loader)];
        if let Load::Dms(_) = self.load {
            all.push((ScheduleDms::BIN, SCHEDULE_DMS));
        }
        all
    }
}

fn engine(raw: &RawRates, source: &Source) -> Result<Engine, StageFault> {
    let spark = Spark {
        workers: raw.spark.workers.unwrap_or(Within::of(4)).get(),
        worker_type: raw.spark.worker_type,
        timeout_minutes: raw.spark.timeout_minutes.unwrap_or(Within::of(120)).get(),
    };
    match (raw.engine, &raw.spark.above_mb) {
        (RawEngine::Function, None) => Ok(Engine::Function),
        (RawEngine::Function, Some(above)) => {
            Ok(Engine::Both { above_bytes: u64::from(above.value) * 1_000_000, spark })
        }
        (RawEngine::Glue, None) => Ok(Engine::Glue(spark)),
        (RawEngine::Glue, Some(above)) => Err(source.fault(
            &above.referenced,
            "with 'engine: glue' every batch is curated by Spark, however small",
            "take 'above_mb' out, or write 'engine: function'",
        )),
    }
}

fn schedule(raw: &RawSchedule, at: TimeOfDay) -> Schedule {
    Schedule {
        at: raw.at.unwrap_or(at),
        time_zone: raw.time_zone.unwrap_or(TimeZone::UTC),
        enabled: raw.enabled.unwrap_or(true),
    }
}
