//! How fast each program is: what a record and a byte cost it on a whole processor, and what it waits for besides.
//!
//! Measured on two shared cores, whose one stands for Lambda's vCPU: `docs/capacity.md` says how, and
//! `cargo xtask bench --only capacity` sets the machine at hand beside these numbers.

/// Lambda gives a whole processor with so many megabytes, and less in proportion.
pub const MB_PER_PROCESSOR: f64 = 1_769.0;

/// What a stream from S3 brings in a second.
pub const STREAM_MB: f64 = 80.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Waiting for others, whatever the memory.
    pub waiting_ms: f64,
    pub record_us: f64,
    pub byte_ns: f64,
}

/// Each program that a stage can have.
pub const PACES: &[(&str, Pace)] = &[
    // It asks two services, and decides.
    ("autoscale-shards", Pace { waiting_ms: 150.0, record_us: 0.0, byte_ns: 0.0 }),
    // A LIST and a PUT.
    ("write-to-s3", Pace { waiting_ms: 70.0, record_us: 6.2, byte_ns: 6.5 }),
    // A call for every 500 records, counted by whoever knows them; this one is the first.
    ("send-to-firehose", Pace { waiting_ms: 40.0, record_us: 6.4, byte_ns: 6.7 }),
    // 311 MB/s.
    ("consolidate", Pace { waiting_ms: 250.0, record_us: 0.0, byte_ns: 3.2 }),
    // 312 MB/s unpacked.
    ("transform", Pace { waiting_ms: 300.0, record_us: 0.0, byte_ns: 3.2 }),
    // A transaction of Redshift, which reads what it loads by itself.
    ("load-warehouse", Pace { waiting_ms: 3_000.0, record_us: 0.0, byte_ns: 5.0 }),
    // The whole run of ten million orders took 154 s, PostgreSQL on the same two cores.
    ("orders-etl", Pace { waiting_ms: 3_000.0, record_us: 15.4, byte_ns: 0.0 }),
    // It waits for its source.
    ("pull-rates", Pace { waiting_ms: 2_000.0, record_us: 0.2, byte_ns: 0.0 }),
    // 7.1 s for ten million prices, the slower of two runs.
    ("curate", Pace { waiting_ms: 2_000.0, record_us: 0.71, byte_ns: 0.0 }),
    // 26 s for ten million prices, where an older batch is cleared away first.
    ("load-rates", Pace { waiting_ms: 3_000.0, record_us: 2.6, byte_ns: 0.0 }),
    ("schedule-dms", Pace { waiting_ms: 2_000.0, record_us: 0.0, byte_ns: 0.0 }),
];

impl Pace {
    pub fn of(program: &str) -> Option<Self> {
        PACES.iter().find(|(bin, _)| *bin == program).map(|(_, pace)| *pace)
    }

    /// Of `load-warehouse`: PostgreSQL answers at once, Redshift by its Data API.
    pub fn of_loads(into_postgres: bool) -> Option<Self> {
        let pace = Self::of("load-warehouse")?;
        Some(if into_postgres { Self { waiting_ms: 300.0, ..pace } } else { pace })
    }

    /// Seconds of a whole processor.
    pub fn processor_seconds(self, records: f64, bytes: f64) -> f64 {
        (records * self.record_us + bytes * self.byte_ns / 1_000.0) / 1e6
    }

    /// Seconds of a function with so much memory. A second processor is of no use to it.
    pub fn seconds(self, memory_mb: f64, records: f64, bytes: f64) -> f64 {
        let share = (memory_mb / MB_PER_PROCESSOR).min(1.0);
        self.waiting_ms / 1_000.0 + self.processor_seconds(records, bytes) / share
    }

    /// As [`Self::seconds`], of what reads a stream at the same time as it works.
    pub fn streaming_seconds(self, memory_mb: f64, packed: f64, unpacked: f64) -> f64 {
        let waiting = self.waiting_ms / 1_000.0;
        let working = self.seconds(memory_mb, 0.0, unpacked) - waiting;
        waiting + working.max(packed / (STREAM_MB * 1e6))
    }
}
