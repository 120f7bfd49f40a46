//! Where a story is told: a cloud as it stands before, and what a story does with it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::bench::{Bench, End};
use super::super::random::{judge_end, rough};
use super::super::stage::{FIRST, LARGER, OTHER_CODE, STACKS, UNLINKED, Version, partly, stage, unkept};
use super::Verdict;
use crate::apply::{Deployed, Destroyed};
use crate::cloud::StackStatus;
use crate::failure::{Exit, Failure, Outcome};
use crate::sim::{FewSchemas, Upset, Weather, World};
use crate::target::{Target, Wishes};

/// What stories begin with, made once for all of them.
pub(super) struct Grounds {
    pub empty: Bench,
    pub standing: Bench,
    /// With the first two stacks only.
    pub half: Bench,
    /// As `standing`, but without any policy that keeps data.
    pub unkept: Bench,
    pub first: Target,
    pub larger: Target,
    pub other_code: Target,
    pub unlinked: Target,
    pub careless: Target,
}

impl Grounds {
    pub(super) fn new() -> Self {
        let empty = Bench::new(1, Rc::new(FewSchemas));
        let [first, larger, other_code, unlinked] =
            [FIRST, LARGER, OTHER_CODE, UNLINKED].map(|version: Version| stage(version));
        let careless = unkept(FIRST);
        let with = |target: &Target| {
            let bench = empty.again(1);
            // What cannot be set up shows in every story.
            let _ = bench.calm("setup", target);
            bench
        };
        let (standing, half, unkept) = (with(&first), with(&partly(FIRST, 2)), with(&careless));
        Self { empty, standing, half, unkept, first, larger, other_code, unlinked, careless }
    }

    pub(super) fn trace(&self, into: &Rc<RefCell<Vec<String>>>) {
        for bench in [&self.empty, &self.standing, &self.half, &self.unkept] {
            bench.world.borrow_mut().ledger.trace = Some(Rc::clone(into));
        }
    }
}

/// One way in which a story is told.
pub(super) struct Scene<'a> {
    pub grounds: &'a Grounds,
    pub bench: Bench,
    pub chance: fastrand::Rng,
    /// Which way of its story this is, from 0 on.
    pub way: usize,
    runs: Cell<u32>,
}

impl<'a> Scene<'a> {
    /// With a stage that stands.
    pub(super) fn new(grounds: &'a Grounds, seed: u64) -> Self {
        let way = usize::try_from(seed % super::SEEDS).unwrap_or_default();
        let chance = fastrand::Rng::with_seed(seed);
        let mut scene = Self { grounds, bench: grounds.standing.clone(), chance, way, runs: Cell::new(0) };
        scene.from(&grounds.standing);
        scene
    }

    /// With the cloud as it stands there.
    pub(super) fn from(&mut self, bench: &Bench) {
        self.bench = bench.again(self.chance.u64(..));
        self.bench.one_machine = self.chance.bool();
        let mut world = self.bench.world.borrow_mut();
        world.climate.stale_reads = self.chance.u32(0..4);
        world.climate.page = self.chance.usize(1..7);
    }

    /// Every fourth way is told in good weather throughout.
    pub(super) fn is_calm(&self) -> bool {
        self.way.is_multiple_of(4)
    }

    pub(super) fn name(&self) -> String {
        self.runs.set(self.runs.get() + 1);
        self.last()
    }

