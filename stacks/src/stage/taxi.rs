//! The taxi pipeline's settings, with their defaults.

use super::pipelines::Pipeline;
use super::raw::{Package, RawAutoscale, RawCompression, RawFunction, RawStream, RawStreamMode, RawTaxi};
use super::value::{ProjectFile, Within};
use super::{Source, StageFault, or};
use contract::Function;
use contract::autoscale_shards::AutoscaleShards;
use contract::send_to_firehose::SendToFirehose;
use contract::write_to_s3::WriteToS3;
use serde_saphyr::Spanned;

#[derive(Debug, Clone)]
pub struct Taxi {
    pub capacity: Capacity,
    pub retention_hours: u32,
    pub consumers: Consumers,
    pub write_to_s3: FunctionSize,
    pub send_to_firehose: FunctionSize,
    pub delivery: Delivery,
    /// Replaces the record schema that ships.
    pub record_schema: Option<ProjectFile>,
}

pub(super) const WRITE_TO_S3: FunctionSize = FunctionSize::needs(128, 120);
pub(super) const SEND_TO_FIREHOSE: FunctionSize = FunctionSize::needs(128, 30);

/// How much the stream takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    OnDemand,
    /// Where it scales by itself, the number of shards is the one that it begins with.
    Provisioned {
        shards: u32,
        autoscale: Option<Autoscale>,
    },
}

