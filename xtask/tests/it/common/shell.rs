//! A shell in which `cargo xtask` is the program under test, and every stage of the project lives on this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

use super::{LocalStage, text};

pub(crate) struct Shell {
    pub(crate) stage: LocalStage,
    pub(crate) checkout: PathBuf,
    /// Holds the `cargo` that is found first.
    programs: TempDir,
}

/// What the alias in .cargo/config.toml would build first.
const CARGO: &str = "#!/bin/bash
if [ \"$1\" = xtask ]; then shift; exec \"$MILLRACE_XTASK\" \"$@\"; fi
exec \"$MILLRACE_CARGO\" \"$@\"
";

impl Shell {
    /// In a checkout of its own.
    pub(crate) fn new() -> Self {
        let stage = LocalStage::new();
        let programs = TempDir::new().unwrap();
        let cargo = programs.path().join("cargo");
        fs::write(&cargo, CARGO).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        Self { checkout: stage.checkout(), stage, programs }
    }

    /// From here on dev, staging and prod are stages on the emulator, each with its own name, as the local stage is.
    pub(crate) fn bring_home(&self) {
        let environments = self.checkout.join("environments");
        let local = fs::read_to_string(environments.join("local.yaml")).unwrap();
        for stage in ["dev", "staging", "prod"] {
            // A production stage does without.
            let text = if stage == "prod" { local.replace("hotswap: true\n", "") } else { local.clone() };
            fs::write(environments.join(format!("{stage}.yaml")), text).unwrap();
        }
    }

    /// Runs a line of shell in the checkout, as a workflow's host does.
    pub(crate) fn run(&self, line: &str, variables: &[(String, String)]) -> Output {
        let mut path = self.programs.path().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap());
        let of_stage = self.stage.command(&[]);
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", line]).current_dir(&self.checkout);
        for (name, value) in of_stage.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        // What is written at home is not written at the home of whoever runs the tests; all else is found where it was.
        let home = PathBuf::from(std::env::var_os("HOME").unwrap());
        for (name, at) in [("XDG_CACHE_HOME", ".cache"), ("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            command.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(at).into()));
        }
        command.env("HOME", self.programs.path());
        command.env("PATH", path).env("MILLRACE_XTASK", env!("CARGO_BIN_EXE_xtask"));
        command.env("MILLRACE_CARGO", std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // Nothing here may reach an account, whoever runs the tests.
        for file in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            command.env(file, self.programs.path().join("none"));
        }
        for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        command.env("AWS_EC2_METADATA_DISABLED", "true").envs(variables.iter().cloned());
        command.output().unwrap()
    }

    /// Runs one that has to succeed, and gives what it printed.
    pub(crate) fn succeed(&self, line: &str, variables: &[(String, String)]) -> String {
        let output = self.run(line, variables);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{line}\nended with {:?}\n{out}\n{err}", output.status.code());
        out
    }

    pub(crate) fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.checkout.join(name)
    }
}
