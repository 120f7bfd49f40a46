//! Looks at one thing after the other; each is there, comes by itself, is done without, or is missing.

use engine::failure::{Failure, Outcome};
use serde::Serialize;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::build;
use crate::local;
use crate::project::Project;
use crate::stages;
use crate::tools::{self, Needed};
use stacks::stage::Stage;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    There,
    /// Fetched or started by whatever needs it first.
    Later,
    /// Most things go without it.
    Wanting,
    /// Nothing goes without it.
    Missing,
}

#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) thing: String,
    pub(super) state: State,
    pub(super) found: String,
    pub(super) needed_for: &'static str,
    /// How to get it, if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) get: Option<String>,
}

const ALL: &str = "everything";

impl Finding {
    fn there(thing: impl Into<String>, found: impl Into<String>, needed_for: &'static str) -> Self {
        Self { thing: thing.into(), state: State::There, found: found.into(), needed_for, get: None }
    }

    fn absent(thing: &str, state: State, found: &str, needed_for: &'static str, get: &str) -> Self {
        let (found, get) = (found.to_owned(), Some(get.to_owned()));
        Self { thing: thing.to_owned(), state, found, needed_for, get }
    }

    /// What was tried, and cannot be done without.
    pub(super) fn of(thing: &str, needed_for: &'static str, tried: Outcome<String>) -> Self {
        match tried {
            Ok(found) => Self::there(thing, found, needed_for),
            Err(failure) => Self::failed(thing, State::Missing, needed_for, &failure),
        }
    }

    fn failed(thing: &str, state: State, needed_for: &'static str, failure: &Failure) -> Self {
        // A fault of a stage file shows its line, and says at its end what would be right.
        let (what, fix) = failure.what().split_once('\n').unwrap_or((failure.what(), ""));
        let fix = fix.rsplit_once("fix: ").map(|(_, fix)| fix.to_owned());
        let get: Vec<_> = fix.into_iter().chain(failure.hints().iter().cloned()).collect();
        Self::absent(thing, state, what, needed_for, &get.join("; "))
    }
}

/// All that can be told without an account.
pub(super) fn machine(project: &Project) -> Vec<Finding> {
    let mut findings = vec![rust(project)];
    findings.extend(programs());
    findings.push(Finding::of("Python", ALL, tools::python()));
    findings.extend(pinned(project));
    findings.extend(stage_files(project));
    findings.push(loopback());
    findings.push(emulator(project));
    findings.push(room(project.root(), "this checkout", 20));
    findings.push(room(&std::env::temp_dir(), "temporary files", 2));
    findings
}

fn rust(project: &Project) -> Finding {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    let said = first_line(Command::new("rustc").arg("--version").current_dir(project.root()));
    let get = format!("install Rust {oldest} or later: rustup update stable");
    match said {
        Some(said) if version(&said) >= version(oldest) => Finding::there("Rust", said, ALL),
        Some(said) => Finding::absent("Rust", State::Missing, &format!("{said} is too old"), ALL, &get),
        None => Finding::absent("Rust", State::Missing, "rustc does not run", ALL, &get),
    }
}

