//! A function that takes stream batches, behind a trigger that delivers something else.
use contract::send_to_firehose::{Env, SendToFirehose};
use contract::{Deploy, DeliveryStream, Ref, taxi};
use stacks::blocks::{CodePlaces, Scope, Trigger, function};
use stacks::stage::{FunctionSize, Package};

struct QueueBatch;

fn wire(scope: &Scope, on: Trigger<QueueBatch>, code: &CodePlaces) {
    let delivery = Ref::<DeliveryStream>::declared("TaxiDelivery");
    let env: Env<Deploy> = Env { delivery: delivery.grant(), record_schema: taxi::RECORD_SCHEMA_FILE };
    let size = FunctionSize { package: Package::Zip, memory_mb: 128, timeout_seconds: 30 };
    function::<SendToFirehose>(scope, "SendToFirehose", size, &env, on, code);
}

fn main() {}
