//! The programme: what a deploy has to survive, tried against the simulated cloud.

mod bench;
mod cells;
mod crashes;
mod random;
mod report;
mod stage;
mod stories;

use std::rc::Rc;
use std::thread;
use std::time::Instant;

pub use random::Fixtures;
pub use report::{Report, Scenario};

use crate::cloud::StackStatus as S;
use crate::schemas::Schemas;
use crate::sim::FewSchemas;
use crate::target::Target;
use bench::Bench;
use cells::cells;
use crashes::{Story, What};
use random::KINDS;
use stage::{FIRST, LARGER, LARGEST, OTHER_CODE, STACKS, stage};

/// A stage to interrupt: as it is first, and as it is to become.
pub struct Set {
    pub name: String,
    pub first: Target,
    pub changed: Target,
    pub other_code: Target,
}

/// Runs all of it, on as many threads as there are processors. `sets` makes the stages to interrupt beside the programme's
/// own: anew on each thread, since a stage does not leave its thread.
pub fn run(seeds: u64, sets: &(dyn Fn() -> Vec<Set> + Sync), schemas: &(dyn Fn() -> Rc<dyn Schemas> + Sync)) -> Report {
    let started = Instant::now();
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let mut parts = thread::scope(|scope| {
        let working: Vec<_> =
            (0..threads).map(|number| scope.spawn(move || share(number, threads, seeds, sets, schemas))).collect();
        let joined = working.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Vec<_>>()
    })
    .into_iter();
    let mut scenarios = parts.next().unwrap_or_default();
    for part in parts {
        for (whole, part) in scenarios.iter_mut().zip(part) {
            whole.join(part);
        }
    }
    Report::of(scenarios, started.elapsed().as_millis())
}

/// What one of the threads does.
fn share(
    number: usize,
    of: usize,
    seeds: u64,
    sets: &dyn Fn() -> Vec<Set>,
    schemas: &dyn Fn() -> Rc<dyn Schemas>,
) -> Vec<Scenario> {
    let own = four_stacks();
    let few: Rc<dyn Schemas> = Rc::new(FewSchemas);
    let mut scenarios = interrupted(&own, &few, number, of);
    scenarios.extend(recovering(&few, number, of));
    let largest =
        Story { name: "four stacks: create".to_owned(), from: Bench::new(1, few), what: What::Deploy(&own.first) };
    scenarios.push(largest.twice_at_every_pair(number, of));
    let schemas = schemas();
    scenarios.extend(sets().iter().flat_map(|set| interrupted(set, &schemas, number, of)));
    scenarios.extend(if number == 0 { cells() } else { cells::none() });
    scenarios.extend(stories::told(number, of));
    let fixtures = Fixtures::new();
    let mut drawn: Vec<_> = KINDS.iter().map(|name| Scenario::named(name)).collect();
    for seed in (0..seeds).filter(|seed| seed % of as u64 == number as u64) {
        fixtures.note(&mut drawn, seed);
    }
    scenarios.extend(drawn);
    scenarios
}

/// Shorter, on one thread, and only to the first schedule that goes wrong: for an engine that is known to be wrong.
pub fn probe(seeds: u64) -> Option<String> {
    let few: Rc<dyn Schemas> = Rc::new(FewSchemas);
    let fault = |scenarios: Vec<Scenario>| {
        let wrong = scenarios.into_iter().find(|scenario| scenario.violations > 0)?;
        Some(format!("{}: {}", wrong.name, wrong.first_fault.unwrap_or_default()))
    };
    let drawn = || {
        let fixtures = Fixtures::new();
        let mut drawn: Vec<_> = KINDS.iter().map(|name| Scenario::named(name)).collect();
        (0..seeds).find_map(|seed| {
            fixtures.note(&mut drawn, seed);
            fault(drawn.clone())
        })
    };
    fault(cells())
        .or_else(stories::first_fault)
        .or_else(drawn)
        .or_else(|| fault(interrupted(&four_stacks(), &few, 0, 1)))
        .or_else(|| fault(recovering(&few, 0, 1)))
}

