//! Runs to which something happens at each call to S3: the same batch again ends as if nothing had happened.

use runtime::{
    Fault,
    testing::{Upset, Upsets},
};

use crate::bench::{FORMATS, World};

#[test]
fn a_run_that_dies_at_any_call_is_finished_by_the_next() {
    for format in FORMATS {
        let whole = World::new(format, Upsets::default());
        whole.run().unwrap();
        whole.assert_whole(0, "undisturbed");
        let calls = whole.upsets.calls();
        assert!(calls > 15, "{calls} calls");
        for call in 1..=calls {
            for upset in [Upset::CrashBefore, Upset::CrashAfter, Upset::After, Upset::Before(Fault::Passing)] {
                let what = format!("{format:?}: {upset:?} at call {call} of {calls}");
                let world = World::new(format, Upsets::default().at(call, upset));
                let first = world.run();
                world.upsets.take_crash();
                assert!(first.is_err() || world.batch().contains_key("manifest.json"), "{what}");
                // Completing an upload that was completed is the one thing that cannot be repeated.
                let harmless = upset == Upset::Before(Fault::Passing);
                assert!(!harmless || first.is_ok(), "{what}: {}", first.err().unwrap_or_default());
                world.upsets.end();
                let again = world.run().unwrap();
                assert_eq!((again.response.pages, again.response.unchanged), (3, false), "{what}");
                world.assert_whole(0, &what);
                // One that was begun, and nobody heard its name or lived to take it back.
                assert!(world.objects.unfinished() <= usize::from(!harmless), "{what}");
                assert_eq!(world.batch().len(), 5, "{what}: three pages, how far it came, and the manifest");
            }
        }
    }
}

/// Killed, and then the source changes: what was stored is of another state, and is not mixed with it.
#[test]
fn a_run_that_dies_at_any_call_before_the_source_changes_begins_anew() {
    for format in FORMATS {
        let whole = World::new(format, Upsets::default());
        whole.run().unwrap();
        for call in 1..=whole.upsets.calls() {
            for second in [4, 9] {
                let what = format!("{format:?}: killed at call {call}, and again {second} calls later");
                // The second time while it begins anew.
                let upsets = Upsets::default().at(call, Upset::CrashAfter).at(call + second, Upset::CrashBefore);
                let world = World::new(format, upsets);
                assert!(world.run().is_err(), "{what}");
                world.upsets.take_crash();
                let is_pulled = world.batch().get("progress.json").is_some_and(|text| {
                    let progress: serde_json::Value = serde_json::from_slice(text).unwrap();
                    progress["next"].is_null()
                });
                world.course.lock().unwrap().state = 7;
                let _ = world.run();
                world.upsets.take_crash();
                world.upsets.end();
                world.run().unwrap();
                world.assert_whole(if is_pulled { 0 } else { 7 }, &what);
            }
        }
    }
}
