//! `stream`: taxi events, from a Kinesis stream through two consumers to the lake.

use contract::send_to_firehose::{self, SendToFirehose};
use contract::write_to_s3::{self, WriteToS3};
use contract::{DeliveryStream, Queue, Ref, Stream, taxi as agreed};
use serde::Serialize;

use super::data_sources::{self, Exports};
use super::{Output, Outputs, Stack, StackKind};
use crate::blocks::{
    AlarmView, Asset, AutoscalerView, Boards, Catalog, CodeParameter, DashboardView, DeliveryView, FunctionView,
    Layout, ParameterView, QueueView, ReleasesView, Scope, SigningView, StreamView, TableView, function, reads_stream,
};
use crate::names;
use crate::stage::{Stage, Taxi};

/// All that `templates/stream.yaml.tera` may see.
#[derive(Serialize)]
struct View {
    description: String,
    parameters: Vec<ParameterView>,
    stream: StreamView,
    failures: QueueView,
    delivery: DeliveryView,
    functions: Vec<FunctionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<SigningView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    releases: Option<ReleasesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    autoscaler: Option<AutoscalerView>,
    table: TableView,
    dashboard: DashboardView,
    alarms: Vec<AlarmView>,
    outputs: Vec<Output>,
}

/// What follows the stage in the stream's name.
const INGRESS: &str = "taxi";

/// The name of the stream that producers send to.
pub fn ingress_stream(stage: &Stage) -> String {
    names::thing(stage, INGRESS)
}

pub fn stack(stage: &Stage, taxi: &Taxi, shared: &Exports) -> Stack {
    let kind = StackKind::Stream;
    let scope = Scope::of(stage, kind, "taxi");
    let lake = shared.output_bucket.import();
    let alerts = shared.alert_topic.import();
    let code = shared.code();

    let trips = Ref::<Stream>::declared("TaxiStream");
    let failures = Ref::<Queue>::declared("TaxiFailures");
    let delivery = Ref::<DeliveryStream>::declared("TaxiDelivery");

    let store = write_to_s3::Env {
        written: lake.folder(agreed::WRITTEN).grant(),
        rejected: lake.folder(agreed::REJECTED).grant(),
        record_schema: agreed::RECORD_SCHEMA_FILE,
    };
    let forward = send_to_firehose::Env { delivery: delivery.grant(), record_schema: agreed::RECORD_SCHEMA_FILE };
    let trigger = || reads_stream(&trips, &taxi.consumers, &failures);
    let schema = Asset {
        file: agreed::RECORD_SCHEMA_FILE,
        text: agreed::RECORD_SCHEMA,
        replaced_by: taxi.record_schema.clone(),
    };
    let functions = vec![
        function::<WriteToS3>(&scope, "WriteToS3", taxi.write_to_s3, &store, trigger(), &code)
            .with_asset(schema.clone()),
        function::<SendToFirehose>(&scope, "SendToFirehose", taxi.send_to_firehose, &forward, trigger(), &code)
            .with_asset(schema),
    ];

    let stream = StreamView::new(&scope, "TaxiStream", INGRESS, taxi.capacity, taxi.retention_hours);
    let autoscaler = AutoscalerView::new(&scope, &stream, (&trips, taxi.capacity), &code, &alerts);
    let failure_queue = QueueView::of_failures(&scope, "TaxiFailures", "taxi-failures");
    let delivered = lake.folder(agreed::DELIVERED);
    let undelivered = lake.folder(agreed::DELIVERY_ERRORS);
    let delivery_stream =
        DeliveryView::new(&scope, "TaxiDelivery", "taxi-delivery", &delivered, &undelivered, taxi.delivery);

    let mut alarms: Vec<_> = functions.iter().flat_map(|function| function.alarms(&scope, &alerts)).collect();
    alarms.extend(stream.alarms(&scope, &alerts));
    alarms.extend(delivery_stream.alarms(&scope, &alerts));
    alarms.extend(failure_queue.alarms(&scope, &alerts));

    let mut boards = Boards::default();
    let board = boards.of(&scope);
    board.stream(&stream);
    for function in functions.iter().chain(autoscaler.iter().map(AutoscalerView::function)) {
        board.function(function);
    }
    board.delivery(&delivery_stream);
    board.failures(&failure_queue);
    board.alarms(&alarms);

    let table = TableView::new(
        Catalog { id: "EventsDatabase", database: names::catalog(stage, "events"), about: "Events from streams" },
        "TaxiTrajectories",
        "taxi_trajectories",
        &delivered,
        Layout::Lines(taxi.delivery.compression),
        &columns(),
    );

    let mut outputs = Outputs::of(names::stack(stage, kind));
    outputs.export("IngressStream", "Where producers send trips", &trips);
    outputs.export("DeliveryStream", "What gathers trips into the lake", &delivery);
    outputs.tell(
        "TaxiOutput",
        "Below it stands what came of the trips",
        format!("s3://{}/", data_sources::output_bucket(stage)).into(),
    );
    outputs.tell("TaxiFailures", "The queue of batches that failed for good", failures.reference());
    outputs.tell("TaxiTable", "The delivered trips, as database.table for queries", table.full_name().into());

    let scaling = autoscaler.iter().map(AutoscalerView::function);
    let code: Vec<_> = functions.iter().chain(scaling.clone()).map(FunctionView::code).collect();
    let view = View {
        description: format!("{} {}: taxi events, from a stream to the lake", stage.project, stage.name),
        parameters: code.iter().map(CodeParameter::view).collect(),
        stream,
        failures: failure_queue,
        delivery: delivery_stream,
        signing: SigningView::new(stage, kind, functions.iter().chain(scaling)),
        releases: ReleasesView::new(stage, kind, &functions),
        functions,
        autoscaler,
        table,
        dashboard: boards.finish(&scope),
        alarms,
        outputs: outputs.list(),
    };
    Stack::of(stage, kind, code, &view)
}

/// The table's columns: as the producers name them, the event's id last.
fn columns() -> Vec<(&'static str, &'static str)> {
    let kind = |name| if matches!(name, "TAXI_ID" | "TIMESTAMP") { "int" } else { "string" };
    agreed::FIELDS.into_iter().chain([agreed::EVENT_ID]).map(|name| (name, kind(name))).collect()
}
