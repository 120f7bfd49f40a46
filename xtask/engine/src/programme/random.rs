//! Schedules drawn by a seed: weather, crashes, strangers, rivals. The same seed is the same schedule.

use std::cell::RefCell;
use std::rc::Rc;

use super::bench::{Bench, End};
use super::report::Scenario;
use super::stage::{FIRST, LARGER, LARGEST, OTHER_CODE, SIGNED, SIGNED_OTHER, STACKS, Version, partly, stage};
use crate::cloud::StackStatus;
use crate::failure::{Exit, Outcome};
use crate::sim::{Failing, FewSchemas, Upset, Weather};
use crate::target::{Target, Wishes};

/// What schedules begin from and lead to, made once for all of them.
pub struct Fixtures {
    starts: Vec<Bench>,
    targets: Vec<Target>,
    expected: Vec<String>,
}

/// The kinds of schedules, in the order in which seeds take turns.
pub(super) const KINDS: [&str; 5] =
    ["weather and crashes", "resources that fail", "two deployers", "strangers", "destroyed in any weather"];

const VERSIONS: [Version; 6] = [FIRST, LARGER, OTHER_CODE, LARGEST, SIGNED, SIGNED_OTHER];

/// Of the kinds, the one in which resources fail as often as they like, and the one with two deployers.
const FAILING: usize = 1;
const RIVALS: usize = 2;

/// How many calm runs a stage may take then, or where events are shown late, until nothing is left to do. Otherwise the
/// first has to do.
const CALM_RUNS: u32 = 6;

impl Default for Fixtures {
    fn default() -> Self {
        Self::new()
    }
}

impl Fixtures {
    pub fn new() -> Self {
        let from = |targets: &[Target]| {
            let bench = Bench::new(1, Rc::new(FewSchemas));
            for target in targets {
                // A start that cannot be made shows in every schedule.
                let _ = bench.calm("setup", target);
            }
            bench
        };
        let starts = vec![
            from(&[]),
            from(&[stage(FIRST)]),
            from(&[partly(FIRST, 2)]),
            from(&[stage(FIRST), stage(OTHER_CODE)]),
            from(&[stage(SIGNED)]),
        ];
        let targets: Vec<_> = VERSIONS.into_iter().map(stage).collect();
        let expected = targets.iter().map(|target| from(std::slice::from_ref(target)).outcome()).collect();
        Self { starts, targets, expected }
    }

    /// One schedule, noted where its kind is, which follows from the seed.
    pub(super) fn note(&self, kinds: &mut [Scenario], seed: u64) {
        let schedule = Schedule::draw(self, seed);
        kinds[schedule.kind].note(seed, self.judged(&schedule));
    }

    /// One schedule with every call and answer, to see what went wrong in it.
    pub fn traced(&self, seed: u64) -> (Vec<String>, Result<(), String>) {
        if let Some(told) = super::traced(seed) {
            return told;
        }
        let schedule = Schedule::draw(self, seed);
        let trace = Rc::new(RefCell::default());
        schedule.bench.world.borrow_mut().ledger.trace = Some(Rc::clone(&trace));
        let judged = self.judged(&schedule);
        (trace.take(), judged)
    }

    fn judged(&self, schedule: &Schedule<'_>) -> Result<(), String> {
        match schedule.kind {
            RIVALS => self.rivals(schedule),
            4 => schedule.destroyed(),
            _ => self.deployed(schedule),
        }
    }

    fn deployed(&self, schedule: &Schedule<'_>) -> Result<(), String> {
        let Schedule { bench, target, .. } = schedule;
        for (number, weather) in schedule.weathers.iter().enumerate() {
            let name =
                if schedule.weathers.len() == 1 && number == 0 { "only".to_owned() } else { format!("run-{number}") };
            let (end, _) = bench.deploy(&name, target, &schedule.wishes, weather.clone());
            judge_end(end.as_ref())?;
        }
        self.comes_to_rest(schedule)
    }

