//! Deploys on the local stage, beside the emulator's own floor: the same stacks by the fewest calls.
//!
//! Everything is done by the tool as it ships, in a checkout and with an emulator of its own. Functions are built before, other
//! than the one that is changed, and PostgreSQL is up; what is measured of the floor is its calls alone, and beside a deploy
//! stands what both need: the check whether something has to be built, and those calls.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

use super::Part;
use super::checkout::Checkout;
use super::floor::{Calls, STAGE};
use super::report::{Row, Rule, Unit};
use super::tool::{Timed, Tool, median, milliseconds, succeed, timed};
use crate::processor;
use crate::progress::{Task, say};
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

const DEPLOY: [&str; 5] = ["deploy", "--stage", STAGE, "--yes", "--json"];
const BUILD: [&str; 3] = ["build", "--stage", STAGE];

struct Place<'a> {
    tool: &'a Tool,
    checkout: Checkout,
    target: &'a Path,
    state: &'a Path,
}

pub(super) fn measure(project: &Project, tool: &Tool, rounds: u32, runs: u32) -> Outcome<Vec<Row>> {
    let cannot = || "cannot make a folder for an emulator".to_owned();
    let state = tempfile::tempdir().failing(cannot)?;
    // The functions of the copy are built beside those of this checkout, with the same dependencies.
    let target = fs::canonicalize(project.target()).failing(cannot)?;
    let place = Place { tool, checkout: Checkout::copy(project)?, target: &target, state: state.path() };
    say("building the functions of a copy of this checkout: minutes at the first time");
    succeed(&mut place.command(&BUILD))?;
    let measured = place.measure(rounds, runs);
    // What was measured is told also where the emulator does not stop.
    let erased = succeed(&mut place.command(&["local", "erase"]));
    measured.and_then(|rows| erased.map(|_| rows))
}

impl Place<'_> {
    fn measure(&self, rounds: u32, runs: u32) -> Outcome<Vec<Row>> {
        let first = self.first(rounds)?;
        let (looking, nothing) = self.nothing(runs.div_ceil(4))?;
        let one = self.one_function(rounds)?;
        let row = |what: &str, of: &Pair| {
            let row = Row::new(Part::Deploy, what, of.own.median_ms, Unit::Milliseconds).cpu(of.own.cpu_ms);
            row.beside(of.named, of.floor_ms)
        };
        let build = Row::new(Part::Deploy, "build check, with nothing to build", looking.median_ms, Unit::Milliseconds);
        Ok(vec![
            row("first deploy", &first).limit(Rule::AtMostTimes(2.0)),
            row("deploy with nothing to do", &nothing).limit(Rule::Above(1_000.0)),
            row("deploy of one changed function", &one).limit(Rule::Above(3_000.0)),
            build.cpu(looking.cpu_ms),
        ])
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.tool.command(self.checkout.root(), args);
        command.env("MILLRACE_STATE", self.state).env("CARGO_TARGET_DIR", self.target);
        command
    }

    fn calls(&self) -> Outcome<Calls> {
        let said = succeed(&mut self.command(&["bench", "--floor", "calls"]))?.stdout;
        serde_json::from_slice(&said).failing(|| "the floor tells what is no report".to_owned())
    }

    fn anew(&self) -> Outcome {
        succeed(&mut self.command(&["local", "erase"]))?;
        succeed(&mut self.command(&["bench", "--floor", "start"])).map(drop)
    }

    fn first(&self, rounds: u32) -> Outcome<Pair> {
        let own = timed(rounds, "the first deploy", || self.anew().map(|()| self.command(&DEPLOY)))?;
        let looking = timed(rounds, "the build check", || Ok(self.command(&BUILD)))?;
        let (mut floors, task) = (Vec::new(), Task::of("measuring: its floor", rounds.into()));
        for _ in 0..rounds {
            self.anew()?;
            floors.push(self.calls()?.elapsed_ms);
            task.advance(1);
        }
        // What the floor has brought up is no stage of ours: what follows begins with a deploy.
        self.anew()?;
        succeed(&mut self.command(&DEPLOY))?;
        Ok(Pair::of(own, &looking, floors))
    }

    fn nothing(&self, runs: u32) -> Outcome<(Timed, Pair)> {
        let own = timed(runs, "deploy with nothing to do", || Ok(self.command(&DEPLOY)))?;
        let looking = timed(runs, "the build check", || Ok(self.command(&BUILD)))?;
        let floors = (0..runs).map(|_| self.calls()).collect::<Outcome<Vec<_>>>()?;
        if let Some(odd) = floors.iter().find(|calls| calls.changed > 0) {
            return Err(Failure::new(format!("nothing was changed, and the floor changed {odd}")));
        }
        let pair = Pair::of(own, &looking, floors.iter().map(|calls| calls.elapsed_ms).collect());
        Ok((looking, pair))
    }

    /// Compiling is in both: in the deploy, and before the floor.
    fn one_function(&self, rounds: u32) -> Outcome<Pair> {
        let task = Task::of("measuring: deploy of one changed function", rounds.into());
        // Code that was built before would not be built again.
        let mut number = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut change = || {
            number += 1;
            self.checkout.change(number)
        };
        let (mut own, mut cpu, mut compiling, mut calls) = (Vec::new(), 0.0, Vec::new(), Vec::new());
        for _ in 0..rounds {
            change()?;
            let (before, started) = (processor::of_children(), Instant::now());
            let said = succeed(&mut self.command(&DEPLOY))?.stdout;
            own.push(started.elapsed());
            cpu += milliseconds(processor::of_children().saturating_sub(before));
            let uploaded = uploaded(&said);
            if uploaded != 1 {
                return Err(Failure::new(format!(
                    "the code of one function was changed, and {uploaded} were uploaded"
                )));
            }
            change()?;
            let started = Instant::now();
            succeed(&mut self.command(&BUILD))?;
            compiling.push(started.elapsed());
            calls.push(self.calls()?.elapsed_ms);
            task.advance(1);
        }
        let own = Timed { median_ms: median(own), cpu_ms: cpu / f64::from(rounds) };
        let compiling = Timed { median_ms: median(compiling), cpu_ms: 0.0 };
        Ok(Pair { named: "compiling it and the fewest calls", ..Pair::of(own, &compiling, calls) })
    }
}

/// A deploy, and what stands beside it.
struct Pair {
    own: Timed,
    named: &'static str,
    floor_ms: f64,
}

impl Pair {
    fn of(own: Timed, before: &Timed, mut calls: Vec<f64>) -> Self {
        calls.sort_unstable_by(f64::total_cmp);
        let calls = calls.get(calls.len() / 2).copied().unwrap_or_default();
        Self { own, named: "build check and the fewest calls", floor_ms: before.median_ms + calls }
    }
}

fn uploaded(report: &[u8]) -> usize {
    let report: Value = serde_json::from_slice(report).unwrap_or_default();
    let artifacts = report["artifacts"].as_array();
    artifacts.into_iter().flatten().filter(|artifact| artifact["uploaded"] == Value::Bool(true)).count()
}
