//! A stream of Kinesis in memory, with a clock of its own.
//!
//! It keeps the service's rules: at most twice as many shards or half as many, ten times within 24 hours, and not while it
//! is being changed, which takes it half a minute.

use chrono::{DateTime, TimeDelta, Utc};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use super::Upsets;
use crate::{Incoming, PortError, Resized, Scaling, StreamName, StreamSummary};

const TAKES: TimeDelta = TimeDelta::seconds(30);
const OPERATIONS: usize = 10;

pub struct MemoryScaling {
    now: Cell<DateTime<Utc>>,
    created: DateTime<Utc>,
    shards: Cell<u32>,
    tag: RefCell<Option<String>>,
    incoming: RefCell<Vec<Incoming>>,
    /// When each change began, and to what.
    changes: RefCell<Vec<(DateTime<Utc>, u32)>>,
    rival: Cell<Option<u32>>,
    upsets: Rc<Upsets>,
}

impl MemoryScaling {
    /// A stream that was made just now.
    pub fn new(shards: u32, upsets: Rc<Upsets>) -> Self {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        Self {
            now: Cell::new(now),
            created: now,
            shards: Cell::new(shards),
            tag: RefCell::default(),
            incoming: RefCell::default(),
            changes: RefCell::default(),
            rival: Cell::default(),
            upsets,
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    pub fn shards(&self) -> u32 {
        self.shards.get()
    }

    /// The shards that it was changed to, in order.
    pub fn changes(&self) -> Vec<u32> {
        self.changes.borrow().iter().map(|(_, shards)| *shards).collect()
    }

    pub fn noted(&self) -> Option<String> {
        self.tag.borrow().clone()
    }

    pub fn note(&self, tag: &str) {
        self.tag.replace(Some(tag.to_owned()));
    }

    /// So many minutes go by, with so many records in each.
    pub fn pass(&self, minutes: i64, records: u64) {
        for _ in 0..minutes {
            let since = self.now.get();
            if records > 0 {
                self.incoming.borrow_mut().push(Incoming { since, bytes: records * 200, records });
            }
            self.now.set(since + TimeDelta::minutes(1));
        }
    }

    /// After the next description somebody else changes the number of shards.
    pub fn expect_rival(&self, shards: u32) {
        self.rival.set(Some(shards));
    }

    fn is_active(&self) -> bool {
        self.changes.borrow().last().is_none_or(|(begun, _)| self.now.get() - *begun >= TAKES)
    }

    fn change(&self, shards: u32) -> Resized {
        let (now, before) = (self.now.get(), self.shards.get());
        if !self.is_active() {
            return Resized::Busy;
        }
        let today = self.changes.borrow().iter().filter(|(begun, _)| now - *begun < TimeDelta::days(1)).count();
        if today >= OPERATIONS || shards > before * 2 || shards * 2 < before {
            return Resized::Refused;
        }
        self.changes.borrow_mut().push((now, shards));
        self.shards.set(shards);
        Resized::Begun
    }

    fn strike<T>(
        &self,
        stream: &StreamName,
        permission: &'static str,
        happens: impl FnOnce() -> T,
    ) -> Result<T, PortError> {
        self.upsets.strike_whole(|fault| stream.failed(permission, fault), happens)
    }
}

impl Scaling for MemoryScaling {
    async fn describe(&self, stream: &StreamName) -> Result<StreamSummary, PortError> {
        let summary = self.strike(stream, "kinesis:DescribeStreamSummary", || StreamSummary {
            open_shards: self.shards.get(),
            is_active: self.is_active(),
            created: self.created,
        })?;
        if let Some(shards) = self.rival.take() {
            self.change(shards);
        }
        Ok(summary)
    }

    async fn tag(&self, stream: &StreamName) -> Result<Option<String>, PortError> {
        self.strike(stream, "kinesis:ListTagsForStream", || self.noted())
    }

    async fn set_tag(&self, stream: &StreamName, value: &str) -> Result<(), PortError> {
        self.strike(stream, "kinesis:AddTagsToStream", || self.note(value))
    }

    async fn incoming(
        &self,
        stream: &StreamName,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Incoming>, PortError> {
        self.strike(stream, "cloudwatch:GetMetricData", || {
            let within = |minute: &&Incoming| from <= minute.since && minute.since < to;
            self.incoming.borrow().iter().filter(within).copied().collect()
        })
    }

    async fn resize(&self, stream: &StreamName, shards: u32) -> Result<Resized, PortError> {
        self.strike(stream, "kinesis:UpdateShardCount", || self.change(shards))
    }
}