fn four_stacks() -> Set {
    Set { name: "four stacks".to_owned(), first: stage(FIRST), changed: stage(LARGEST), other_code: stage(OTHER_CODE) }
}

/// Every call of a deploy that begins with a stack that an earlier one left in an odd state, and of a destroy that has to
/// write the policies anew.
fn recovering(schemas: &Rc<dyn Schemas>, number: usize, of: usize) -> Vec<Scenario> {
    let standing = Bench::new(1, Rc::clone(schemas));
    let _ = standing.calm("setup", &stage(FIRST));
    let unkept = Bench::new(1, Rc::clone(schemas));
    let _ = unkept.calm("setup", &stage::unkept(FIRST));
    let (larger, careless) = (stage(LARGER), stage::unkept(FIRST));
    let left = [S::ReviewInProgress, S::RollbackComplete, S::UpdateRollbackFailed, S::UpdateFailed].map(|status| {
        let from = standing.again(1);
        let now = from.clock.now();
        from.world.borrow_mut().bring_into(now, STACKS[2], status, "millrace-1-0123456789abcdef");
        Story { name: format!("four stacks: from {}", status.name()), from, what: What::Deploy(&larger) }
    });
    let what = What::DestroyAndKeep(&careless);
    let rewriting = Story { name: "four stacks: destroy, with other policies".to_owned(), from: unkept, what };
    left.into_iter().chain([rewriting]).map(|story| story.once_at_every_call(number, of)).collect()
}

/// Every call of every command on a stage, in every way.
fn interrupted(set: &Set, schemas: &Rc<dyn Schemas>, number: usize, of: usize) -> Vec<Scenario> {
    let nothing = Bench::new(1, Rc::clone(schemas));
    let standing = nothing.again(1);
    // A stage that cannot be set up shows in each of its stories.
    let _ = standing.calm("setup", &set.first);
    let stories = [
        ("create", &nothing, What::Deploy(&set.first)),
        ("update", &standing, What::Deploy(&set.changed)),
        ("code only", &standing, What::Deploy(&set.other_code)),
        ("only code, at once", &standing, What::Hotswap(&set.other_code)),
        ("destroy", &standing, What::Destroy(&set.first)),
        ("destroy, keeping data", &standing, What::DestroyAndKeep(&set.first)),
    ];
    stories
        .into_iter()
        .map(|(name, from, what)| Story { name: format!("{}: {name}", set.name), from: from.again(1), what })
        .map(|story| story.once_at_every_call(number, of))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calm_deploy_creates_updates_and_then_has_nothing_to_do() {
        let bench = Bench::new(1, Rc::new(FewSchemas));
        let first = stage(FIRST);
        let done = bench.calm("only", &first).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(done.done.stacks.len(), 4);
        assert!(!bench.plan(&first, &crate::target::Wishes::default()).unwrap().changes());
        let done = bench.calm("only", &stage(stage::LARGER)).unwrap_or_else(|failure| panic!("{failure}"));
        let changed: Vec<_> = done.done.stacks.iter().map(|applied| applied.changed).collect();
        assert_eq!(changed, [false, true, true, false]);
        assert_eq!(bench.faults(&[]), Vec::<String>::new());
    }

    /// The whole programme with few seeds; `cargo xtask simulate` runs it with many.
    #[test]
    fn the_programme_finds_nothing() {
        let report = run(2_000, &Vec::new, &|| Rc::new(FewSchemas));
        assert_eq!(report.violations, 0, "{report}");
        assert!(report.schedules > 30_000, "{report}");
        let cells = report.scenarios.iter().find(|scenario| scenario.name == "every status and command").unwrap();
        assert_eq!(cells.converged, 120);
    }
}
