//! A function that takes messages of a queue, behind a stream.
use contract::consolidate::{Consolidate, Env};
use contract::{Bucket, Deploy, KinesisEvent, Ref};
use stacks::blocks::{Scope, Trigger, function};
use stacks::stage::FunctionSize;

fn wire(scope: &Scope, env: &Env<Deploy>, on: Trigger<KinesisEvent>) {
    let artifacts = Ref::<Bucket>::declared("ArtifactBucket");
    let size = FunctionSize { memory_mb: 256, timeout_seconds: 90 };
    function::<Consolidate>(scope, "Consolidate", size, env, on, &artifacts);
}

fn main() {}
