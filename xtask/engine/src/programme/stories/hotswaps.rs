//! New code that goes straight to its functions.

use super::super::stage::STACKS;
use super::Verdict;
use super::scene::{Scene, ensure};
use crate::cloud::StackStatus;
use crate::target::Wishes;

/// Functions run it before their stacks are done; the stacks get there by themselves.
pub(super) fn only_code(scene: &mut Scene<'_>) -> Verdict {
    let target = &scene.grounds.other_code;
    let wishes = Wishes { hotswap: true, ..Wishes::default() };
    scene.rough(target, &wishes)?;
    let done = scene.deploy(target, &wishes).map_err(|failure| failure.to_string())?;
    if scene.is_calm() {
        ensure(done.swapped.len() == 4, || format!("only {:?} were swapped", done.swapped))?;
        let busy = scene.status(1).is_some_and(|status| status == StackStatus::UpdateInProgress);
        ensure(busy, || "it waited for the stacks".to_owned())?;
    }
    let codes: Vec<_> = target.archives.iter().map(|archive| archive.key.clone()).collect();
    for thing in scene.bench.world.borrow().things.values() {
        let new = thing.code.as_ref().is_none_or(|code| codes.contains(code));
        ensure(new, || format!("a function still runs {:?}", thing.code))?;
    }
    scene.deployed(target)?;
    scene.stands_as(target)
}

/// More than code goes the whole way.
pub(super) fn more_than_code(scene: &mut Scene<'_>) -> Verdict {
    let target = &scene.grounds.larger;
    let wishes = Wishes { hotswap: true, ..Wishes::default() };
    scene.rough(target, &wishes)?;
    let done = scene.deploy(target, &wishes).map_err(|failure| failure.to_string())?;
    ensure(done.swapped.is_empty(), || format!("{:?} were swapped", done.swapped))?;
    let ended = STACKS
        .iter()
        .enumerate()
        .all(|(stack, _)| scene.status(stack).is_some_and(|status| !status.name().ends_with("_IN_PROGRESS")));
    ensure(ended, || "it did not wait for the stacks".to_owned())?;
    scene.stands_as(target)
}
