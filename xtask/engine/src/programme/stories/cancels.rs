//! What was begun is taken back.

use super::super::stage::{LARGEST, STACKS, stage};
use super::Verdict;
use super::scene::{Scene, ensure};
use crate::cloud::{StackStatus, Standing};
use crate::sim::Weather;
use crate::target::Wishes;

/// Updates of ours are rolled back; creations go on; then the same deploy does (fault 8).
pub(super) fn takes_back(scene: &mut Scene<'_>) -> Verdict {
    let target = stage(LARGEST);
    if scene.way % 4 == 3 {
        let empty = &scene.grounds.empty;
        scene.from(empty);
    }
    let bench = &scene.bench;
    let run = bench.run("interrupted", Weather::default()).interrupted_in(scene.chance.u64(2_000..9_000));
    let end = bench.clock.run(run.deploy(bench, &target, &Wishes::default()));
    bench.clock.forget();
    drop(end.ok_or("it does not end")?);
    let updating = |number: &usize| scene.status(*number) == Some(StackStatus::UpdateInProgress);
    let updating: Vec<_> = (0..STACKS.len()).filter(updating).collect();
    let canceller = bench.run("canceller", Weather::default());
    let end = bench.clock.run(canceller.cancel(bench, &target));
    bench.clock.forget();
    bench.rest();
    let stands = end.ok_or("cancelling does not end")?.map_err(|failure| failure.to_string())?;
    for number in updating {
        // One may have ended before it could be cancelled.
        let told = stands.iter().find(|state| state.name == STACKS[number]).map(|state| state.status);
        let (told, now) = (told.or(Some(StackStatus::UpdateComplete)), scene.status(number));
        let ended = [StackStatus::UpdateRollbackComplete, StackStatus::UpdateComplete];
        let well = now.is_some_and(|now| ended.contains(&now)) && now == told;
        ensure(well, || format!("{} is {now:?}, and {told:?} was told", STACKS[number]))?;
    }
    scene.sound(&[])?;
    scene.rough(&target, &Wishes::default())?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// Somebody else's update goes on.
pub(super) fn leaves_strangers_alone(scene: &mut Scene<'_>) -> Verdict {
    let stack = scene.way % STACKS.len();
    let (bench, target) = (&scene.bench, &scene.grounds.first);
    let now = bench.clock.now();
    bench.world.borrow_mut().bring_into(now, STACKS[stack], StackStatus::UpdateInProgress, "console");
    let run = bench.run("canceller", Weather::default());
    let end = bench.clock.run(run.cancel(bench, target));
    bench.clock.forget();
    let cancelled = end.ok_or("cancelling does not end")?.map_err(|failure| failure.to_string())?;
    ensure(cancelled.is_empty(), || format!("{} was cancelled", STACKS[stack]))?;
    bench.rest();
    let ended = scene.status(stack);
    ensure(ended == Some(StackStatus::UpdateComplete), || format!("it ended as {ended:?}"))?;
    ensure(ended.is_some_and(|status| status.standing() == Standing::Settled), String::new)
}