    /// The name of the run before.
    pub(super) fn last(&self) -> String {
        format!("run-{}", self.runs.get())
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.bench.world.borrow_mut());
    }

    /// A deploy in good weather.
    pub(super) fn deploy(&self, target: &Target, wishes: &Wishes) -> Outcome<Deployed> {
        ended(self.bench.deploy(&self.name(), target, wishes, Weather::default()).0)
    }

    /// One that has to do its work.
    pub(super) fn deployed(&self, target: &Target) -> Result<Deployed, String> {
        self.deploy(target, &Wishes::default()).map_err(|failure| failure.to_string())
    }

    /// Some deploys in bad weather, which may end in any way; none in a calm way.
    pub(super) fn rough(&mut self, target: &Target, wishes: &Wishes) -> Verdict {
        for _ in 0..self.attempts() {
            let (name, weather) = (self.name(), rough(&mut self.chance));
            judge_end(self.bench.deploy(&name, target, wishes, weather).0.as_ref())?;
        }
        Ok(())
    }

    /// One deploy that is killed before this call, if it comes to it.
    pub(super) fn cut_off(&self, target: &Target, call: usize) {
        let weather = Weather { upset: Some((call, Upset::KilledBefore)), ..Weather::default() };
        self.bench.deploy(&self.name(), target, &Wishes::default(), weather);
    }

    fn attempts(&mut self) -> usize {
        if self.is_calm() { 0 } else { self.chance.usize(1..3) }
    }

    pub(super) fn destroy(&self, target: &Target, wishes: &Wishes) -> Outcome<Destroyed> {
        ended(self.bench.destroy(&self.name(), target, wishes, Weather::default()).0)
    }

    pub(super) fn rough_destroy(&mut self, target: &Target, wishes: &Wishes) -> Verdict {
        for _ in 0..self.attempts() {
            let (name, weather) = (self.name(), rough(&mut self.chance));
            judge_end(self.bench.destroy(&name, target, wishes, weather).0.as_ref())?;
        }
        Ok(())
    }

    /// How many operations were begun on each stack.
    pub(super) fn begun(&self) -> BTreeMap<String, u32> {
        self.bench.world.borrow().ledger.begun.clone()
    }

    /// Nothing that the engine must never do was done. `allowed` are the resources that were named.
    pub(super) fn sound(&self, allowed: &[&str]) -> Verdict {
        let allowed: Vec<_> = allowed.iter().map(|id| (*id).to_owned()).collect();
        let faults = self.bench.faults(&allowed);
        ensure(faults.is_empty(), || faults.join("; "))
    }

    /// The stage stands as a fresh deploy of this target would make it, and nothing is left to do.
    pub(super) fn stands_as(&self, target: &Target) -> Verdict {
        let plan = self.bench.plan(target, &Wishes::default()).map_err(|failure| failure.to_string())?;
        ensure(!plan.changes(), || "there is still something to change".to_owned())?;
        let world = self.bench.world.borrow();
        for wanted in &target.stacks {
            let stack = world.stack(&wanted.name).ok_or_else(|| format!("{} is not there", wanted.name))?;
            let same = stack.template == wanted.template && stack.state.parameters == wanted.parameters;
            ensure(same, || format!("{} is not as it should be", wanted.name))?;
        }
        drop(world);
        self.sound(&[])
    }

    /// It ends with the question of somebody who has to decide, in these words, and nothing is begun.
    pub(super) fn asks<T>(&self, words: &[&str], work: impl FnOnce() -> Outcome<T>) -> Verdict {
        let before = self.begun();
        let failure = failed(work(), Exit::Decision, words)?;
        ensure(self.begun() == before, || format!("something was begun, and then: {failure}"))
    }

    pub(super) fn status(&self, stack: usize) -> Option<StackStatus> {
        self.bench.world.borrow().stack(STACKS[stack]).map(|stack| stack.state.status)
    }

    /// Whether a thing of this name exists, and whether a stack owns it.
    pub(super) fn thing(&self, name: &str) -> Option<bool> {
        self.bench.world.borrow().things.get(name).map(|thing| thing.owner.is_some())
    }
}

fn ended<T>(end: End<T>) -> Outcome<T> {
    end.unwrap_or_else(|| Err(Failure::new("it does not end").hint("nothing")))
}

/// A failure with this exit code, and with all of these words in its text.
pub(super) fn failed<T>(end: Outcome<T>, exit: Exit, words: &[&str]) -> Result<String, String> {
    judge_end(Some(&end))?;
    let Err(failure) = end else { return Err(format!("it should fail, and say {words:?}")) };
    let text = failure.to_string();
    ensure(failure.exit == exit, || format!("it should end with {exit:?}, not with {:?}: {text}", failure.exit))?;
    match words.iter().find(|word| !text.contains(**word)) {
        Some(word) => Err(format!("it does not say '{word}': {text}")),
        None => Ok(text),
    }
}

pub(super) fn ensure(good: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if good { Ok(()) } else { Err(otherwise()) }
}
