pub(super) mod lane;

use clap::Args;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use engine::failure::Outcome;
use images::TestRegistry;

use crate::progress::say;
use crate::project::Project;
use crate::{steps, tools};
use lane::Lane;

/// Run every check and test: formatting, lints, simulation, unit, golden, compile-fail and end-to-end
///
/// Installs what it needs on first use: Python 3, Java 17, a C compiler and git are all that has to be there, and a container
/// registry and Chromium where the system is not Debian. At its end it tells what the time went into.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Only tests whose name contains this; formatting, lints and the simulation are left out
    filter: Option<String>,
}

/// How many schedules are drawn against the simulated cloud: about half a minute of them.
const SEEDS: &str = "100000";

/// A crate of the shell declares a later Rust than the one that it is content with.
pub(super) const ANY_RUST: &str = "--ignore-rust-version";

const HINT: &str = "run one of them alone: cargo xtask test NAME";

/// The shell apart from everything else: a crate of it asks `serde_json` for arbitrary precision, which cargo would give to
/// the functions too. They are tested as they are shipped, without.
const PARTS: (&str, &[&str]) = ("tests of the parts", &["--workspace", "--exclude", "xtask"]);
const WHOLE: (&str, &[&str]) = ("tests of the whole", &["--package", "xtask"]);

impl Test {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        let variables = variables(&project)?;
        let lane = Lane::new(&project, variables);
        let done = match &self.filter {
            Some(filter) => some(&lane, filter),
            None => all(&lane),
        };
        let summaries = lane.summaries();
        // Where the runner's own words are not ours to repeat, they stay the last ones.
        if !summaries.is_empty() {
            say(&steps::all().to_string());
            for summary in &summaries {
                say(summary);
            }
        }
        done
    }
}

/// Both parts in turn, whatever comes of the first: whoever mends one failure wants to know of the others.
fn some(lane: &Lane, filter: &str) -> Outcome {
    let run = |(what, packages): (&'static str, &[&str])| {
        let none: &[&str] = if has_nextest() { &["--no-tests", "pass"] } else { &[] };
        lane.cargo(what, &[&tests(packages)[..], none, &[filter]].concat(), HINT)
    };
    let parts = run(PARTS);
    parts.and(run(WHOLE))
}

/// The tests of the whole spend most of their time waiting: for minutes to pass, for an emulator, for one another. Meanwhile
/// the processors do everything else, at a lower priority, so that it does not show in those tests.
fn all(lane: &Lane) -> Outcome {
    lane.cargo("formatting", &["fmt", "--all", "--check"], "run: cargo fmt --all")?;
    if !has_nextest() {
        say("cargo-nextest is not installed: one thing after the other, which takes longer");
        let before = before_the_tests(lane);
        return before.and(lane.cargo(PARTS.0, &tests(PARTS.1), HINT)).and(lane.cargo(WHOLE.0, &tests(WHOLE.1), HINT));
    }
    lane.cargo("building the tests of the whole", &built(WHOLE.1), HINT)?;
    thread::scope(|scope| {
        let beside = lane.beside();
        let (begun, others) = lane.begin(WHOLE.0, &tests(WHOLE.1), HINT);
        let others = scope.spawn(move || {
            // Cargo builds for one at a time, and looks once more whether everything is built.
            others.wait();
            before_the_tests(&beside)?;
            beside.cargo("building the tests of the parts", &built(PARTS.1), HINT)?;
            beside.cargo(PARTS.0, &tests(PARTS.1), HINT)
        });
        let whole = begun.and_then(lane::Begun::end);
        let others = others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        others.and(whole)
    })
}

fn before_the_tests(lane: &Lane) -> Outcome {
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", ANY_RUST, "--", "--deny", "warnings"];
    lane.cargo("lints", &clippy, "mend what clippy names above")?;
    lane.own("simulation", &["simulate", "--seeds", SEEDS], "run it alone: cargo xtask simulate")
}

fn tests<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let run: &[&str] = if has_nextest() { &["nextest", "run"] } else { &["test"] };
    [run, packages, &[ANY_RUST, "--no-fail-fast"]].concat()
}

/// Of nextest, and without running them.
fn built<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    [&["nextest", "run"], packages, &[ANY_RUST, "--no-run"]].concat()
}

fn has_nextest() -> bool {
    let mut nextest = Command::new("cargo");
    nextest.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    nextest.status().is_ok_and(|status| status.success())
}

/// Where the tests find what they need beside us.
fn variables(project: &Project) -> Outcome<Vec<(&'static str, PathBuf)>> {
    let mut variables = vec![(postgres::VARIABLE, tools::postgres(project)?.folder().to_owned())];
    // Where there is none, the tests that need it fail, and all others are run.
    for (variable, found) in [
        (TestRegistry::VARIABLE, tools::registry(project)),
        (tools::PYSPARK, tools::pyspark(project)),
        (tools::CHROMIUM, tools::chromium(project)),
    ] {
        match found {
            Ok(path) => variables.push((variable, path)),
            Err(failure) => say(&format!("warning: {failure}")),
        }
    }
    Ok(variables)
}
