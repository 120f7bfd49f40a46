use clap::Args;
use std::path::Path;
use std::process::{Command, Stdio};

use engine::failure::{Context, Failure, Outcome};
use images::TestRegistry;

use crate::commands::simulate;
use crate::output::Form;
use crate::progress::say;
use crate::project::Project;
use crate::tools;

/// Run every check and test: formatting, lints, simulation, unit, golden, compile-fail and end-to-end
///
/// Installs what it needs on first use: Python 3, Java 17, a C compiler and git are all that has to be there, and a container
/// registry and Chromium where the system is not Debian.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Only tests whose name contains this; formatting, lints and the simulation are left out
    filter: Option<String>,
}

/// How many schedules are drawn against the simulated cloud: about half a minute of them.
const SEEDS: u64 = 100_000;

/// A crate of the shell declares a later Rust than the one that it is content with.
pub(super) const ANY_RUST: &str = "--ignore-rust-version";

impl Test {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        if self.filter.is_none() {
            cargo(&project, "formatting", &["fmt", "--all", "--check"], "run: cargo fmt --all")?;
            let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", ANY_RUST, "--", "--deny", "warnings"];
            cargo(&project, "lints", &clippy, "mend what clippy names above")?;
            say(&format!("== simulation: cargo xtask simulate --seeds {SEEDS}"));
            simulate::run(SEEDS, Form::Text)?;
        }
        let mut nextest = Command::new("cargo");
        nextest.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
        let has_nextest = nextest.status().is_ok_and(|status| status.success());
        let run: &[&str] = if has_nextest { &["nextest", "run"] } else { &["test"] };
        let binaries = tools::postgres(&project)?;
        let mut variables = vec![(postgres::VARIABLE, binaries.folder())];
        // Where there is none, the tests that need it fail, and all others are run.
        let registry = tools::registry(&project);
        match &registry {
            Ok(registry) => variables.push((TestRegistry::VARIABLE, registry)),
            Err(failure) => say(&format!("warning: {failure}")),
        }
        let spark = tools::pyspark(&project);
        match &spark {
            Ok(python) => variables.push((tools::PYSPARK, python)),
            Err(failure) => say(&format!("warning: {failure}")),
        }
        let chromium = tools::chromium(&project);
        match &chromium {
            Ok(program) => variables.push((tools::CHROMIUM, program)),
            Err(failure) => say(&format!("warning: {failure}")),
        }
        let hint = "run one of them alone: cargo xtask test NAME";
        let mut result = Ok(());
        for (what, packages) in PARTS {
            let none = if has_nextest && self.filter.is_some() { &["--no-tests", "pass"][..] } else { &[] };
            let filter = self.filter.as_deref().into_iter();
            let args: Vec<_> = run
                .iter()
                .chain(packages)
                .chain(&[ANY_RUST, "--no-fail-fast"])
                .chain(none)
                .copied()
                .chain(filter)
                .collect();
            // Whoever mends one failure wants to know of the others.
            result = result.and(with(&project, what, &args, hint, &variables));
        }
        result
    }
}

/// The shell apart from everything else: a crate of it asks `serde_json` for arbitrary precision, which cargo would give to
/// the functions too. They are tested as they are shipped, without.
const PARTS: [(&str, &[&str]); 2] =
    [("tests of the parts", &["--workspace", "--exclude", "xtask"]), ("tests of the whole", &["--package", "xtask"])];

pub(super) fn cargo(project: &Project, what: &str, args: &[&str], hint: &str) -> Outcome {
    with(project, what, args, hint, &[])
}

/// Runs cargo for the project, with these variables set besides.
pub(super) fn with(project: &Project, what: &str, args: &[&str], hint: &str, variables: &[(&str, &Path)]) -> Outcome {
    say(&format!("== {what}: cargo {}", args.join(" ")));
    let mut command = Command::new("cargo");
    // Cargo sets these for the program that it runs; handed on, they would make it build everything anew.
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("CARGO_PKG_")
            || name_text.starts_with("CARGO_MANIFEST")
            || name_text == "CARGO_BIN_NAME"
        {
            command.env_remove(&name);
        }
    }
    let status = command
        .args(args)
        .envs(variables.iter().copied())
        .current_dir(project.root())
        .status()
        .failing(|| "cannot run cargo".to_owned())?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{what}: not all is well")).hint(hint)) }
}
