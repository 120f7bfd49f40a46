//! The tools that we run but did not write, pinned by version and hash: fetched on first use, shared by all checkouts.

mod crates;
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

pub(crate) use install::remove;

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
    pub(crate) fn folder(&self) -> &Path {
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

/// A tool, and what there is of it.
pub(crate) struct Needed {
    pub(crate) name: String,
    pub(crate) for_what: &'static str,
    /// Where it is, once it was fetched.
    pub(crate) there: Option<PathBuf>,
    /// What happens, or is to be done, if it is not.
    pub(crate) otherwise: String,
}

/// Every tool that commands and tests use, without fetching one.
pub(crate) fn all(project: &Project) -> Outcome<Vec<Needed>> {
    let folder = project.tools()?;
    let pinned = [
        (&pin::CARGO_LAMBDA, "building functions"),
        (&pin::MINISTACK, "the local stage"),
        (&pin::POSTGRES, "databases of the local stage, and tests"),
        (&pin::PYSPARK, "the test of the Spark job"),
    ];
    let pinned = pinned.into_iter().map(|(pin, for_what)| Needed {
        name: format!("{} {}", pin.name, pin.version),
        for_what,
        there: install::complete(&folder, pin),
        otherwise: format!("fetched on first use, {} MB", pin.megabytes),
    });
    let debian = [(&debian::REGISTRY, "tests of images"), (&debian::CHROMIUM, "tests of pages")];
    let debian = debian.into_iter().map(|(package, for_what)| Needed {
        name: package.name.to_owned(),
        for_what,
        there: debian::present(&folder, package),
        otherwise: format!(
            "fetched on first use on Debian and Ubuntu; elsewhere install it and set {} to its program",
            package.variable
        ),
    });
    Ok(pinned.chain(debian).collect())
}

/// The Python that tools are installed with, and whether it can make environments.
pub(crate) fn python() -> Outcome<String> {
    let python = python::find()?;
    let asked = Command::new(&python.program).args(["-c", "import ensurepip, venv"]).output();
    if asked.is_ok_and(|output| output.status.success()) {
        return Ok(format!("{} with venv", python.label()));
    }
    Err(Failure::new(format!("`{}` comes without its venv module", python.program))
        .hint("on Debian or Ubuntu: apt-get install python3-venv"))
}

/// Trouble with a server, as the shell tells it.
pub(crate) fn in_words(trouble: &Trouble) -> Failure {
    let failure = Failure::new(trouble.what());
    match trouble.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Judges licences, sources, duplicates and advisories of what everything is built from.
pub(crate) fn cargo_deny(project: &Project) -> Outcome<PathBuf> {
    crates::ready(&project.tools()?, &crates::CARGO_DENY)
}

/// Looks for known weaknesses in it, by the same database and other code.
pub(crate) fn cargo_audit(project: &Project) -> Outcome<PathBuf> {
    crates::ready(&project.tools()?, &crates::CARGO_AUDIT)
}

/// The schemas that documents about what is in an artifact are judged by.
#[cfg(test)]
pub(crate) fn cyclonedx(project: &Project) -> Outcome<PathBuf> {
    let tool = install::ready(&project.tools()?, &pin::CYCLONEDX)?;
    let output = tool.python().args(["-c", "import cyclonedx.schema._res as r; print(r.__path__[0])"]).output();
    let output = output.map_err(|error| Failure::new("Python could not be run").because(&error))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

/// Judges workflows.
#[cfg(test)]
pub(crate) fn actionlint(project: &Project) -> Outcome<Tool> {
    install::ready(&project.tools()?, &pin::ACTIONLINT)
}

/// A second opinion on them, on what makes them dangerous.
#[cfg(test)]
pub(crate) fn zizmor(project: &Project) -> Outcome<Tool> {
    install::ready(&project.tools()?, &pin::ZIZMOR)
}

/// A second opinion on templates, independent of ours.
pub(crate) fn cfn_lint(project: &Project) -> Outcome<Tool> {
    install::ready(&project.tools()?, &pin::CFN_LINT)
}