/// Between which numbers of shards, and by what, a stream is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Autoscale {
    pub min_shards: u32,
    pub max_shards: u32,
    /// How full a shard should be at most.
    pub target_percent: u32,
    pub every_minutes: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct Consumers {
    pub batch_size: u32,
    pub batch_window_seconds: u32,
    pub retries: u32,
    pub max_record_age_hours: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct FunctionSize {
    pub package: Package,
    pub memory_mb: u32,
    pub timeout_seconds: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    pub buffer_seconds: u32,
    pub buffer_mb: u32,
    pub compression: Compression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
}

impl Pipeline for Taxi {
    type Raw = RawTaxi;
    const ABOUT: &'static str = "Trips from a stream, checked, to the lake: in batches, and through Firehose.";

    fn check(raw: &RawTaxi, source: &Source) -> Result<Self, StageFault> {
        let capacity = Capacity::check(&raw.stream, source)?;
        let retention = or(raw.stream.retention_hours.as_ref(), Within::of(48)).get();
        let max_age = or(raw.consumers.max_record_age_hours.as_ref(), Within::of(24)).get();
        if max_age >= retention {
            let written = raw.consumers.max_record_age_hours.as_ref().map(|hours| hours.referenced);
            let at = written.or(raw.stream.retention_hours.as_ref().map(|hours| hours.referenced));
            return Err(source.fault(
                &at.unwrap_or(serde_saphyr::Location::UNKNOWN),
                &format!(
                    "records leave the stream after {retention} h, but are retried until they are {max_age} h old"
                ),
                &format!("set max_record_age_hours below {retention}, or stream.retention_hours above {max_age}"),
            ));
        }
        Ok(Self {
            capacity,
            retention_hours: retention,
            consumers: Consumers {
                batch_size: raw.consumers.batch_size.unwrap_or(Within::of(1000)).get(),
                batch_window_seconds: raw.consumers.batch_window_seconds.unwrap_or(Within::of(5)).get(),
                retries: raw.consumers.retries.unwrap_or(Within::of(10)).get(),
                max_record_age_hours: max_age,
            },
            write_to_s3: FunctionSize::check(&raw.write_to_s3, WRITE_TO_S3),
            send_to_firehose: FunctionSize::check(&raw.send_to_firehose, SEND_TO_FIREHOSE),
            delivery: Delivery {
                buffer_seconds: raw.delivery.buffer_seconds.unwrap_or(Within::of(300)).get(),
                buffer_mb: raw.delivery.buffer_mb.unwrap_or(Within::of(5)).get(),
                compression: match raw.delivery.compression {
                    RawCompression::None => Compression::None,
                    RawCompression::Gzip => Compression::Gzip,
                },
            },
            record_schema: raw.record_schema.clone(),
        })
    }

    fn functions(&self) -> Vec<(&'static str, FunctionSize)> {
        let mut all = vec![(WriteToS3::BIN, self.write_to_s3), (SendToFirehose::BIN, self.send_to_firehose)];
        all.extend(self.capacity.autoscale().map(|_| (AutoscaleShards::BIN, AUTOSCALER)));
        all
    }
}

impl Capacity {
    fn check(raw: &RawStream, source: &Source) -> Result<Self, StageFault> {
        match (raw.mode, &raw.shards, &raw.autoscale) {
            (RawStreamMode::Provisioned, shards, autoscale) => {
                let autoscale = autoscale.as_ref();
                let checked = autoscale.map(|autoscale| Autoscale::check(&autoscale.value, source)).transpose()?;
                // Where a stage says nothing, it begins with two, or with what is nearest to it.
                let first = checked.map_or(2, |to| 2.clamp(to.min_shards, to.max_shards));
                let count = shards.as_ref().map_or(first, |shards| shards.value.get());
                if let (Some(to), Some(at)) = (checked, shards) {
                    to.admits(at, source)?;
                }
                Ok(Self::Provisioned { shards: count, autoscale: checked })
            }
            (RawStreamMode::OnDemand, None, None) => Ok(Self::OnDemand),
            (RawStreamMode::OnDemand, Some(shards), _) => Err(source.fault(
                &shards.referenced,
                "an on-demand stream has no number of shards",
                "remove 'shards', or set 'mode: provisioned'",
            )),
            (RawStreamMode::OnDemand, None, Some(autoscale)) => Err(source.fault(
                &autoscale.referenced,
                "an on-demand stream is scaled by Kinesis itself",
                "remove 'autoscale', or set 'mode: provisioned'",
            )),
        }
    }

    /// How the stream is scaled, if it is.
    pub fn autoscale(self) -> Option<Autoscale> {
        match self {
            Self::OnDemand => None,
            Self::Provisioned { autoscale, .. } => autoscale,
        }
    }
}

impl Autoscale {
    fn check(raw: &RawAutoscale, source: &Source) -> Result<Self, StageFault> {
        let (min, max) = (raw.min_shards.value.get(), raw.max_shards.value.get());
        if min > max {
            return Err(source.fault(
                &raw.max_shards.referenced,
                &format!("at most {max} shards are fewer than at least {min}"),
                &format!("set max_shards to {min} or more, or min_shards to {max} or less"),
            ));
        }
        Ok(Self {
            min_shards: min,
            max_shards: max,
            target_percent: raw.target_percent.unwrap_or(Within::of(70)).get(),
            every_minutes: raw.every_minutes.unwrap_or(Within::of(5)).get(),
        })
    }

    /// What a stream begins with is within its bounds.
    fn admits(self, shards: &Spanned<Within<1, 500>>, source: &Source) -> Result<(), StageFault> {
        let (count, min, max) = (shards.value.get(), self.min_shards, self.max_shards);
        if (min..=max).contains(&count) {
            return Ok(());
        }
        Err(source.fault(
            &shards.referenced,
            &format!("the stream begins with {count} shards, and autoscale gives it {min} to {max}"),
            &format!("write a number from {min} to {max}, or change min_shards or max_shards"),
        ))
    }
}

/// What the function needs that scales the stream: it makes five calls, and waits for little else.
pub const AUTOSCALER: FunctionSize = FunctionSize { package: Package::Zip, memory_mb: 128, timeout_seconds: 60 };

impl FunctionSize {
    /// What a function needs whatever comes, which is what it gets where a stage says nothing.
    pub(super) const fn needs(memory_mb: u32, timeout_seconds: u32) -> Self {
        Self { package: Package::Zip, memory_mb, timeout_seconds }
    }

    pub(super) fn check(raw: &RawFunction, default: Self) -> Self {
        Self {
            package: raw.package.unwrap_or(default.package),
            memory_mb: raw.memory_mb.map_or(default.memory_mb, Within::get),
            timeout_seconds: raw.timeout_seconds.map_or(default.timeout_seconds, Within::get),
        }
    }
}
