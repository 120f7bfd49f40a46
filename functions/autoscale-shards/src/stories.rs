//! Days of a stream.

use runtime::testing::Upsets;
use serde_json::json;

use crate::{bench::World, report::Status};

/// In one minute, what fills so many shards.
fn full(shards: u64) -> u64 {
    shards * 60_000
}

#[test]
fn a_busy_stream_grows_and_a_quiet_one_shrinks_again() {
    let world = World::new(Upsets::default());
    world.stream.pass(10, full(2));
    assert_eq!(world.status(), Status::Right);
    world.stream.pass(5, full(4));
    let answer = serde_json::to_value(world.invoke().unwrap().response).unwrap();
    let peak = json!({ "bytes_per_second": 800_000, "records_per_second": 4_000 });
    assert_eq!(
        answer,
        json!({ "status": "scaled-out", "shards": 4, "to": 8, "peak": peak, "operations_left": 9 }),
        "it is full, and may have refused any number"
    );
    assert_eq!(world.status(), Status::Updating);
    world.stream.pass(5, full(5));
    assert_eq!(world.status(), Status::Right);
    let mut told = Vec::new();
    for _ in 0..40 {
        world.stream.pass(5, 0);
        told.push(world.status());
    }
    assert_eq!(told.iter().position(|status| *status == Status::ScaledIn), Some(11), "after a quiet hour: {told:?}");
    assert_eq!(world.stream.changes(), [8, 4, 2]);
    assert_eq!(told.last(), Some(&Status::Right));
}

#[test]
fn a_new_stream_is_left_as_it_is_for_an_hour() {
    let world = World::new(Upsets::default());
    for _ in 0..12 {
        assert_eq!(world.status(), Status::Right);
        world.stream.pass(5, 0);
    }
    assert_eq!(world.status(), Status::ScaledIn);
}

#[test]
fn two_that_are_started_at_once_begin_one_operation() {
    let world = World::new(Upsets::default());
    world.stream.pass(5, full(4));
    world.stream.expect_rival(8);
    let report = world.invoke().unwrap().response;
    assert_eq!((report.status, report.to), (Status::Updating, Some(8)));
    assert_eq!(world.stream.changes(), [8]);
}

#[test]
fn what_kinesis_refuses_is_an_answer() {
    let world = World::new(Upsets::default());
    // Ten times by hand, of which it knows nothing.
    for shards in [8, 4, 8, 4, 8, 4, 8, 4, 8, 4] {
        world.stream.expect_rival(shards);
        world.invoke().unwrap();
        world.stream.pass(1, 0);
    }
    assert_eq!(world.stream.changes().len(), 10);
    world.stream.pass(5, full(4));
    assert_eq!(world.status(), Status::Refused);
    world.stream.pass(24 * 60, full(4));
    assert_eq!(world.status(), Status::ScaledOut);
}

#[test]
fn a_tag_that_somebody_else_wrote_is_no_reason_to_fail() {
    let world = World::new(Upsets::default());
    world.stream.note("please do not scale");
    world.stream.pass(5, full(4));
    assert_eq!(world.status(), Status::ScaledOut);
    let minute = (world.stream.now().timestamp() / 60).to_string();
    assert_eq!(world.stream.noted(), Some(minute));
}

#[test]
fn a_wild_week_never_leaves_it_without_an_operation() {
    let world = World::new(Upsets::default());
    for hour in 0..7 * 24_u64 {
        let load = if hour % 3 == 0 { full(14) } else { 0 };
        for _ in 0..12 {
            // It takes what its shards take.
            world.stream.pass(5, load.min(full(world.stream.shards().into())));
            let status = world.status();
            assert!(!matches!(status, Status::Refused | Status::Exhausted), "{status:?} in hour {hour}");
        }
        if hour % 3 == 0 {
            assert_eq!(world.stream.shards(), 16, "hour {hour}");
        }
    }
}
