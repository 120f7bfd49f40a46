//! A process that is killed before a call, after it, or whose reply is lost, at every call there is: the same command again
//! has to end in the same state.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;

use super::bench::{Bench, End};
use super::report::Scenario;
use crate::apply::Deployed;
use crate::failure::Outcome;
use crate::sim::{Upset, Weather};
use crate::target::{DeleteData, Target, Wishes};

/// What is interrupted.
pub(super) struct Story {
    pub name: String,
    /// How things stand before.
    pub from: Bench,
    pub what: What,
    /// Where its seeds begin.
    pub first_seed: u64,
}

/// A command, run from its beginning.
pub(super) enum What {
    Deploy(Target),
    /// New code, past the stacks.
    Hotswap(Target),
    /// With all data, which is named.
    Destroy(Target),
    /// With no data named.
    DestroyAndKeep(Target),
}

impl What {
    fn run(&self, bench: &Bench, name: &str, weather: Weather) -> (End<()>, usize) {
        match self {
            Self::Deploy(target) | Self::Hotswap(target) => {
                let wishes = Wishes { hotswap: matches!(self, Self::Hotswap(_)), ..Wishes::default() };
                let (end, calls) = bench.deploy(name, target, &wishes, weather);
                (end.map(|end| end.map(drop::<Deployed>)), calls)
            }
            Self::Destroy(target) | Self::DestroyAndKeep(target) => {
                let keeps = matches!(self, Self::DestroyAndKeep(_));
                let delete_data = if keeps { DeleteData::default() } else { DeleteData::All };
                let wishes = Wishes { delete_data, ..Wishes::default() };
                let (end, calls) = bench.destroy(name, target, &wishes, weather);
                (end.map(|end| end.map(drop)), calls)
            }
        }
    }

    fn allowed(&self, bench: &Bench) -> Vec<String> {
        match self {
            Self::Deploy(_) | Self::Hotswap(_) | Self::DestroyAndKeep(_) => Vec::new(),
            Self::Destroy(_) => bench.world.borrow().ledger.losses.iter().map(|(_, id)| id.clone()).collect(),
        }
    }
}

impl Story {
    /// How it ends undisturbed, and after how many calls.
    fn undisturbed(&self) -> Result<(String, usize), String> {
        let bench = self.from.again(1);
        let (end, calls) = self.what.run(&bench, "only", Weather::default());
        match end {
            Some(Ok(())) => {}
            Some(Err(failure)) => return Err(format!("undisturbed, it fails: {failure}")),
            None => return Err("undisturbed, it does not end".to_owned()),
        }
        bench.rest();
        let faults = bench.faults(&self.what.allowed(&bench));
        if faults.is_empty() { Ok((bench.outcome(), calls)) } else { Err(faults.join("; ")) }
    }

    /// Every call, in every way: a share of them, so that threads can divide it.
    pub(super) fn once_at_every_call(&self, share: usize, of: usize) -> Scenario {
        self.tried(&self.name, share, of, |calls| (1..=calls).map(|call| (call, 0)).collect())
    }

    /// Every call of the first run, and then every call of the second one; again a share of them.
    pub(super) fn twice_at_every_pair(&self, share: usize, of: usize) -> Scenario {
        let pairs =
            |calls: usize| (1..=calls).flat_map(|first| (1..=calls).map(move |second| (first, second))).collect();
        self.tried(&format!("{}, twice", self.name), share, of, pairs)
    }

    /// The calls at which the first and the second run are disturbed, 0 for none.
    fn tried(&self, name: &str, share: usize, of: usize, at: impl Fn(usize) -> Vec<(usize, usize)>) -> Scenario {
        let mut scenario = Scenario::named(name);
        let (expected, calls) = match self.undisturbed() {
            Ok(known) => known,
            Err(fault) => {
                scenario.note(self.first_seed, Err(fault));
                return scenario;
            }
        };
        for (first, second) in at(calls).into_iter().filter(|(first, _)| first % of == share) {
            for mode in 0..Upset::ALL.len() {
                let way = ((first * 1000 + second) * 10 + mode) as u64;
                scenario.note(self.first_seed + way, self.interrupted(way, &expected));
            }
        }
        scenario
    }

    /// One of them with every call and answer.
    pub(super) fn traced(&self, way: u64) -> (Vec<String>, Result<(), String>) {
        let expected = match self.undisturbed() {
            Ok((expected, _)) => expected,
            Err(fault) => return (Vec::new(), Err(fault)),
        };
        let trace = Rc::new(RefCell::default());
        self.from.world.borrow_mut().ledger.trace = Some(Rc::clone(&trace));
        let judged = self.interrupted(way, &expected);
        (trace.take(), judged)
    }

    /// `way` is the call of the first run, that of the second, and what happens there: together the digits of a number.
    fn interrupted(&self, way: u64, expected: &str) -> Result<(), String> {
        let digits = |number: u64| usize::try_from(number).unwrap_or_default();
        let (first, second, mode) = (digits(way / 10_000), digits(way / 10 % 1000), digits(way % 10));
        let other = Upset::ALL[(first + second + mode) % 3];
        let upsets = [(first, Upset::ALL[mode % 3]), (second, other)];
        let upsets = &upsets[..if second == 0 { 1 } else { 2 }];
        let seed = way;
        let mut bench = self.from.again(seed);
        bench.one_machine = seed.is_multiple_of(2);
        bench.world.borrow_mut().climate.stale_reads = u32::try_from(seed % 3).unwrap_or_default();
        let mut course = String::new();
        for (number, upset) in upsets.iter().enumerate() {
            let weather = Weather { upset: Some(*upset), ..Weather::default() };
            let (end, _) = self.what.run(&bench, &format!("run-{number}"), weather);
            let _ = write!(course, "{upset:?}: {}; ", told(end.as_ref()));
        }
        let (end, _) = self.what.run(&bench, "last", Weather::default());
        if !matches!(end, Some(Ok(()))) {
            return Err(format!("{course}then: {}", told(end.as_ref())));
        }
        // What was not waited for comes to its end.
        bench.rest();
        let faults = bench.faults(&self.what.allowed(&bench));
        if !faults.is_empty() {
            return Err(format!("{course}{}", faults.join("; ")));
        }
        if bench.outcome() != expected {
            return Err(format!("{course}it ends otherwise:\n{}\nnot\n{expected}", bench.outcome()));
        }
        if let What::Deploy(target) | What::Hotswap(target) = &self.what {
            let plan = bench.plan(target, &Wishes::default()).map_err(|failure| failure.to_string())?;
            if plan.changes() {
                return Err(format!("{course}there is still something to change"));
            }
        }
        Ok(())
    }
}

fn told<T>(end: Option<&Outcome<T>>) -> String {
    match end {
        None => "killed".to_owned(),
        Some(Ok(_)) => "ended".to_owned(),
        Some(Err(failure)) => failure.to_string(),
    }
}
