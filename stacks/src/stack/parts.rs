//! What the stacks of several pipelines are put together from.

use serde::Serialize;

use super::{Output, Outputs, Stack, StackKind};
use crate::blocks::{
    AlarmView, BucketView, CodeParameter, DashboardView, FunctionView, InboxView, ItemsView, JobView, MachineView,
    ParameterView, QueriesView, QueueView, ReplicationView, ScheduleView, Scope, TableView, TaskView, TopicView,
    WarehouseView,
};
use crate::stage::Stage;
use contract::{Ref, Topic};

/// All that `templates/components/parts.yaml.tera` may see.
#[derive(Debug, Default, Serialize)]
pub(super) struct Parts {
    /// Filled in when the stack is made.
    parameters: Vec<ParameterView>,
    inboxes: Vec<InboxView>,
    buckets: Vec<BucketView>,
    topics: Vec<TopicView>,
    /// Queues of what schedules could not begin or functions not do.
    failures: Vec<QueueView>,
    items: Vec<ItemsView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warehouse: Option<WarehouseView>,
    functions: Vec<FunctionView>,
    tasks: Vec<TaskView>,
    jobs: Vec<JobView>,
    machines: Vec<MachineView>,
    tables: Vec<TableView>,
    queries: Vec<QueriesView>,
    replications: Vec<ReplicationView>,
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
        self.functions.push(function);
        self.begun(scope, schedule, failures, alerts);
    }

    fn begun(&mut self, scope: &Scope, schedule: ScheduleView, failures: QueueView, alerts: &Ref<Topic>) {
        self.alarms.extend(failures.alarms(scope, alerts));
        self.failures.push(failures);
        self.schedules.push(schedule);
    }

    /// A function that a state machine calls, which tells of its failures itself.
    pub(super) fn called(&mut self, function: FunctionView) {
        self.functions.push(function);
    }

    pub(super) fn task(&mut self, scope: &Scope, task: TaskView, alerts: &Ref<Topic>) {
        self.alarms.extend(task.alarms(scope, alerts));
        self.tasks.push(task);
    }

    pub(super) fn job(&mut self, job: JobView) {
        self.jobs.push(job);
    }

    /// A state machine that a schedule begins, and their alarms.
    pub(super) fn machine(
        &mut self,
        scope: &Scope,
        schedule: ScheduleView,
        failures: QueueView,
        machine: MachineView,
        alerts: &Ref<Topic>,
    ) {
        self.alarms.extend(machine.alarms(scope, alerts));
        self.machines.push(machine);
        self.begun(scope, schedule, failures, alerts);
    }

    pub(super) fn table(&mut self, table: TableView, queries: QueriesView) {
        self.tables.push(table);
        self.queries.push(queries);
    }

    pub(super) fn replication(&mut self, scope: &Scope, replication: ReplicationView, alerts: &Ref<Topic>) {
        self.alarms.extend(replication.alarms(scope, alerts));
        self.replications.push(replication);
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
    pub(super) fn stack(mut self, stage: &Stage, kind: StackKind, about: &str, outputs: Outputs) -> Option<Stack> {
        let functions = self.functions.iter().map(FunctionView::code);
        let others = self.tasks.iter().map(TaskView::code).chain(self.jobs.iter().map(JobView::code));
        let code: Vec<CodeParameter> = functions.chain(others).collect();
        self.parameters = code.iter().map(CodeParameter::view).collect();
        let description = format!("{} {}: {about}", stage.project, stage.name);
        let view = View { description, parts: self, outputs: outputs.list() };
        (!code.is_empty()).then(|| Stack::of(stage, kind, code, &view))
    }
}
