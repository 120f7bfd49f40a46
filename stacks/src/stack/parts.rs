//! What the stacks of several pipelines are put together from.

use serde::Serialize;
use std::mem;

use super::{Output, Outputs, Stack, StackKind};
use crate::blocks::{
    AlarmView, Boards, BucketView, CodeParameter, DashboardView, DatabaseView, FunctionView, InboxView, ItemsView,
    JobView, MachineView, ParameterView, QueriesView, QueueView, ReleasesView, ReplicationView, ScheduleView, Scope,
    SigningView, TableView, TaskView, TopicView, WarehouseView,
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
    /// Filled in when the stack is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<SigningView>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    releases: Option<ReleasesView>,
    tasks: Vec<TaskView>,
    jobs: Vec<JobView>,
    machines: Vec<MachineView>,
    tables: Vec<TableView>,
    queries: Vec<QueriesView>,
    replications: Vec<ReplicationView>,
    schedules: Vec<ScheduleView>,
    dashboards: Vec<DashboardView>,
    alarms: Vec<AlarmView>,
    /// Of pipelines that have parts in a later stack too.
    #[serde(skip)]
    boards: Boards,
}

#[derive(Serialize)]
struct View {
    description: String,
    parts: Parts,
    outputs: Vec<Output>,
}

impl Parts {
    /// Of a stack that goes on with pipelines which earlier stacks have begun.
    pub(super) fn going_on(boards: Boards) -> Self {
        Self { boards, ..Self::default() }
    }

    fn alarms(&mut self, scope: &Scope, alarms: Vec<AlarmView>) {
        self.boards.of(scope).alarms(&alarms);
        self.alarms.extend(alarms);
    }

    /// A queue with the function that reads it, and their alarms.
    pub(super) fn inbox(&mut self, scope: &Scope, inbox: InboxView, function: FunctionView, alerts: &Ref<Topic>) {
        self.alarms(scope, function.alarms(scope, alerts));
        self.alarms(scope, inbox.alarms(scope, alerts));
        self.boards.of(scope).inbox(&inbox);
        self.boards.of(scope).function(&function);
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
        self.alarms(scope, function.alarms(scope, alerts));
        // To refuse what is wrong is no failure of the function, and yet somebody has to know.
        let refused = "The function refused its input, and did nothing with it";
        self.alarms(scope, vec![function.rejecting(scope, alerts, refused)]);
        self.boards.of(scope).function(&function);
        self.functions.push(function);
        self.begun(scope, schedule, failures, alerts);
    }

    fn begun(&mut self, scope: &Scope, schedule: ScheduleView, failures: QueueView, alerts: &Ref<Topic>) {
        self.alarms(scope, failures.alarms(scope, alerts));
        self.boards.of(scope).failures(&failures);
        self.failures.push(failures);
        self.schedules.push(schedule);
    }

    /// A function that a state machine calls, which tells of its failures itself.
    pub(super) fn called(&mut self, scope: &Scope, function: FunctionView) {
        self.boards.of(scope).function(&function);
        self.functions.push(function);
    }

    pub(super) fn task(&mut self, scope: &Scope, task: TaskView, alerts: &Ref<Topic>) {
        self.alarms(scope, task.alarms(scope, alerts));
        self.boards.of(scope).task(&task);
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
        self.alarms(scope, machine.alarms(scope, alerts));
        self.boards.of(scope).machine(&machine);
        self.machines.push(machine);
        self.begun(scope, schedule, failures, alerts);
    }

    pub(super) fn table(&mut self, scope: &Scope, table: TableView, queries: QueriesView) {
        self.boards.of(scope).queries(&queries);
        self.tables.push(table);
        self.queries.push(queries);
    }

    pub(super) fn replication(&mut self, scope: &Scope, replication: ReplicationView, alerts: &Ref<Topic>) {
        self.alarms(scope, replication.alarms(scope, alerts));
        self.boards.of(scope).replication(&replication);
        self.replications.push(replication);
    }

    pub(super) fn topic(&mut self, topic: TopicView) {
        self.topics.push(topic);
    }

    pub(super) fn bucket(&mut self, bucket: BucketView) {
        self.buckets.push(bucket);
    }

    pub(super) fn items(&mut self, scope: &Scope, items: ItemsView) {
        self.boards.of(scope).items(&items);
        self.items.push(items);
    }

    pub(super) fn warehouse(&mut self, scope: &Scope, warehouse: WarehouseView) {
        self.boards.of(scope).warehouse(&warehouse);
        self.warehouse = Some(warehouse);
    }

    /// That a pipeline loads into the stage's PostgreSQL, which is another stack's.
    pub(super) fn beside_the_database(&mut self, scope: &Scope, alerts: &Ref<Topic>) {
        let database = DatabaseView::new(scope, &scope.stage.database);
        self.boards.of(scope).database(scope);
        self.boards.of(scope).alarms(&database.alarms(scope, alerts));
    }

    /// The dashboard of a pipeline that has all its parts.
    pub(super) fn dashboard(&mut self, scope: &Scope) {
        self.dashboards.push(self.boards.finish(scope));
    }

    /// The stack that they make; none without a function, since nothing else of it would be of use. And the boards of pipelines
    /// that later stacks go on with.
    pub(super) fn stack(
        mut self,
        stage: &Stage,
        kind: StackKind,
        about: &str,
        outputs: Outputs,
    ) -> (Option<Stack>, Boards) {
        let boards = mem::take(&mut self.boards);
        let functions = self.functions.iter().map(FunctionView::code);
        let others = self.tasks.iter().map(TaskView::code).chain(self.jobs.iter().map(JobView::code));
        let code: Vec<CodeParameter> = functions.chain(others).collect();
        self.parameters = code.iter().map(CodeParameter::view).collect();
        self.signing = SigningView::new(stage, kind, &self.functions);
        self.releases = ReleasesView::new(stage, kind, &self.functions);
        let description = format!("{} {}: {about}", stage.project, stage.name);
        let view = View { description, parts: self, outputs: outputs.list() };
        ((!code.is_empty()).then(|| Stack::of(stage, kind, code, &view)), boards)
    }
}
