//! Runs that do not see the end of what they began: it goes on in AWS, and a later run finishes it.

use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::failure::Exit;
use crate::sim::Weather;
use crate::target::{Target, Wishes};

fn some_target(scene: &mut Scene<'_>) -> Target {
    let grounds = scene.grounds;
    if scene.chance.bool() {
        scene.from(&grounds.empty);
    }
    [&grounds.first, &grounds.larger, &grounds.other_code][scene.chance.usize(0..3)].clone()
}

/// Asked not to wait, it says how to follow; the same command goes on (fault 8).
pub(super) fn goes_on(scene: &mut Scene<'_>) -> Verdict {
    let target = some_target(scene);
    let wishes = Wishes { detach: true, ..Wishes::default() };
    scene.rough(&target, &wishes)?;
    let mut ended = false;
    for _ in 0..10 {
        let before = scene.begun();
        match scene.deploy(&target, &wishes) {
            Ok(done) => {
                let detached = done.done.stacks.iter().any(|applied| applied.detached);
                ensure(detached || scene.begun() == before, || "it waited, though it was asked not to".to_owned())?;
                ended = !detached;
            }
            end => drop(failed(end, Exit::StillRunning, &["goes on in AWS", "cargo xtask deploy --stage sim"])?),
        }
        let holder = scene.bench.world.borrow().holder(&target.bucket);
        ensure(holder != Some(scene.last()), || "it keeps the lease".to_owned())?;
        if scene.chance.bool() {
            scene.bench.rest();
        }
    }
    ensure(ended, || "it never comes to its end".to_owned())?;
    scene.stands_as(&target)
}

/// What was begun goes on without them (fault 4).
pub(super) fn expired(scene: &mut Scene<'_>) -> Verdict {
    let target = some_target(scene);
    let before = scene.begun();
    let weather = Weather { expires_at: Some(1 + scene.way % 100), ..Weather::default() };
    let (end, _) = scene.bench.deploy("expiring", &target, &Wishes::default(), weather);
    let end = end.ok_or("it does not end")?;
    if end.is_err() {
        let words: &[&str] = if scene.begun() == before { &["expired"] } else { &["expired", "goes on in AWS"] };
        failed(end, Exit::StillRunning, words)?;
    }
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// Somebody no longer wants to wait; others need not wait for it either (fault 8).
pub(super) fn interrupted(scene: &mut Scene<'_>) -> Verdict {
    let target = some_target(scene);
    let run = scene.bench.run("interrupted", Weather::default()).interrupted_in(scene.chance.u64(0..30_000));
    let end = scene.bench.clock.run(run.deploy(&scene.bench, &target, &Wishes::default()));
    scene.bench.clock.forget();
    let end = end.ok_or("it does not end")?;
    if end.is_err() {
        failed(end, Exit::StillRunning, &["detached", "goes on in AWS", "cargo xtask deploy --stage sim"])?;
    }
    let holder = scene.bench.world.borrow().holder(&target.bucket);
    ensure(holder.is_none(), || "it keeps the lease".to_owned())?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}
