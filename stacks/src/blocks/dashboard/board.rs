//! What a dashboard is gathered from: the parts of a pipeline, as they are declared, in whatever stack.

use contract::metric::{BYTES, DROPPED, FUNCTION_NAME, IN, NAMESPACE, OUT, REJECTED, RETURNED};
use serde_json::Value;
use std::collections::BTreeMap;

use super::DashboardView;
use super::layout::arrange;
use super::metric::{Of, alarms, graph};
use super::words::words;
use crate::blocks::{
    AlarmView, DeliveryView, FunctionView, InboxView, ItemsView, MachineView, QueriesView, QueueView, ReplicationView,
    Scope, StreamView, TaskView, WarehouseView,
};
use crate::names;

/// The boards of all pipelines, while stacks are made: one may have parts in several of them.
#[derive(Debug, Default)]
pub struct Boards(BTreeMap<&'static str, Board>);

impl Boards {
    pub fn of(&mut self, scope: &Scope) -> &mut Board {
        self.0.entry(scope.pipeline).or_default()
    }

    /// The dashboard of a pipeline whose last part was declared.
    pub fn finish(&mut self, scope: &Scope) -> DashboardView {
        self.0.remove(scope.pipeline).unwrap_or_default().view(scope)
    }
}

#[derive(Debug, Default)]
pub struct Board {
    /// Kind, name, and what it does.
    parts: Vec<(&'static str, String, String)>,
    functions: Vec<&'static str>,
    inboxes: Vec<&'static str>,
    alarms: Vec<String>,
    /// Title, unit and metrics, by section.
    volume: Vec<Graph>,
    ages: Vec<Value>,
    errors: Vec<Value>,
    waiting: Vec<Value>,
    dead: Vec<Value>,
    durations: Vec<Value>,
    costs: Vec<Graph>,
}

type Graph = (String, &'static str, Vec<Value>);

impl Board {
    fn part(&mut self, kind: &'static str, name: &str, does: &str) {
        self.parts.push((kind, name.to_owned(), does.to_owned()));
    }

    pub fn alarms(&mut self, alarms: &[AlarmView]) {
        self.alarms.extend(alarms.iter().map(|alarm| alarm.name().to_owned()));
    }

    pub fn function(&mut self, function: &FunctionView) {
        let (bin, does) = function.known_as();
        self.part("function", function.name(), does);
        self.functions.push(bin);
        self.counts(bin, function.name());
        let lambda = Of::new("AWS/Lambda", "FunctionName", function.name());
        let said = |metric, statistic, what: &str| lambda.metric(metric, statistic, &format!("{bin} {what}"));
        self.errors.extend([said("Errors", "Sum", "errors"), said("Throttles", "Sum", "throttles")]);
        self.durations.push(said("Duration", "Maximum", "longest"));
        self.durations.push(said("Duration", "Average", "on average"));
        let work =
            vec![said("Duration", "Sum", "ms in all"), said("ConcurrentExecutions", "Maximum", "at once, at most")];
        self.costs.push((format!("{bin}: time paid for"), "ms", work));
        if function.reads_stream() {
            self.ages.push(said("IteratorAge", "Maximum", "behind, in ms"));
        }
    }

    /// What a function or a task says of its records.
    fn counts(&mut self, bin: &str, name: &str) {
        let counted = Of::new(NAMESPACE, FUNCTION_NAME, name);
        let records = counted.metrics("Sum", [IN, OUT, DROPPED, REJECTED, RETURNED]);
        self.volume.push((format!("{bin}: records"), "records", records));
        self.volume.push((format!("{bin}: bytes out"), "bytes", counted.metrics("Sum", [BYTES])));
    }

    pub fn task(&mut self, task: &TaskView) {
        let (bin, does) = task.known_as();
        self.part("task", task.name(), does);
        self.functions.push(bin);
        self.counts(bin, task.name());
        let of =
            Of::new("ECS/ContainerInsights", "ClusterName", task.name()).within("TaskDefinitionFamily", task.name());
        let used = of.metrics("Maximum", ["CpuUtilized", "CpuReserved", "MemoryUtilized", "MemoryReserved"]);
        self.costs.push((format!("{bin}: processor units and MB"), "", used));
    }

    pub fn inbox(&mut self, inbox: &InboxView) {
        let (queue, dead_letters, thing) = inbox.names();
        self.part("queue", queue, "Messages that wait to be worked on");
        self.inboxes.push(thing);
        let of = Of::new("AWS/SQS", "QueueName", queue);
        self.volume.push((
            format!("{thing}: messages"),
            "messages",
            of.metrics("Sum", ["NumberOfMessagesSent", "NumberOfMessagesDeleted"]),
        ));
        let said = |metric, what: &str| of.metric(metric, "Maximum", &format!("{thing} {what}"));
        self.ages.push(said("ApproximateAgeOfOldestMessage", "oldest message, in s"));
        self.waiting.push(said("ApproximateNumberOfMessagesVisible", "waiting"));
        self.waiting.push(said("ApproximateNumberOfMessagesNotVisible", "at work"));
        self.dead_letters(dead_letters, "Messages that failed too often");
    }

    /// A queue of what failed for good.
    pub fn failures(&mut self, queue: &QueueView) {
        self.dead_letters(queue.name(), "What could not be begun, or failed for good");
    }

    fn dead_letters(&mut self, name: &str, does: &str) {
        self.part("queue", name, does);
        let of = Of::new("AWS/SQS", "QueueName", name);
        self.dead.push(of.metric("ApproximateNumberOfMessagesVisible", "Maximum", name));
    }

    pub fn stream(&mut self, stream: &StreamView) {
        self.part("stream", stream.name(), "What producers send");
        let of = Of::new("AWS/Kinesis", "StreamName", stream.name());
        self.volume.push(("stream: records".to_owned(), "records", of.metrics("Sum", ["IncomingRecords"])));
        let refused = ["WriteProvisionedThroughputExceeded", "ReadProvisionedThroughputExceeded"];
        self.errors.extend(of.metrics("Sum", refused));
        self.costs.push((
            "stream: bytes".to_owned(),
            "bytes",
            of.metrics("Sum", ["IncomingBytes", "GetRecords.Bytes"]),
        ));
    }

    pub fn delivery(&mut self, delivery: &DeliveryView) {
        self.part("delivery", delivery.name(), "Gathers records into objects");
        let of = Of::new("AWS/Firehose", "DeliveryStreamName", delivery.name());
        let records = of.metrics("Sum", ["IncomingRecords", "DeliveryToS3.Records"]);
        self.volume.push(("delivery: records".to_owned(), "records", records));
        self.ages.push(of.metric("DeliveryToS3.DataFreshness", "Maximum", "delivery oldest record, in s"));
        self.errors.push(of.metric("ThrottledRecords", "Sum", "delivery throttled records"));
        self.costs.push((
            "delivery: bytes".to_owned(),
            "bytes",
            of.metrics("Sum", ["IncomingBytes", "DeliveryToS3.Bytes"]),
        ));
    }

    pub fn machine(&mut self, machine: &MachineView) {
        self.part("state machine", machine.name(), "Leads each batch through its steps");
        let arn = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine";
        let arn = format!("{arn}:{}", machine.name());
        let of = Of::new("AWS/States", "StateMachineArn", &arn);
        let ends = of.metrics("Sum", ["ExecutionsStarted", "ExecutionsSucceeded"]);
        self.volume.push(("executions".to_owned(), "executions", ends));
        let failed = of.metrics("Sum", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"]);
        self.errors.extend(failed);
        self.durations.push(of.metric("ExecutionTime", "Maximum", "execution, longest"));
    }

    pub fn items(&mut self, items: &ItemsView) {
        self.part("table", items.name(), "Items by their key");
        let of = Of::new("AWS/DynamoDB", "TableName", items.name());
        self.errors.extend(of.metrics("Sum", ["ReadThrottleEvents", "WriteThrottleEvents"]));
        let used = of.metrics("Sum", ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"]);
        self.costs.push((format!("{}: units", items.name()), "units", used));
    }

    pub fn queries(&mut self, queries: &QueriesView) {
        self.part("workgroup", queries.name(), "Queries over what was curated");
        let of = Of::new("AWS/Athena", "WorkGroup", queries.name());
        let of = of.within("QueryState", "SUCCEEDED").within("QueryType", "DML");
        self.costs.push(("queries: bytes scanned".to_owned(), "bytes", of.metrics("Sum", ["ProcessedBytes"])));
    }

    pub fn replication(&mut self, replication: &ReplicationView) {
        self.part("replication", replication.name(), "Loads by DMS");
        let of = Of::new("AWS/DMS", "ReplicationInstanceIdentifier", replication.name());
        self.costs.push(("DMS: processor".to_owned(), "percent", of.metrics("Average", ["CPUUtilization"])));
        self.costs.push(("DMS: memory left".to_owned(), "bytes", of.metrics("Minimum", ["FreeableMemory"])));
    }

    pub fn warehouse(&mut self, warehouse: &WarehouseView) {
        self.part("warehouse", warehouse.name(), "Redshift");
        if warehouse.is_serverless() {
            let of = Of::new("AWS/Redshift-Serverless", "Workgroup", warehouse.name());
            self.costs.push((
                "warehouse: processing units".to_owned(),
                "units",
                of.metrics("Maximum", ["ComputeCapacity"]),
            ));
        } else {
            let of = Of::new("AWS/Redshift", "ClusterIdentifier", warehouse.name());
            let used = of.metrics("Average", ["CPUUtilization", "PercentageDiskSpaceUsed"]);
            self.costs.push(("warehouse: processor and disk".to_owned(), "percent", used));
        }
    }

    /// The stage's PostgreSQL, which several pipelines share.
    pub fn database(&mut self, scope: &Scope) {
        let name = names::thing(scope.stage, "database");
        self.part("database", &name, "The stage's PostgreSQL");
        let of = Of::new("AWS/RDS", "DBInstanceIdentifier", &name);
        let mut add = |title: &str, unit, metrics| self.costs.push((format!("database: {title}"), unit, metrics));
        add("processor", "percent", of.metrics("Average", ["CPUUtilization"]));
        add("connections", "connections", of.metrics("Maximum", ["DatabaseConnections"]));
        add("storage left", "bytes", of.metrics("Minimum", ["FreeStorageSpace"]));
    }

    fn view(self, scope: &Scope) -> DashboardView {
        let stage = scope.stage.name.as_str();
        let region = scope.stage.region.as_str();
        let lines = self.parts.len() + self.functions.len() + self.inboxes.len();
        let height = u32::try_from(6 + lines / 2).unwrap_or(12);
        let head = vec![
            words((scope.pipeline, stage), &self.parts, &self.functions, &self.inboxes, height),
            alarms(&self.alarms, height),
        ];
        let draw = |(title, unit, metrics): Graph| graph(region, &title, unit, &metrics);
        let health = [
            ("Ages", "", self.ages),
            ("Errors and throttles", "", self.errors),
            ("Waiting", "messages", self.waiting),
            ("Dead letters", "messages", self.dead),
            ("Durations", "ms", self.durations),
        ];
        let health = health.into_iter().filter(|(_, _, metrics)| !metrics.is_empty());
        let health = health.map(|(title, unit, metrics)| draw((title.to_owned(), unit, metrics))).collect();
        let volume = self.volume.into_iter().map(draw).collect();
        let costs = self.costs.into_iter().map(draw).collect();
        DashboardView::new(scope, &arrange(vec![head, volume, health, costs]))
    }
}
