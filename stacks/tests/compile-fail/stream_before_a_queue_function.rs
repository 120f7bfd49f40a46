//! A function that takes messages of a queue, behind a stream.
use contract::consolidate::{Consolidate, Env};
use contract::{Deploy, KinesisEvent};
use stacks::blocks::{CodePlaces, Scope, Trigger, function};
use stacks::stage::{FunctionSize, Package};

fn wire(scope: &Scope, env: &Env<Deploy>, on: Trigger<KinesisEvent>, code: &CodePlaces) {
    let size = FunctionSize { package: Package::Zip, memory_mb: 256, timeout_seconds: 90 };
    function::<Consolidate>(scope, "Consolidate", size, env, on, code);
}

fn main() {}
