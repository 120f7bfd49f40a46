//! How each capacity of a stage follows the scale. What serves a load grows and shrinks with it; what one piece of work
//! needs does not grow with their number, and shrinks no further than to what the work needs in any case.

use super::{Scale, ladders};
use crate::stage::inbox::Inbox;
use crate::stage::rates::{Dms, Engine, Load, Pull, Rates, Spark};
use crate::stage::{
    Accommodation, Autoscale, Capacity, Consumers, Database, Flats, FunctionSize, ItemsCapacity, Orders, Stage, Taxi,
    accommodation, flats, orders, rates, taxi,
};

/// How the settings of a pipeline follow the scale.
pub(in crate::stage) trait Follows {
    #[must_use]
    fn scaled(self, scale: Scale) -> Self;
}

impl Stage {
    pub(super) fn scaled(self, scale: Scale) -> Self {
        Self {
            log_days: ladders::logs(self.log_days, scale),
            database: database(self.database, scale),
            pipelines: self.pipelines.scaled(scale),
            ..self
        }
    }
}

fn database(database: Database, scale: Scale) -> Database {
    Database {
        class: ladders::database(database.class, scale),
        storage_gb: scale.of::<20, 16000>(database.storage_gb),
        multi_az: database.multi_az && !scale.is_smaller(),
        backup_days: scale.at_most::<1, 35>(database.backup_days),
    }
}

/// A batch is as large in a copy as in its original, and so is the memory that it takes. What a stage gives beyond what
/// the function needs in any case goes first.
pub(in crate::stage) fn function(size: FunctionSize, needs: FunctionSize, scale: Scale) -> FunctionSize {
    let least = needs.memory_mb.min(size.memory_mb);
    FunctionSize { memory_mb: scale.at_most::<128, 10240>(size.memory_mb).max(least), ..size }
}

pub(in crate::stage) fn inbox(inbox: Inbox, scale: Scale) -> Inbox {
    Inbox {
        max_concurrency: scale.of::<2, 1000>(inbox.max_concurrency),
        retention_hours: scale.at_most::<1, 312>(inbox.retention_hours).max(inbox.least_retention_hours()),
        ..inbox
    }
}

fn autoscale(autoscale: Autoscale, scale: Scale) -> Autoscale {
    Autoscale {
        min_shards: scale.of::<1, 500>(autoscale.min_shards),
        max_shards: scale.of::<1, 500>(autoscale.max_shards),
        ..autoscale
    }
}

impl Follows for Taxi {
    fn scaled(self, scale: Scale) -> Self {
        let retention_hours = scale.at_most::<24, 8760>(self.retention_hours);
        Self {
            capacity: match self.capacity {
                Capacity::OnDemand => Capacity::OnDemand,
                Capacity::Provisioned { shards, autoscale } => Capacity::Provisioned {
                    shards: scale.of::<1, 500>(shards),
                    autoscale: autoscale.map(|it| self::autoscale(it, scale)),
                },
            },
            retention_hours,
            consumers: Consumers {
                max_record_age_hours: self.consumers.max_record_age_hours.min(retention_hours - 1),
                ..self.consumers
            },
            write_to_s3: function(self.write_to_s3, taxi::WRITE_TO_S3, scale),
            send_to_firehose: function(self.send_to_firehose, taxi::SEND_TO_FIREHOSE, scale),
            ..self
        }
    }
}

impl Follows for Accommodation {
    fn scaled(self, scale: Scale) -> Self {
        Self {
            queue: inbox(self.queue, scale),
            consolidate: function(self.consolidate, accommodation::CONSOLIDATE, scale),
            priorities: match self.priorities {
                ItemsCapacity::OnDemand => ItemsCapacity::OnDemand,
                ItemsCapacity::Provisioned { read_units, write_units } => ItemsCapacity::Provisioned {
                    read_units: scale.of::<1, 40000>(read_units),
                    write_units: scale.of::<1, 40000>(write_units),
                },
            },
            ..self
        }
    }
}

impl Follows for Flats {
    fn scaled(self, scale: Scale) -> Self {
        Self {
            queue: inbox(self.queue, scale),
            transform: function(self.transform, flats::TRANSFORM, scale),
            load_queue: inbox(self.load_queue, scale),
            load: function(self.load, flats::LOAD, scale),
            warehouse: ladders::warehouse(self.warehouse, scale),
        }
    }
}

impl Follows for Orders {
    fn scaled(self, scale: Scale) -> Self {
        Self { etl: function(self.etl, orders::ETL, scale), ..self }
    }
}

/// A copy that asks less often than so many times a minute would never get through its source's pages.
const FEWEST_REQUESTS: u32 = 30;

impl Follows for Rates {
    fn scaled(self, scale: Scale) -> Self {
        let spark = |spark: Spark| Spark { workers: scale.of::<2, 299>(spark.workers), ..spark };
        let fewest = FEWEST_REQUESTS.min(self.requests_per_minute);
        Self {
            // The source bears no more because there is a larger copy.
            requests_per_minute: scale.at_most::<1, 60000>(self.requests_per_minute).max(fewest),
            pull: match self.pull {
                Pull::Function(size) => Pull::Function(function(size, rates::PULL, scale)),
                Pull::Task(size) => Pull::Task(ladders::task(size, scale)),
            },
            curate: function(self.curate, rates::CURATE, scale),
            engine: match self.engine {
                Engine::Function => Engine::Function,
                Engine::Both { above_bytes, spark: it } => Engine::Both { above_bytes, spark: spark(it) },
                Engine::Glue(it) => Engine::Glue(spark(it)),
            },
            scan_limit_gb: scale.of::<1, 100_000>(self.scan_limit_gb),
            load: match self.load {
                Load::Direct => Load::Direct,
                Load::Dms(dms) => Load::Dms(Dms {
                    class: ladders::replication(dms.class, scale),
                    storage_gb: scale.of::<20, 6144>(dms.storage_gb),
                    multi_az: dms.multi_az && !scale.is_smaller(),
                }),
            },
            loader: function(self.loader, rates::LOADER, scale),
            ..self
        }
    }
}