    /// In good weather the same command ends in what was wanted, whatever came before it.
    fn comes_to_rest(&self, schedule: &Schedule<'_>) -> Result<(), String> {
        let Schedule { bench, target, .. } = schedule;
        let wishes = Wishes { wait: true, ..Wishes::default() };
        let mut last = String::new();
        let late = bench.world.borrow().climate.late_events > 0;
        for round in 0..if late || schedule.kind == FAILING { CALM_RUNS } else { 1 } {
            let (end, _) = bench.deploy(&format!("calm-{round}"), target, &wishes, Weather::default());
            judge_end(end.as_ref())?;
            match end {
                None => return Err("a calm run does not end".to_owned()),
                Some(Err(failure)) => last = failure.to_string(),
                Some(Ok(_)) => {
                    let faults = bench.faults(&[]);
                    if !faults.is_empty() {
                        return Err(faults.join("; "));
                    }
                    let expected = &self.expected[schedule.wanted];
                    if bench.outcome() != *expected {
                        return Err(format!("it ends as\n{}\nnot\n{expected}", bench.outcome()));
                    }
                    if late {
                        bench.rest();
                    }
                    let plan = bench.plan(target, &wishes).map_err(|failure| failure.to_string())?;
                    return if plan.changes() { Err("there is still something to change".to_owned()) } else { Ok(()) };
                }
            }
        }
        Err(format!("it does not come to rest: {last}"))
    }

    /// Two at the same time with different wishes: whoever is second waits or is refused, and nothing is mixed.
    fn rivals(&self, schedule: &Schedule<'_>) -> Result<(), String> {
        let Schedule { bench, target, .. } = schedule;
        let other = &self.targets[schedule.other];
        let ends: RefCell<Vec<End<()>>> = RefCell::default();
        let both = [(*target, "one", 0), (other, "two", schedule.later)];
        let runs: Vec<_> = both
            .iter()
            .zip(&schedule.weathers)
            .map(|((target, name, later), weather)| (bench.run(name, weather.clone()), *target, *later))
            .collect();
        let work = runs.iter().map(|(run, target, later)| {
            let ends = &ends;
            async move {
                bench.clock.sleep(std::time::Duration::from_millis(*later)).await;
                let end = run.deploy(bench, target, &schedule.wishes).await;
                ends.borrow_mut().push(Some(end.map(drop)));
            }
        });
        bench.clock.run(futures_util::future::join_all(work));
        bench.rest();
        let faults = bench.faults(&[]);
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        let ends = ends.into_inner();
        for end in &ends {
            judge_end(end.as_ref())?;
        }
        let well = |end: &End<()>| matches!(end, Some(Ok(())));
        let refused = |end: &End<()>| matches!(end, Some(Err(failure)) if failure.exit == Exit::Decision);
        // What one begins that fell asleep after its last look at the lease, nobody can keep it from.
        let awake = schedule.weathers.iter().all(|weather| weather.sleeps.is_none());
        if awake && ends.len() == 2 && ends.iter().any(well) && ends.iter().all(|end| well(end) || refused(end)) {
            let outcome = bench.outcome();
            let whole = [schedule.wanted, schedule.other].iter().any(|wanted| outcome == self.expected[*wanted]);
            // What a stage had before, and neither of them names, is not theirs.
            if !whole {
                return Err(format!("two deploys are mixed:\n{outcome}"));
            }
        }
        if schedule.wanted == schedule.other || bench.outcome() == self.expected[schedule.wanted] {
            return self.comes_to_rest(schedule);
        }
        Ok(())
    }
}

/// An error says what to do next, and one that leaves something running says so.
pub(super) fn judge_end<T>(end: Option<&Outcome<T>>) -> Result<(), String> {
    match end {
        Some(Err(failure)) if !failure.to_string().contains("next:") => {
            Err(format!("an error does not say what to do next: {failure}"))
        }
        Some(Err(failure)) if failure.to_string().contains("cancelled") => {
            Err(format!("a consequence is told as the cause: {failure}"))
        }
        _ => Ok(()),
    }
}

/// What a seed stands for.
struct Schedule<'a> {
    kind: usize,
    bench: Bench,
    target: &'a Target,
    wanted: usize,
    other: usize,
    /// By how much the second of two begins later.
    later: u64,
    wishes: Wishes,
    /// Of each run before the calm ones.
    weathers: Vec<Weather>,
}

