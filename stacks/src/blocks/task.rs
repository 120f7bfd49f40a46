//! Containers of Fargate that run once and end: a cluster, the task with its two roles and its log group, and the alarm on
//! its memory.

use contract::{Deploy, Function, Ref, Statement, Topic};
use serde::Serialize;
use serde_json::{Value, json};

use super::code::{CodeParameter, Form};
use super::function::{Variable, wiring};
use super::{AlarmView, Bounds, Metric, Placement, Scope, Tags};
use crate::names;
use crate::stage::{Architecture, Package, TaskSize};

#[derive(Debug, Serialize)]
pub struct TaskView {
    id: &'static str,
    /// What becomes of it when another takes its place.
    replace: &'static str,
    name: String,
    description: &'static str,
    bin: &'static str,
    /// The URI of the repository, and its name.
    image: Value,
    repository: String,
    code_parameter: String,
    architecture: &'static str,
    cpu: u32,
    memory_mb: u32,
    log_days: u32,
    variables: Vec<Variable>,
    statements: Vec<Value>,
    bounds: Bounds,
    tags: Tags,
    #[serde(skip)]
    larger: TaskSize,
    #[serde(skip)]
    placement: Placement,
}

/// Of its memory, in percent, from which on somebody should know.
const TIGHT: u64 = 80;

impl TaskView {
    /// The program that the function would be, wired by the same contract.
    pub fn new<F: Function>(
        scope: &Scope,
        id: &'static str,
        size: TaskSize,
        env: &F::Env<Deploy>,
        image: Value,
        placement: Placement,
    ) -> Self {
        let (variables, statements) = wiring(env);
        Self {
            id,
            replace: scope.revision_policy(),
            name: scope.name(F::BIN),
            description: F::DESCRIPTION,
            bin: F::BIN,
            image,
            repository: names::repository(scope.stage, F::BIN),
            code_parameter: format!("{id}Code"),
            architecture: match scope.stage.architecture {
                Architecture::Arm64 => "ARM64",
                Architecture::X86_64 => "X86_64",
            },
            cpu: size.cpu.units(),
            memory_mb: size.memory_mb,
            log_days: scope.stage.log_days.get(),
            variables,
            statements,
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
            larger: size.larger(),
            placement,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn known_as(&self) -> (&'static str, &'static str) {
        (self.bin, self.description)
    }

    pub fn code(&self) -> CodeParameter {
        CodeParameter {
            parameter: self.code_parameter.clone(),
            name: self.name.clone(),
            function: self.bin,
            form: Form::Function { package: Package::Image, assets: Vec::new(), signer: None },
        }
    }

    /// Sounds before the task runs out of memory. The metrics are those that the cluster's insights keep of its kind of task.
    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let metric = Metric {
            namespace: "ECS/ContainerInsights",
            name: "MemoryUtilized",
            statistic: "Maximum",
            dimension: "ClusterName",
            of: json!({ "Ref": self.part("Cluster") }),
        };
        let most = u64::from(self.memory_mb) * TIGHT / 100;
        let description =
            "The task needs more than four fifths of its memory; when it runs out of it, it is begun anew with more";
        let alarm = AlarmView::above(scope, alerts, (self.id, self.bin), "Memory", metric, most, description);
        vec![alarm.within("TaskDefinitionFamily", self.name.as_str())]
    }

    fn part(&self, part: &str) -> String {
        format!("{}{part}", self.id)
    }

    /// What a state machine asks of ECS. `event` is the path to what the task is asked for.
    pub(super) fn run(&self, event: &str, larger: bool) -> Value {
        let named = |part: &str| format!("${{{}}}", self.part(part));
        let event = json!({ "Name": "EVENT", "Value.$": format!("States.JsonToString({event})") });
        let mut overrides = json!({ "ContainerOverrides": [{ "Name": self.bin, "Environment": [event] }] });
        if larger {
            overrides["Cpu"] = self.larger.cpu.units().to_string().into();
            overrides["Memory"] = self.larger.memory_mb.to_string().into();
        }
        let numbered =
            |part: &str, list: &[Value]| (0..list.len()).map(|at| named(&format!("{part}{at}"))).collect::<Vec<_>>();
        json!({
            "Cluster": named("Cluster"),
            "TaskDefinition": named(""),
            "LaunchType": "FARGATE",
            "NetworkConfiguration": { "AwsvpcConfiguration": {
                "Subnets": numbered("Subnet", &self.placement.subnets),
                "SecurityGroups": numbered("Group", &self.placement.groups),
                // Without a gateway that costs by the hour, an address of its own is the only way to the source.
                "AssignPublicIp": "ENABLED",
            } },
            "Overrides": overrides,
        })
    }

    /// What stands for the names in it.
    pub(super) fn named(&self) -> Vec<(String, Value)> {
        let own = ["", "Cluster"].map(|part| (self.part(part), json!({ "Ref": self.part(part) })));
        let Placement { subnets, groups } = &self.placement;
        let others = [("Subnet", subnets), ("Group", groups)].into_iter().flat_map(|(part, list)| {
            list.iter().enumerate().map(move |(at, value)| (self.part(&format!("{part}{at}")), value.clone()))
        });
        own.into_iter().chain(others).collect()
    }

    pub(super) fn statements_to_run(&self) -> Vec<Statement> {
        let arn = |rest: &str| json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:{rest}") });
        let cluster = json!({ "Fn::GetAtt": [self.part("Cluster"), "Arn"] });
        let roles = ["Role", "StartRole"].map(|role| json!({ "Fn::GetAtt": [self.part(role), "Arn"] }));
        let rule = "events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForECSTaskRule";
        // Of any revision: an execution that began before the last deploy runs the one before.
        let family = format!("ecs:${{AWS::Region}}:${{AWS::AccountId}}:task-definition/{}:*", self.name);
        let tasks = format!("ecs:${{AWS::Region}}:${{AWS::AccountId}}:task/{}/*", self.name);
        let here = json!({ "ArnEquals": { "ecs:cluster": cluster } });
        let to_tasks = json!({ "StringEquals": { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
        vec![
            Statement::allow(&["ecs:RunTask"], arn(&family)).when(here),
            Statement::allow(&["ecs:DescribeTasks", "ecs:StopTask"], arn(&tasks)),
            Statement::allow(&["events:DescribeRule", "events:PutRule", "events:PutTargets"], arn(rule)),
            Statement::allow(&["iam:PassRole"], roles.into_iter().collect()).when(to_tasks),
        ]
    }
}
