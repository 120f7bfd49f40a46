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

use crate::schemas::Schemas;
use crate::sim::FewSchemas;
use crate::target::Target;
use bench::Bench;
use cells::cells;
use crashes::{Story, What};
use random::KINDS;
use stage::{FIRST, LARGEST, OTHER_CODE, stage};

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
        working.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
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
    let own = Set {
        name: "four stacks".to_owned(),
        first: stage(FIRST),
        changed: stage(LARGEST),
        other_code: stage(OTHER_CODE),
    };
    let few: Rc<dyn Schemas> = Rc::new(FewSchemas);
    let mut scenarios = interrupted(&own, &few, number, of);
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
        ("destroy", &standing, What::Destroy(&set.first)),
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
