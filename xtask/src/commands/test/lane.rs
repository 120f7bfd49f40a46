//! Steps of the test run, one after the other; and a second lane of them beside what mostly waits.

use std::env;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Seek};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::processor;
use crate::progress::say;
use crate::project::Project;
use crate::steps;
use engine::failure::{Context, Failure, Outcome};

pub(in crate::commands) struct Lane<'a> {
    project: &'a Project,
    variables: Vec<(&'static str, PathBuf)>,
    /// Gives way to everything else, and says what it has to say at the end of each step.
    beside: bool,
    /// What a runner of tests says at its end of all of them.
    summaries: Arc<Mutex<Vec<String>>>,
}

impl<'a> Lane<'a> {
    pub(in crate::commands) fn new(project: &'a Project, variables: Vec<(&'static str, PathBuf)>) -> Self {
        Self { project, variables, beside: false, summaries: Arc::default() }
    }

    pub(super) fn beside(&self) -> Self {
        let summaries = Arc::clone(&self.summaries);
        Self { project: self.project, variables: self.variables.clone(), beside: true, summaries }
    }

    /// In the order in which they were said.
    pub(super) fn summaries(&self) -> Vec<String> {
        self.summaries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::commands) fn cargo(&self, what: &'static str, args: &[&str], hint: &'static str) -> Outcome {
        self.step(what, self.command("cargo".into(), args), hint)
    }

    /// A command of this program.
    pub(super) fn own(&self, what: &'static str, args: &[&str], hint: &'static str) -> Outcome {
        let own = env::current_exe().failing(|| "cannot tell the program that runs".to_owned())?;
        self.step(what, self.command(own, args), hint)
    }

    fn command(&self, program: PathBuf, args: &[&str]) -> Command {
        let mut command = if self.beside {
            let mut nice = Command::new("nice");
            nice.args(["-n", "10"]).arg(program);
            nice
        } else {
            Command::new(program)
        };
        command
            .args(args)
            .envs(self.variables.iter().map(|(name, path)| (name, path)))
            .current_dir(self.project.root());
        // Cargo sets these for the program that it runs; handed on, they would make it build everything anew.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST") || text == "CARGO_BIN_NAME" {
                command.env_remove(&name);
            }
        }
        command
    }

    fn step(&self, what: &'static str, mut command: Command, hint: &'static str) -> Outcome {
        let program = command.get_program().display().to_string();
        let cannot = || format!("cannot run {program}");
        if !self.beside {
            say(&format!("== {what}: {}", line(&command)));
            let (started, child) = (Instant::now(), command.spawn());
            return ended(what, child.failing(cannot)?, started, hint);
        }
        let mut said = tempfile::tempfile().failing(|| "cannot make a temporary file".to_owned())?;
        let output = || said.try_clone().failing(|| "cannot share a temporary file".to_owned());
        let (out, err) = (output()?, output()?);
        say(&format!("== {what}, beside it: {}", line(&command)));
        let (started, child) = (Instant::now(), command.stdin(Stdio::null()).stdout(out).stderr(err).spawn());
        let done = ended(what, child.failing(cannot)?, started, hint);
        let head = format!("== {what}, {}:", if done.is_ok() { "done" } else { "FAILED" });
        let said = whole(&mut said);
        said.lines().for_each(|line| note(&self.summaries, what, line));
        say(format!("{head}\n{said}").trim_end());
        done
    }

    /// Begins a step that is waited for later. The second answer tells when its tests have begun.
    pub(super) fn begin(&self, what: &'static str, args: &[&str], hint: &'static str) -> (Outcome<Begun>, Turn) {
        let (tell, begun) = channel();
        let mut command = self.command("cargo".into(), args);
        say(&format!("== {what}: {}", line(&command)));
        // Through us, where nobody can see that it is a terminal.
        if std::io::stderr().is_terminal() {
            command.args(["--color", "always"]);
        }
        let started = Instant::now();
        let child = command.stderr(Stdio::piped()).spawn().failing(|| "cannot run cargo".to_owned());
        let summaries = Arc::clone(&self.summaries);
        let begun_step = child.map(|mut child| {
            let said = child.stderr.take();
            let saying = thread::spawn(move || {
                for line in said.into_iter().flat_map(|said| BufReader::new(said).lines().map_while(Result::ok)) {
                    say(&line);
                    note(&summaries, what, &line);
                    if line.contains("Starting ") {
                        // Nobody may wait for it any more.
                        let _ = tell.send(());
                    }
                }
            });
            Begun { what, hint, started, child, saying }
        });
        (begun_step, Turn(begun))
    }
}

