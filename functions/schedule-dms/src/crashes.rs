//! Invocations whose calls fail, each in turn, or that are killed there. In the end the newest batch is loaded by a run that
//! came to its end, and no run was begun twice for nothing but a lost answer.

use runtime::{
    Fault, ReplicationTask,
    testing::{Upset, Upsets},
};

use crate::{
    bench::{FIRST, SECOND, World},
    report::Status,
};

/// A task that has loaded a batch, and a newer batch. The last run may have failed. Calls are counted from then on.
fn before(failed: bool, at: Option<(usize, Upset)>) -> (World, usize) {
    let calls = {
        let quiet = World::new(Upsets::default());
        quiet.visible(FIRST);
        quiet.status();
        quiet.upsets.calls()
    };
    let upsets = at.map(|(call, upset)| Upsets::default().at(calls + call, upset));
    let world = World::new(upsets.unwrap_or_default());
    world.visible(FIRST);
    assert_eq!(world.status(), Status::Started);
    world.replications.finish();
    if failed {
        let failed = ReplicationTask { status: "failed".to_owned(), has_run: true, ..ReplicationTask::default() };
        world.replications.set(failed);
    }
    world.visible(SECOND);
    (world, calls)
}

#[test]
fn whatever_fails_the_newest_batch_is_loaded_in_the_end() {
    for failed in [false, true] {
        let (quiet, before_it) = before(failed, None);
        assert_eq!(quiet.status(), Status::Reloaded);
        let calls = quiet.upsets.calls() - before_it;
        assert_eq!(calls, if failed { 7 } else { 6 });
        for call in 1..=calls {
            for upset in [
                Upset::CrashBefore,
                Upset::CrashAfter,
                Upset::After,
                Upset::Before(Fault::Passing),
                Upset::Before(Fault::AccessDenied),
            ] {
                let what = format!("{upset:?} at call {call} of {calls}, failed before: {failed}");
                let (world, _) = before(failed, Some((call, upset)));
                let first = world.invoke();
                assert!(first.is_ok() || world.read().len() <= 2, "{what}");
                world.upsets.end();
                world.upsets.take_crash();
                for _night in 0..3 {
                    if world.status() == Status::AlreadyThere {
                        break;
                    }
                    world.replications.finish();
                }
                assert_eq!(world.status(), Status::AlreadyThere, "{what}");
                assert_eq!(world.read().last().map(String::as_str), Some(SECOND), "{what}");
                assert!(world.read().len() <= 3, "{what}: {:?}", world.read());
            }
        }
    }
}

#[test]
fn a_call_that_is_denied_or_throttled_is_named_and_told_of() {
    let permissions = [
        "dms:DescribeReplicationTasks",
        "dms:ListTagsForResource",
        "dms:ModifyEndpoint",
        "dms:StartReplicationTask",
        "dms:AddTagsToResource",
    ];
    for (number, permission) in permissions.into_iter().enumerate() {
        for fault in [Fault::AccessDenied, Fault::Passing] {
            let calls = number + 2;
            // To begin is not tried again.
            let is_repeated = fault == Fault::Passing && permission != "dms:StartReplicationTask";
            let tries = if is_repeated { 4 } else { 1 };
            let upsets =
                (calls..calls + tries).fold(Upsets::default(), |upsets, at| upsets.at(at, Upset::Before(fault)));
            let world = World::new(upsets);
            world.visible(FIRST);
            let said = world.invoke().unwrap_err().to_string();
            assert!(said.contains(permission) && said.contains(&fault.to_string()), "{permission}: {said}");
            let [(subject, text)] = &world.notices.published()[..] else { panic!("one notice") };
            assert!(subject.ends_with("could not be begun") && text.contains(permission), "{text}");
        }
    }
}
