//! Orders: once a day, a function loads what shops sold into the stage's PostgreSQL, sums it up, and tells people.

use contract::orders_etl::{self, OrdersEtl};
use contract::{AUTHORITIES, AUTHORITIES_FILE, Function, Queue, Ref, Topic, Whole, orders as agreed};
use serde_json::Map;

use super::KIND;
use crate::blocks::{Asset, Begun, QueueView, ScheduleView, Scope, TopicView, function, on_schedule};
use crate::stack::Outputs;
use crate::stack::data_sources::{Exports, output_bucket, raw_bucket};
use crate::stack::parts::Parts;
use crate::stage::{Orders, Stage};

/// What follows the stage in the name of the topic.
const TOPIC: &str = "orders";

/// Where orders are put, for who sends and checks them.
pub fn orders_input(stage: &Stage) -> (String, &'static str) {
    (raw_bucket(stage), agreed::INPUT)
}

pub(super) fn add(stage: &Stage, settings: &Orders, shared: &Exports, parts: &mut Parts, outputs: &mut Outputs) {
    let scope = Scope::of(stage, KIND, "orders");
    let (Some(database), Some(network)) = (&shared.database, &shared.network) else {
        unreachable!("a stage with orders has a database")
    };
    let alerts = shared.alert_topic.import();
    let topic = Ref::<Topic>::declared("OrdersTopic");
    let failures = Ref::<Queue>::declared("OrdersFailures");

    let env = orders_etl::Env {
        input: shared.raw_bucket.import().folder(agreed::INPUT).grant(),
        exports: shared.output_bucket.import().folder(agreed::OUTPUT).grant(),
        database: database.wired().grant(),
        authorities: AUTHORITIES_FILE,
        schema: settings.schema.clone(),
        time_zone: settings.schedule.time_zone,
        seconds: Whole(u64::from(settings.etl.timeout_seconds)),
        notices: topic.grant(),
    };
    let authorities = Asset { file: AUTHORITIES_FILE, text: AUTHORITIES, replaced_by: None };
    let id = "OrdersEtl";
    let etl = function::<OrdersEtl>(&scope, id, settings.etl, &env, on_schedule(&failures), &shared.code())
        .with_asset(authorities)
        .telling_with(shared.alert_key.import())
        .placed(Some(network.beside_the_database()));
    let begun = Begun::Function(id, Map::new());
    let about = OrdersEtl::DESCRIPTION;
    let named = ("OrdersSchedule", "orders");
    let schedule = ScheduleView::daily(&scope, named, about, begun, settings.schedule, failures.arn());

    let (bucket, prefix) = orders_input(stage);
    outputs.tell("OrdersInput", "Where shops put their orders", format!("s3://{bucket}/{prefix}").into());
    let output = format!("s3://{}/{}", output_bucket(stage), agreed::OUTPUT);
    outputs.tell("OrdersOutput", "Below it stand the exported tables", output.into());
    outputs.export("OrdersTopic", "Where it is told how each run went", &topic);

    parts.topic(TopicView::new(
        &scope,
        ("OrdersTopic", TOPIC),
        shared.alert_key.import(),
        "OrdersEmail",
        &settings.emails,
    ));
    let failures = QueueView::of_failures(&scope, "OrdersFailures", "orders-failures");
    parts.scheduled(&scope, schedule, failures, etl, &alerts);
    parts.beside_the_database(&scope, &alerts);
    parts.dashboard(&scope);
}