/// Nextest's last line but for the names of what failed.
fn note(summaries: &Mutex<Vec<String>>, what: &str, line: &str) {
    if line.contains("Summary") && line.contains("tests run:") {
        summaries.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{what}: {}", line.trim()));
    }
}

/// A step that goes on.
pub(super) struct Begun {
    what: &'static str,
    hint: &'static str,
    started: Instant,
    child: Child,
    saying: JoinHandle<()>,
}

impl Begun {
    pub(super) fn end(self) -> Outcome {
        let ended = ended(self.what, self.child, self.started, self.hint);
        // It ends with what it reads from.
        let _ = self.saying.join();
        ended
    }
}

/// When others may begin.
pub(super) struct Turn(Receiver<()>);

impl Turn {
    /// Also where the tests never begin, once that is known.
    pub(super) fn wait(&self) {
        let _ = self.0.recv();
    }
}

fn ended(what: &'static str, mut child: Child, started: Instant, hint: &'static str) -> Outcome {
    let (status, processor) = reaped(&mut child).failing(|| format!("cannot wait for the {what}"))?;
    steps::done(what, started.elapsed(), Some(processor));
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{what}: not all is well")).hint(hint)) }
}

/// Waits for a child, and tells what it took of the processors: two that end at once are told apart.
fn reaped(child: &mut Child) -> std::io::Result<(std::process::ExitStatus, Duration)> {
    static REAPING: Mutex<()> = Mutex::new(());
    loop {
        let one = REAPING.lock().unwrap_or_else(PoisonError::into_inner);
        let before = processor::of_children();
        if let Some(status) = child.try_wait()? {
            return Ok((status, processor::of_children().saturating_sub(before)));
        }
        drop(one);
        thread::sleep(Duration::from_millis(50));
    }
}

fn whole(said: &mut File) -> String {
    let mut text = Vec::new();
    // What cannot be read back was lost; whether all is well is told all the same.
    let _ = said.rewind().and_then(|()| said.read_to_end(&mut text));
    String::from_utf8_lossy(&text).into_owned()
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project::find().unwrap()
    }

    #[test]
    fn a_step_that_fails_is_told_with_its_hint() {
        let project = project();
        for lane in [Lane::new(&project, Vec::new()), Lane::new(&project, Vec::new()).beside()] {
            let shell = |text: &str| lane.step("a step", lane.command("sh".into(), &["-c", text]), "look at it");
            assert!(shell("exit 0").is_ok());
            let failure = shell("echo wrong >&2; exit 3").unwrap_err().to_string();
            assert!(failure.contains("a step: not all is well") && failure.contains("look at it"), "{failure}");
        }
    }

    #[test]
    fn what_two_children_take_is_told_apart() {
        let busy = || Command::new("sh").args(["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"]).spawn();
        let idle = || Command::new("sleep").arg("0.2").spawn();
        let taken = [busy(), idle()].map(|child| thread::spawn(move || reaped(&mut child.unwrap()).unwrap().1));
        let [busy, idle] = taken.map(|taken| taken.join().unwrap());
        assert!(busy > idle && idle < Duration::from_millis(50), "{busy:?} {idle:?}");
    }

    #[test]
    fn others_have_their_turn_also_where_nothing_begins() {
        let project = project();
        let lane = Lane::new(&project, Vec::new());
        let (begun, turn) = lane.begin("nothing", &["no-such-command-of-cargo"], "look at it");
        turn.wait();
        assert!(begun.unwrap().end().is_err());
    }
}
