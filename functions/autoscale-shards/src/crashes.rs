//! Starts whose calls fail, each in turn, or that are killed there. The next one finds the stream as it is, and nothing is
//! done twice.

use runtime::{
    Fault,
    testing::{Upset, Upsets},
};

use crate::bench::World;

/// A stream that is full.
fn busy(at: Option<(usize, Upset)>) -> World {
    let upsets = at.map(|(call, upset)| Upsets::default().at(call, upset));
    let world = World::new(upsets.unwrap_or_default());
    world.stream.pass(5, 4 * 60_000);
    world
}

#[test]
fn whatever_fails_the_stream_has_its_shards_in_the_end() {
    let quiet = busy(None);
    quiet.invoke().unwrap();
    let calls = quiet.upsets.calls();
    assert_eq!(calls, 5);
    for call in 1..=calls {
        for upset in [
            Upset::CrashBefore,
            Upset::CrashAfter,
            Upset::After,
            Upset::Before(Fault::Passing),
            Upset::Before(Fault::AccessDenied),
        ] {
            let world = busy(Some((call, upset)));
            let first = world.invoke();
            let what = format!("{upset:?} at call {call}: {first:?}");
            world.upsets.end();
            world.upsets.take_crash();
            for _ in 0..3 {
                world.stream.pass(5, 4 * 60_000);
                world.invoke().unwrap();
            }
            assert_eq!(world.stream.changes(), [8], "{what}");
        }
    }
}

#[test]
fn a_call_that_is_denied_is_named() {
    let permissions = [
        "kinesis:DescribeStreamSummary",
        "kinesis:ListTagsForStream",
        "cloudwatch:GetMetricData",
        "kinesis:UpdateShardCount",
        "kinesis:AddTagsToStream",
    ];
    for (number, permission) in permissions.into_iter().enumerate() {
        let world = busy(Some((number + 1, Upset::Before(Fault::AccessDenied))));
        let said = world.invoke().unwrap_err().to_string();
        assert!(said.starts_with(&format!("{permission} millrace-dev-taxi: access denied")), "{said}");
    }
}
