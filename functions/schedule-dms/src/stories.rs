//! Nights, one after the other, and each state that a task can be in.

use runtime::{Begin, ReplicationTask, testing::Upsets};
use serde_json::json;

use crate::{
    bench::{FIRST, FOLDER, SECOND, World},
    report::Status,
};

#[test]
fn each_batch_is_loaded_once_the_first_by_a_start_and_the_others_by_a_reload() {
    let world = World::new(Upsets::default());
    assert_eq!(world.status(), Status::NothingThere);
    world.visible(FIRST);
    let answer = serde_json::to_value(world.invoke().unwrap().response).unwrap();
    assert_eq!(answer, json!({ "status": "started", "place": FIRST, "task": "ready" }));
    assert_eq!(world.status(), Status::Running);
    world.replications.finish();
    assert_eq!(world.status(), Status::AlreadyThere);
    world.visible(SECOND);
    assert_eq!(world.status(), Status::Reloaded);
    world.replications.finish();
    assert_eq!(world.status(), Status::AlreadyThere);
    let runs = [(Begin::Start, FIRST), (Begin::Reload, SECOND)].map(|(how, place)| (how, format!("{FOLDER}{place}")));
    assert_eq!(world.replications.runs(), runs);
    assert!(world.notices.published().is_empty());
}

#[test]
fn in_each_status_that_aws_documents_the_right_thing_is_done() {
    for (status, expected) in [
        ("creating", Status::Unavailable),
        ("deleting", Status::Unavailable),
        ("failed", Status::Reloaded),
        ("failed-move", Status::Unavailable),
        ("modifying", Status::Unavailable),
        ("moving", Status::Unavailable),
        ("ready", Status::Reloaded),
        ("running", Status::Running),
        ("starting", Status::Running),
        ("stopped", Status::Reloaded),
        ("stopping", Status::Running),
        ("testing", Status::Running),
        ("thinking", Status::Unavailable),
    ] {
        let world = World::new(Upsets::default());
        world.visible(FIRST);
        world.replications.set(ReplicationTask {
            status: status.to_owned(),
            has_run: true,
            ..ReplicationTask::default()
        });
        let report = world.invoke().unwrap().response;
        assert_eq!((report.status, report.task.as_deref()), (expected, Some(status)));
        assert_eq!(world.read().len(), usize::from(expected == Status::Reloaded), "{status}");
        assert_eq!(world.notices.published().len(), usize::from(status == "failed"), "{status}");
    }
}

#[test]
fn a_run_that_failed_is_told_of_and_begun_again_with_the_same_batch() {
    let world = World::new(Upsets::default());
    world.visible(FIRST);
    assert_eq!(world.status(), Status::Started);
    world.replications.set(ReplicationTask {
        status: "failed".to_owned(),
        stop_reason: Some("Stop Reason FATAL_ERROR".to_owned()),
        last_failure: Some("Last Error  Unable to connect\nto the target".to_owned()),
        has_run: true,
        tables_errored: 1,
    });
    assert_eq!(world.status(), Status::Reloaded);
    assert_eq!(world.read(), [FIRST, FIRST]);
    let [(subject, text)] = &world.notices.published()[..] else { panic!("one notice") };
    assert!(subject.ends_with("the last run of DMS failed"), "{subject}");
    for part in [FIRST, "Stop Reason FATAL_ERROR", "tables that could not be loaded: 1", "connect to the target"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn somebody_who_is_faster_is_left_alone() {
    let world = World::new(Upsets::default());
    world.visible(FIRST);
    world.replications.expect_rival();
    assert_eq!(world.status(), Status::Running);
    assert_eq!(world.replications.runs().len(), 1, "that of the other");
    // Whatever the other one has read, the batch is loaded afterwards.
    world.replications.finish();
    assert_eq!(world.status(), Status::Reloaded);
    assert_eq!(world.read().last().map(String::as_str), Some(FIRST));
}