impl<'a> Schedule<'a> {
    fn draw(fixtures: &'a Fixtures, seed: u64) -> Self {
        let mut chance = fastrand::Rng::with_seed(seed);
        let kind = usize::try_from(seed % KINDS.len() as u64).unwrap_or_default();
        let start = if kind == 4 { 1 + chance.usize(0..3) } else { chance.usize(0..fixtures.starts.len()) };
        let mut bench = fixtures.starts[start].again(chance.u64(..));
        bench.one_machine = chance.bool();
        let wanted = chance.usize(0..VERSIONS.len());
        let target = &fixtures.targets[wanted];
        {
            let mut world = bench.world.borrow_mut();
            world.climate.stale_reads = chance.u32(0..4);
            world.climate.page = chance.usize(1..7);
            world.climate.late_events = if chance.u32(0..4) == 0 { chance.u64(0..3_000) } else { 0 };
            // Now and then, so long that nothing is heard for a while.
            world.climate.slowness = if chance.u32(0..100) == 0 { 8 } else { 1 };
            world.climate.failing_signatures = u32::from(chance.u32(0..10) == 0);
            if kind == FAILING {
                world.climate.failing = vec![failing(&mut chance, target)];
            }
            if kind == 3 {
                let now = bench.clock.now();
                let busy = [StackStatus::UpdateInProgress, StackStatus::UpdateRollbackInProgress];
                let stack = STACKS[chance.usize(0..STACKS.len())];
                world.bring_into(now, stack, busy[chance.usize(0..2)], "console");
            }
        }
        let runs = if kind == RIVALS { 2 } else { chance.usize(1..3) };
        let weathers = (0..runs).map(|_| weather(&mut chance, kind)).collect();
        let wishes = Wishes { wait: chance.bool(), hotswap: chance.bool(), ..Wishes::default() };
        let (other, later) = (chance.usize(0..VERSIONS.len()), chance.u64(0..60_000));
        Self { kind, bench, target, wanted, other, later, wishes, weathers }
    }

    fn destroyed(&self) -> Result<(), String> {
        let Self { bench, target, .. } = self;
        for (number, weather) in self.weathers.iter().enumerate() {
            let (end, _) = bench.destroy(&format!("run-{number}"), target, &Wishes::default(), weather.clone());
            judge_end(end.as_ref())?;
        }
        let (end, _) = bench.destroy("last", target, &Wishes::default(), Weather::default());
        match end {
            None => return Err("a calm destroy does not end".to_owned()),
            Some(Err(failure)) => return Err(failure.to_string()),
            Some(Ok(_)) => {}
        }
        let faults = bench.faults(&[]);
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        let world = bench.world.borrow();
        match STACKS.into_iter().find(|name| world.stack(name).is_some()) {
            Some(left) => Err(format!("{left} is still there")),
            None => Ok(()),
        }
    }
}

/// Throttling, lost answers, a kill, expired credentials: any of them, or none.
pub(super) fn rough(chance: &mut fastrand::Rng) -> Weather {
    weather(chance, 0)
}

fn weather(chance: &mut fastrand::Rng, kind: usize) -> Weather {
    let bad = chance.u32(0..3);
    // Two at a time are mostly left alone, so that what they do to each other shows; or one of them falls asleep.
    let rivals = kind == RIVALS;
    let dies = chance.u32(0..10) < if rivals { 2 } else { 7 };
    let sleeps = rivals && chance.u32(0..5) == 0;
    Weather {
        upset: dies.then(|| (chance.usize(1..90), Upset::ALL[chance.usize(0..3)])),
        throttled: bad * 40,
        unanswered: bad * 20,
        sleeps: sleeps.then(|| (chance.usize(1..90), chance.u64(1_000..200_000))),
        expires_at: (!rivals && chance.u32(0..10) == 0).then(|| chance.usize(1..90)),
    }
}

fn failing(chance: &mut fastrand::Rng, target: &Target) -> Failing {
    let ids: Vec<_> = target.stacks.iter().flat_map(|stack| stack.template.resources()).map(|(id, ..)| id).collect();
    let reasons = [
        "The role defined for the function cannot be assumed by Lambda.",
        "User: arn:aws:sts::1:assumed-role/deployer/x is not authorized to perform: sqs:CreateQueue on resource: y",
        "Resource limit exceeded",
    ];
    Failing {
        logical_id: ids[chance.usize(0..ids.len())].to_owned(),
        times: chance.u32(1..4),
        reason: reasons[chance.usize(0..reasons.len())],
    }
}
