//! What is interrupted: every command on a stage, and deploys of stages that an earlier run left in an odd state.

use std::rc::Rc;

use super::Set;
use super::bench::Bench;
use super::crashes::{Story, What};
use super::stage::{FIRST, IMAGED, LARGER, LARGEST, OTHER_CODE, SIGNED, SIGNED_OTHER, STACKS, stage, unkept};
use crate::cloud::StackStatus as S;
use crate::schemas::Schemas;
use crate::sim::FewSchemas;

/// Their seeds begin here, and each one's so many after those of the one before it.
const FIRST_SEED: u64 = 3_000_000_000;
const SEEDS: u64 = 100_000_000;

/// The seeds of stages that were given from outside begin here.
const OTHERS: u64 = 9_000_000_000;

/// Those of the programme's own stage, the creation of it first.
pub(super) fn own() -> Vec<Story> {
    let few: Rc<dyn Schemas> = Rc::new(FewSchemas);
    let set = Set {
        name: "four stacks".to_owned(),
        first: stage(FIRST),
        changed: stage(LARGEST),
        other_code: stage(OTHER_CODE),
    };
    let mut stories = of(set, &few);
    stories.extend(recoveries(&few));
    stories.extend(images(&few));
    stories.extend(signatures(&few));
    for (story, first_seed) in stories.iter_mut().zip((FIRST_SEED..).step_by(100_000_000)) {
        story.first_seed = first_seed;
    }
    stories
}

/// One of them with every call and answer; `None` where the seed is none of theirs.
pub(super) fn traced(seed: u64) -> Option<(Vec<String>, Result<(), String>)> {
    let way = seed.checked_sub(FIRST_SEED)?;
    let number = usize::try_from(way / SEEDS).ok()?;
    Some(match own().get(number) {
        Some(story) => story.traced(way % SEEDS),
        None => (Vec::new(), Err("it is of a stage that was given from outside, and only tried as a whole".to_owned())),
    })
}

/// Every command on a stage.
pub(super) fn of(set: Set, schemas: &Rc<dyn Schemas>) -> Vec<Story> {
    let nothing = Bench::new(1, Rc::clone(schemas));
    let standing = nothing.again(1);
    // A stage that cannot be set up shows in each of its stories.
    let _ = standing.calm("setup", &set.first);
    let stories = [
        ("create", &nothing, What::Deploy(set.first.clone())),
        ("update", &standing, What::Deploy(set.changed)),
        ("code only", &standing, What::Deploy(set.other_code.clone())),
        ("only code, at once", &standing, What::Hotswap(set.other_code)),
        ("destroy", &standing, What::Destroy(set.first.clone())),
        ("destroy, keeping data", &standing, What::DestroyAndKeep(set.first)),
    ];
    let named = |(name, from, what): (&str, &Bench, What)| Story {
        name: format!("{}: {name}", set.name),
        from: from.again(1),
        what,
        first_seed: OTHERS,
    };
    stories.into_iter().map(named).collect()
}

/// A repository comes with the image that is put into it.
fn images(schemas: &Rc<dyn Schemas>) -> [Story; 2] {
    let nothing = Bench::new(1, Rc::clone(schemas));
    let standing = nothing.again(1);
    let _ = standing.calm("setup", &stage(FIRST));
    [("created with an image", nothing), ("its first image", standing)].map(|(name, from)| Story {
        name: format!("four stacks: {name}"),
        from,
        what: What::Deploy(stage(IMAGED)),
        first_seed: OTHERS,
    })
}

/// Code is signed before functions get it: from the beginning, from a day on, and with what is new.
fn signatures(schemas: &Rc<dyn Schemas>) -> [Story; 4] {
    let nothing = Bench::new(1, Rc::clone(schemas));
    let standing = |version| {
        let bench = nothing.again(1);
        let _ = bench.calm("setup", &stage(version));
        bench
    };
    let (unsigned, signed) = (standing(FIRST), standing(SIGNED));
    [
        ("created with signed code", nothing, What::Deploy(stage(SIGNED))),
        ("signed from now on", unsigned, What::Deploy(stage(SIGNED))),
        ("new signed code", signed.again(1), What::Deploy(stage(SIGNED_OTHER))),
        ("new signed code, at once", signed, What::Hotswap(stage(SIGNED_OTHER))),
    ]
    .map(|(name, from, what)| Story { name: format!("four stacks: {name}"), from, what, first_seed: OTHERS })
}

/// Deploys that begin with a stack that an earlier one left in an odd state, and a destroy that has to write the policies
/// anew.
fn recoveries(schemas: &Rc<dyn Schemas>) -> Vec<Story> {
    let standing = |target| {
        let bench = Bench::new(1, Rc::clone(schemas));
        let _ = bench.calm("setup", &target);
        bench
    };
    let (kept, careless) = (standing(stage(FIRST)), standing(unkept(FIRST)));
    let left = [S::ReviewInProgress, S::RollbackComplete, S::UpdateRollbackFailed, S::UpdateFailed].map(|status| {
        let from = kept.again(1);
        let now = from.clock.now();
        from.world.borrow_mut().bring_into(now, STACKS[2], status, "millrace-1-0123456789abcdef");
        let what = What::Deploy(stage(LARGER));
        Story { name: format!("four stacks: from {}", status.name()), from, what, first_seed: 0 }
    });
    let what = What::DestroyAndKeep(unkept(FIRST));
    let name = "four stacks: destroy, with other policies".to_owned();
    left.into_iter().chain([Story { name, from: careless, what, first_seed: 0 }]).collect()
}
