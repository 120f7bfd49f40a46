//! The taxi pipeline's settings, with their defaults.

use super::raw::{Package, RawCompression, RawFunction, RawStreamMode, RawTaxi};
use super::value::{ProjectFile, Within};
use super::{Source, StageFault, or};

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
    Provisioned { shards: u32 },
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

impl Taxi {
    pub(super) fn check(raw: RawTaxi, source: &Source) -> Result<Self, StageFault> {
        let capacity = match (raw.stream.mode, &raw.stream.shards) {
            (RawStreamMode::Provisioned, shards) => {
                Capacity::Provisioned { shards: or(shards.as_ref(), Within::of(2)).get() }
            }
            (RawStreamMode::OnDemand, None) => Capacity::OnDemand,
            (RawStreamMode::OnDemand, Some(shards)) => {
                return Err(source.fault(
                    &shards.referenced,
                    "an on-demand stream has no number of shards",
                    "remove 'shards', or set 'mode: provisioned'",
                ));
            }
        };
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
            record_schema: raw.record_schema,
        })
    }
}

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
