//! The tools that we run but did not write, pinned by version and hash: fetched on first use, shared by all checkouts.

mod debian;
mod explain;
mod install;
mod pin;
mod python;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::Project;
use engine::failure::{Failure, Outcome};
use images::TestRegistry;
use postgres::{Binaries, Trouble};

/// A tool that is installed and complete.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    bin: PathBuf,
}

impl Tool {
    /// One of the tool's programs, with the tool's own folder first on the PATH.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.env("PATH", self.path());
        command
    }

    /// The interpreter that sees the tool's packages.
    pub(crate) fn python(&self) -> Command {
        self.command("python3")
    }

    /// The PATH on which the tool finds its own parts: cargo-lambda runs `python3 -m ziglang`.
    pub(crate) fn path(&self) -> OsString {
        let mut path = self.bin.clone().into_os_string();
        if let Some(rest) = env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        path
    }

    /// The folder that the tool was installed in.
    fn folder(&self) -> &Path {
        self.bin.parent().unwrap_or(&self.bin)
    }

    fn in_folder(folder: &Path) -> Self {
        Self { bin: folder.join("bin") }
    }
}

/// Builds functions for Lambda, with zig as the linker.
pub(crate) fn cargo_lambda(project: &Project) -> Outcome<Tool> {
    install::ready(&project.tools()?, &pin::CARGO_LAMBDA)
}

/// The emulator that the local stage runs in.
pub(crate) fn ministack(project: &Project) -> Outcome<Tool> {
    install::ready(&project.tools()?, &pin::MINISTACK)
}

/// The server that stands for RDS on a laptop, and that functions are tested against.
pub(crate) fn postgres(project: &Project) -> Outcome<Binaries> {
    let tool = install::ready(&project.tools()?, &pin::POSTGRES)?;
    Binaries::in_tool(tool.folder()).map_err(|trouble| in_words(&trouble))
}

/// The registry that images are tested against: where the variable says, or out of Debian's package.
pub(crate) fn registry(project: &Project) -> Outcome<PathBuf> {
    match env::var_os(TestRegistry::VARIABLE) {
        Some(program) => Ok(program.into()),
        None => debian::ready(&project.tools()?, &debian::REGISTRY),
    }
}

/// The variable by which tests find the browser.
pub(crate) const CHROMIUM: &str = "MILLRACE_CHROMIUM";

/// What browsers of its family are called.
const BROWSERS: [&str; 4] = ["chromium", "chromium-headless-shell", "google-chrome-stable", "google-chrome"];

/// The browser that pages are tested in: where the variable says, on the PATH, or out of Debian's packages.
pub(crate) fn chromium(project: &Project) -> Outcome<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let on_path = || BROWSERS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    match env::var_os(CHROMIUM).map(PathBuf::from).or_else(|| on_path().find(|program| program.is_file())) {
        Some(program) => Ok(program),
        None => debian::ready(&project.tools()?, &debian::CHROMIUM),
    }
}

/// The variable by which tests and benchmarks find the Python that has Spark and `DuckDB`.
pub(crate) const PYSPARK: &str = "MILLRACE_PYSPARK";

/// The Python with Spark, which the job for Glue is tested with.
pub(crate) fn pyspark(project: &Project) -> Outcome<PathBuf> {
    Ok(install::ready(&project.tools()?, &pin::PYSPARK)?.bin.join("python3"))
}

/// Trouble with a server, as the shell tells it.
pub(crate) fn in_words(trouble: &Trouble) -> Failure {
    let failure = Failure::new(trouble.what());
    match trouble.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// A second opinion on templates, independent of ours.
pub(crate) fn cfn_lint(project: &Project) -> Outcome<Tool> {
    install::ready(&project.tools()?, &pin::CFN_LINT)
}
