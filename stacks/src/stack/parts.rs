//! What the stacks of several pipelines are put together from.

use serde::Serialize;

use super::{Output, Outputs, Stack, StackKind};
use crate::blocks::{
    AlarmView, BucketView, CodeParameter, DashboardView, FunctionView, InboxView, ItemsView, QueueView, ScheduleView,
    Scope, TopicView, WarehouseView,
};
use crate::stage::Stage;
use contract::{Ref, Topic};

/// All that `templates/components/parts.yaml.tera` may see.
#[derive(Debug, Default, Serialize)]
pub(super) struct Parts {
    inboxes: Vec<InboxView>,
    buckets: Vec<BucketView>,
    topics: Vec<TopicView>,
    /// Queues of what schedules could not begin or functions not do.
    failures: Vec<QueueView>,
    items: Vec<ItemsView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warehouse: Option<WarehouseView>,
    functions: Vec<FunctionView>,
    schedules: Vec<ScheduleView>,
    dashboards: Vec<DashboardView>,
    alarms: Vec<AlarmView>,
}

#[derive(Serialize)]
struct View {
    description: String,
    parts: Parts,
    outputs: Vec<Output>,
}

impl Parts {
    /// A queue with the function that reads it, and their alarms.
    pub(super) fn inbox(&mut self, scope: &Scope, inbox: InboxView, function: FunctionView, alerts: &Ref<Topic>) {
        self.alarms.extend(function.alarms(scope, alerts));
        self.alarms.extend(inbox.alarms(scope, alerts));
        self.functions.push(function);
        self.inboxes.push(inbox);
    }

    /// A function that a schedule begins, and their alarms.
    pub(super) fn scheduled(
        &mut self,
        scope: &Scope,
        schedule: ScheduleView,
        failures: QueueView,
        function: FunctionView,
        alerts: &Ref<Topic>,
    ) {
        self.alarms.extend(function.alarms(scope, alerts));
        // To refuse what is wrong is no failure of the function, and yet somebody has to know.
        self.alarms.push(function.rejecting(scope, alerts, "The function refused its input, and did nothing with it"));
        self.alarms.extend(failures.alarms(scope, alerts));
        self.functions.push(function);
        self.failures.push(failures);
        self.schedules.push(schedule);
    }

    pub(super) fn topic(&mut self, topic: TopicView) {
        self.topics.push(topic);
    }

    pub(super) fn bucket(&mut self, bucket: BucketView) {
        self.buckets.push(bucket);
    }

    pub(super) fn items(&mut self, items: ItemsView) {
        self.items.push(items);
    }

    pub(super) fn warehouse(&mut self, warehouse: Option<WarehouseView>) {
        self.warehouse = warehouse;
    }

    pub(super) fn dashboard(&mut self, dashboard: DashboardView) {
        self.dashboards.push(dashboard);
    }

    /// The stack that they make; none without a function, since nothing else of it would be of use.
    pub(super) fn stack(self, stage: &Stage, kind: StackKind, about: &str, outputs: Outputs) -> Option<Stack> {
        let code: Vec<CodeParameter> = self.functions.iter().map(FunctionView::code).collect();
        let description = format!("{} {}: {about}", stage.project, stage.name);
        let view = View { description, parts: self, outputs: outputs.list() };
        (!code.is_empty()).then(|| Stack::of(stage, kind, code, &view))
    }
}
