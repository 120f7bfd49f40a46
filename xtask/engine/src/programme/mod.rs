//! The programme: what a deploy has to survive, tried against the simulated cloud.

mod bench;
mod cells;
mod crashes;
mod interruptions;
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
use crate::target::Target;
use cells::cells;
use random::KINDS;

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
    let own = interruptions::own();
    let mut scenarios: Vec<_> = own.iter().map(|story| story.once_at_every_call(number, of)).collect();
    scenarios.extend(own.first().map(|create| create.twice_at_every_pair(number, of)));
    let schemas = schemas();
    let theirs = sets().into_iter().flat_map(|set| interruptions::of(set, &schemas));
    scenarios.extend(theirs.map(|story| story.once_at_every_call(number, of)));
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
    let fault = |scenarios: Vec<Scenario>| {
        let wrong = scenarios.into_iter().find(|scenario| scenario.violations > 0)?;
        Some(format!("{}: {}", wrong.name, wrong.first_fault.unwrap_or_default()))
    };
    let interrupted = || interruptions::own().iter().find_map(|story| fault(vec![story.once_at_every_call(0, 1)]));
    let drawn = || {
        let fixtures = Fixtures::new();
        let mut drawn: Vec<_> = KINDS.iter().map(|name| Scenario::named(name)).collect();
        (0..seeds).find_map(|seed| {
            fixtures.note(&mut drawn, seed);
            fault(drawn.clone())
        })
    };
    fault(cells()).or_else(stories::first_fault).or_else(drawn).or_else(interrupted)
}

/// A schedule with every call and answer, of those that are not drawn; `None` where the seed is a drawn one's.
fn traced(seed: u64) -> Option<(Vec<String>, Result<(), String>)> {
    stories::traced(seed).or_else(|| cells::traced(seed)).or_else(|| interruptions::traced(seed))
}

#[cfg(test)]
mod tests {
    use super::bench::Bench;
    use super::stage::{FIRST, LARGER, stage};
    use super::*;
    use crate::sim::FewSchemas;

    #[test]
    fn a_calm_deploy_creates_updates_and_then_has_nothing_to_do() {
        let bench = Bench::new(1, Rc::new(FewSchemas));
        let first = stage(FIRST);
        let done = bench.calm("only", &first).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(done.done.stacks.len(), 4);
        assert!(!bench.plan(&first, &crate::target::Wishes::default()).unwrap().changes());
        let done = bench.calm("only", &stage(LARGER)).unwrap_or_else(|failure| panic!("{failure}"));
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
