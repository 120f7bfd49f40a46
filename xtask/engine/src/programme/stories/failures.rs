//! Operations that fail, and what is done about it.

use super::super::stage::{STACKS, altered};
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::cloud::StackStatus;
use crate::failure::Exit;
use crate::sim::Failing;
use crate::target::{Target, Wishes};

const NOT_YET: &str = "The role defined for the function cannot be assumed by Lambda.";
const NEVER: &str = "Resource limit exceeded";

fn fails(scene: &Scene<'_>, id: &str, times: u32, reason: &'static str) {
    let failing = Failing { logical_id: id.to_owned(), times, reason };
    scene.change(|world| world.climate.failing = vec![failing]);
}

/// A stage in which the function of this name changes, from nothing or from what stands.
fn with_function(scene: &mut Scene<'_>) -> (&'static str, Target) {
    let function = ["storeFunction", "consolidateFunction", "loadFunction"][scene.way / 2 % 3];
    if scene.way.is_multiple_of(2) {
        let empty = &scene.grounds.empty;
        scene.from(empty);
        return (function, scene.grounds.first.clone());
    }
    (function, scene.grounds.other_code.clone())
}

/// Once, it is not in force yet; the same again does (fault 17).
pub(super) fn passing(scene: &mut Scene<'_>) -> Verdict {
    let (function, target) = with_function(scene);
    fails(scene, function, 1, NOT_YET);
    scene.rough(&target, &Wishes::default())?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// What does not heal is told with its cause and its remedy, and healed later.
pub(super) fn lasting(scene: &mut Scene<'_>) -> Verdict {
    let (function, target) = with_function(scene);
    fails(scene, function, 5, NOT_YET);
    let words = [function, "cannot be assumed", "the role was not yet in force", "cargo xtask deploy"];
    let text = failed(scene.deploy(&target, &Wishes::default()), Exit::Failed, &words)?;
    ensure(!text.contains("cancelled"), || format!("a consequence is told as the cause: {text}"))?;
    let left: u32 = scene.bench.world.borrow().climate.failing.iter().map(|failing| failing.times).sum();
    ensure(left == 3, || format!("it was tried {} times", 5 - left))?;
    scene.rough(&target, &Wishes::default())?;
    fails(scene, function, 0, NOT_YET);
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// A rollback that failed is gone on with, leaving out only what was named.
pub(super) fn rollback(scene: &mut Scene<'_>) -> Verdict {
    let target = scene.grounds.larger.clone();
    // Two stacks at the same time, of which each knows only its own resources.
    fails(scene, "Extra", 1, NEVER);
    let second = scene.way % 3 == 2;
    scene.change(|world| {
        world.climate.rollback_fails = vec!["Files".to_owned()];
        if second {
            let failing = Failing { logical_id: "Stream".to_owned(), times: 1, reason: NEVER };
            world.climate.failing.push(failing);
            world.climate.rollback_fails.push("Failures".to_owned());
        }
    });
    let words = ["sim-", "UPDATE_ROLLBACK_FAILED", NEVER, "quota"];
    failed(scene.deploy(&target, &Wishes::default()), Exit::Failed, &words)?;
    ensure(scene.status(2) == Some(StackStatus::UpdateRollbackFailed), || "the rollback did not fail".to_owned())?;
    // Without a name it is tried again, and fails again.
    failed(scene.deploy(&target, &Wishes::default()), Exit::Failed, &["UPDATE_ROLLBACK_FAILED", "--skip"])?;
    let skip = Wishes { skip: vec!["Files".to_owned(), "Failures".to_owned()], ..Wishes::default() };
    if scene.way.is_multiple_of(3) {
        scene.change(|world| world.climate.rollback_fails.clear());
        scene.rough(&target, &Wishes::default())?;
        scene.deployed(&target)?;
    } else {
        scene.rough(&target, &skip)?;
        scene.deploy(&target, &skip).map_err(|failure| failure.to_string())?;
    }
    scene.stands_as(&target)
}

/// What could not be cleared up is never deleted without a word.
pub(super) fn stuck(scene: &mut Scene<'_>) -> Verdict {
    let (empty, target) = (&scene.grounds.empty, scene.grounds.first.clone());
    scene.from(empty);
    fails(scene, "storeFunction", 1, NEVER);
    scene.change(|world| world.climate.rollback_fails = vec!["Failures".to_owned(), "Stream".to_owned()]);
    failed(scene.deploy(&target, &Wishes::default()), Exit::Failed, &["sim-stream", NEVER, "quota"])?;
    if scene.status(1) != Some(StackStatus::RollbackFailed) {
        // It failed before either of them was made.
        scene.deployed(&target)?;
        return scene.stands_as(&target);
    }
    let words =
        ["sim-stream (ROLLBACK_FAILED)", "it does not want to", "cargo xtask destroy --stage sim --only sim-stream"];
    scene.asks(&words, || scene.deploy(&target, &Wishes::default()))?;
    scene.rough(&target, &Wishes::default())?;
    ensure(scene.status(1) == Some(StackStatus::RollbackFailed), || "it was touched".to_owned())
}

/// What failed and was left as it is, is tried again until it does (fault 2).
pub(super) fn halted(scene: &mut Scene<'_>) -> Verdict {
    let target = scene.grounds.larger.clone();
    let now = scene.bench.clock.now();
    let status = [StackStatus::UpdateFailed, StackStatus::CreateFailed][scene.way % 2];
    scene.change(|world| world.bring_into(now, STACKS[2], status, "console"));
    fails(scene, "Extra", 2, NEVER);
    failed(scene.deploy(&target, &Wishes::default()), Exit::Failed, &["UPDATE_FAILED", NEVER])?;
    scene.rough(&target, &Wishes::default())?;
    fails(scene, "Extra", 0, NEVER);
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// What could not be cleared up after an update that is done all the same is listed (fault 22).
pub(super) fn leftovers(scene: &mut Scene<'_>) -> Verdict {
    let target = altered(&scene.grounds.first, 1, |value| {
        if let Some(resources) = value["Resources"].as_object_mut() {
            resources.remove("Mapping");
        }
    });
    scene.change(|world| world.climate.deletion_fails = vec!["Mapping".to_owned()]);
    let done = scene.deployed(&target)?;
    let left: Vec<_> = done.done.stacks.iter().flat_map(|applied| &applied.leftovers).collect();
    let told = left.len() == 1 && left[0].contains("Mapping") && left[0].contains("dependent object");
    ensure(told, || format!("it does not list what is left: {left:?}"))?;
    scene.stands_as(&target)
}
