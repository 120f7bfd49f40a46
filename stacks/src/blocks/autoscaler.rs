//! What gives a stream its shards: a function, and what starts it.
//!
//! Two alarms start it, at once when more comes in than the stream's first shards should take, and when it is less again.
//! Since they tell of these crossings only, a schedule has it look again and again.

use contract::autoscale_shards::{AutoscaleShards, Env};
use contract::{Function, Queue, Ref, Stream, Topic, Whole};
use serde::Serialize;
use serde_json::Map;

use super::{
    AlarmView, Begun, CodePlaces, FunctionView, PermissionView, QueueView, ScheduleView, Scope, StreamView, function,
    on_schedule,
};
use crate::stage::{AUTOSCALER, Capacity};

#[derive(Debug, Serialize)]
pub struct AutoscalerView {
    function: FunctionView,
    failures: QueueView,
    schedule: ScheduleView,
    alarms: Vec<AlarmView>,
    permissions: Vec<PermissionView>,
}

const FUNCTION: &str = "AutoscaleShards";
const FAILURES: &str = "AutoscaleFailures";

/// What Kinesis takes into one shard in one minute.
const BYTES: u64 = 60 << 20;
const RECORDS: u64 = 60_000;

impl AutoscalerView {
    /// None where the stage does not want it.
    pub fn new(
        scope: &Scope,
        view: &StreamView,
        (stream, capacity): (&Ref<Stream>, Capacity),
        code: &CodePlaces,
        alerts: &Ref<Topic>,
    ) -> Option<Self> {
        let Capacity::Provisioned { shards, autoscale: Some(settings) } = capacity else { return None };
        let whole = |number: u32| Whole(number.into());
        let env = Env {
            stream: stream.grant(),
            min_shards: whole(settings.min_shards),
            max_shards: whole(settings.max_shards),
            target_percent: whole(settings.target_percent),
        };
        let queue = Ref::<Queue>::declared(FAILURES);
        let function = function::<AutoscaleShards>(scope, FUNCTION, AUTOSCALER, &env, on_schedule(&queue), code);
        let failures = QueueView::of_failures(scope, FAILURES, "autoscale-failures");
        let begun = Begun::Function(FUNCTION, Map::new());
        let named = ("AutoscaleSchedule", "autoscale");
        let about = AutoscaleShards::DESCRIPTION;
        let schedule = ScheduleView::every(scope, named, about, begun, settings.every_minutes, queue.arn());

        let starting = |fault, metric, taken: u64| {
            let threshold = taken * u64::from(shards) * u64::from(settings.target_percent) / 100;
            let description = "More comes in than the stream's first shards should take: its shards are counted anew";
            AlarmView::above(scope, alerts, view.watched(), fault, view.incoming(metric), threshold, description)
                .by_the_minute()
                .starting(function.live())
        };
        let mut alarms =
            vec![starting("BusyBytes", "IncomingBytes", BYTES), starting("BusyRecords", "IncomingRecords", RECORDS)];
        let permissions = alarms.iter().map(|alarm| PermissionView::of_alarm(alarm.id(), FUNCTION)).collect();
        alarms.extend(function.alarms(scope, alerts));
        alarms.extend(failures.alarms(scope, alerts));
        Some(Self { function, failures, schedule, alarms, permissions })
    }

    pub fn function(&self) -> &FunctionView {
        &self.function
    }
}
