//! A local stage of its own for a test: its own emulator, on its own port, gone afterwards.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// The checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

static TURN: Mutex<()> = Mutex::new(());

/// An emulator for one test.
pub(crate) struct LocalStage {
    state: TempDir,
    /// One at a time, also where the tests are threads of one process.
    _turn: MutexGuard<'static, ()>,
    project: PathBuf,
}

impl LocalStage {
    pub(crate) fn new() -> Self {
        Self::of(root())
    }

    /// Of another checkout than this one.
    pub(crate) fn of(project: PathBuf) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Self { state: TempDir::new().unwrap(), _turn: turn, project }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(args).current_dir(&self.project).env("MILLRACE_STATE", self.state.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that has to succeed.
    pub(crate) fn succeed(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{args:?} ended with {:?}\n{out}\n{err}", output.status.code());
        out
    }

    /// Runs a command that has to succeed and to print JSON and nothing else.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let out = self.succeed(&[args, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?} printed no JSON ({error}):\n{out}"))
    }
}

impl Drop for LocalStage {
    fn drop(&mut self) {
        // A test that fails says so already; this must not hide it.
        let _ = self.command(&["local", "erase"]).output();
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