/// A program, what it is asked with, what goes without it, what for, and where it is had from.
type Program = (&'static str, &'static [&'static str], State, &'static str, &'static str);

const PROGRAMS: [Program; 6] = [
    ("cc", &["--version"], State::Missing, ALL, "on Debian or Ubuntu: apt-get install build-essential"),
    (
        "git",
        &["--version"],
        State::Missing,
        "the commit that a stack is tagged with, and the tests",
        "apt-get install git",
    ),
    ("cargo fmt", &["--version"], State::Wanting, "cargo xtask test", "rustup component add rustfmt"),
    ("cargo clippy", &["--version"], State::Wanting, "cargo xtask test", "rustup component add clippy"),
    (
        "cargo nextest",
        &["--version"],
        State::Wanting,
        "tests that run beside each other; cargo's own runner is taken",
        "cargo install cargo-nextest --locked",
    ),
    (
        "java",
        &["-version"],
        State::Wanting,
        "the test of the Spark job",
        "install Java 17, such as openjdk-17-jre-headless",
    ),
];

fn programs() -> impl Iterator<Item = Finding> {
    PROGRAMS.into_iter().map(|(name, asked, without, needed_for, get)| {
        let mut words = name.split(' ');
        let mut command = Command::new(words.next().unwrap_or(name));
        match first_line(command.args(words).args(asked)) {
            Some(said) => Finding::there(name, said, needed_for),
            None => Finding::absent(name, without, "is not there", needed_for, get),
        }
    })
}

fn pinned(project: &Project) -> Vec<Finding> {
    let tools = match tools::all(project) {
        Ok(tools) => tools,
        Err(failure) => return vec![Finding::of("tools", ALL, Err(failure))],
    };
    let told = tools.into_iter().map(|Needed { name, for_what, there, otherwise }| match there {
        Some(place) => Finding::there(name, place.display().to_string(), for_what),
        None => Finding::absent(&name, State::Later, "is not there yet", for_what, &otherwise),
    });
    told.collect()
}

/// Whether each can be read, and built for.
fn stage_files(project: &Project) -> Vec<Finding> {
    let names = match stages::names(project) {
        Ok(names) => names,
        Err(failure) => return vec![Finding::of("stages", ALL, Err(failure))],
    };
    let finding = |name: &String| {
        let thing = format!("stage {name}");
        match stages::load(project, name) {
            Err(failure) => Finding::of(&thing, "working with it", Err(failure)),
            Ok(stage) => match build::can_build(project, &stage) {
                Ok(()) => Finding::there(thing, told(&stage), "working with it"),
                // Other stages can be built for all the same.
                Err(failure) => Finding::failed(&thing, State::Wanting, "deploying it from here", &failure),
            },
        }
    };
    names.iter().map(finding).collect()
}

fn told(stage: &Stage) -> String {
    let there = stage.pipelines.named().into_iter().filter(|(_, there)| *there);
    let pipelines: Vec<_> = there.map(|(name, _)| name).collect();
    format!("{}, built for {}", pipelines.join(", "), stage.architecture.name())
}

fn loopback() -> Finding {
    let tried = TcpListener::bind("127.0.0.1:0").is_ok();
    let (what, needed_for) = ("loopback", "the local stage");
    if tried {
        return Finding::there(what, "a port on 127.0.0.1 can be had", needed_for);
    }
    Finding::absent(
        what,
        State::Missing,
        "no port on 127.0.0.1 can be had",
        needed_for,
        "see what keeps programs from listening",
    )
}

fn emulator(project: &Project) -> Finding {
    let (what, needed_for) = ("emulator", "the local stage");
    match local::running(project) {
        Ok(Some(running)) => Finding::there(what, format!("runs at {}", running.endpoint), needed_for),
        Ok(None) => Finding::absent(what, State::Later, "does not run", needed_for, "a deploy starts it"),
        Err(failure) => Finding::of(what, needed_for, Err(failure)),
    }
}

/// How much is free where something is written, in gigabytes.
fn room(folder: &Path, what: &str, gigabytes: u64) -> Finding {
    let thing = "room";
    let needed_for = "building and testing";
    let Ok(space) = rustix::fs::statvfs(folder) else {
        return Finding::absent(thing, State::Wanting, "cannot be told", needed_for, "see what df says");
    };
    let free = space.f_bavail * space.f_frsize / 1_000_000_000;
    let found = format!("{free} GB free for {what}, in {}", folder.display());
    if free >= gigabytes {
        return Finding::there(thing, found, needed_for);
    }
    Finding::absent(thing, State::Wanting, &found, needed_for, &format!("make room for {gigabytes} GB"))
}

/// What a program says first, of whatever kind: java answers on its error output.
fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    String::from_utf8_lossy(&said).lines().next().map(str::to_owned)
}

/// The first number with points in a text.
fn version(text: &str) -> Vec<u32> {
    let word = text.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap_or_default();
    word.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("rustc 1.95.0 (abc 2026-01-01)") >= version("1.95"));
        assert!(version("rustc 1.100.0") > version("1.95"));
        assert!(version("rustc 1.94.1") < version("1.95"));
        assert!(version("nothing") < version("1.95"));
    }

    #[test]
    fn what_is_not_there_is_told_with_the_way_to_it() {
        assert_eq!(first_line(&mut Command::new("/nowhere/cc")), None);
        let folder = tempfile::tempdir().unwrap();
        let finding = room(folder.path(), "a test", u64::MAX);
        assert_eq!(finding.state, State::Wanting);
        assert!(finding.get.unwrap().starts_with("make room for"));
    }
}
