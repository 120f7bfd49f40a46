//! The Python that the tools are installed with: whichever the machine has, as long as it is recent enough.

use std::process::Command;

use engine::failure::{Failure, Outcome};

/// The oldest that all pinned packages run on.
const OLDEST: (u32, u32) = (3, 10);

/// Looked for in this order: what the user calls `python3` first, then newer ones beside an outdated one.
const NAMES: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

#[derive(Debug, Clone)]
pub(super) struct Python {
    pub(super) program: String,
    version: (u32, u32),
}

impl Python {
    /// As it stands in the names of the tools' folders: an environment works with one minor version only.
    pub(super) fn label(&self) -> String {
        format!("python{}.{}", self.version.0, self.version.1)
    }
}

/// The first Python on the PATH that is recent enough.
pub(super) fn find() -> Outcome<Python> {
    choose(&NAMES, version_of)
}

fn choose(names: &[&str], version_of: impl Fn(&str) -> Option<(u32, u32)>) -> Outcome<Python> {
    let mut outdated = None;
    for name in names {
        match version_of(name) {
            Some(version) if version >= OLDEST => return Ok(Python { program: (*name).to_owned(), version }),
            Some(version) => outdated = outdated.or(Some((*name, version))),
            None => {}
        }
    }
    let (major, minor) = OLDEST;
    let remedy = format!("install Python {major}.{minor} or newer so that `python3` runs it, and try again");
    Err(match outdated {
        Some((name, found)) => Failure::new("Python is too old for the pinned tools")
            .since(format!("`{name}` is Python {}.{}; they need {major}.{minor} or newer", found.0, found.1)),
        None => Failure::new("there is no Python on this machine")
            .since("no `python3` on the PATH answers; the pinned tools are installed with it"),
    }
    .hint(remedy))
}

fn version_of(program: &str) -> Option<(u32, u32)> {
    let asked = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new(program).args(["-c", asked]).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_first_that_is_recent_enough() {
        let found = choose(&["python3", "python3.12"], |name| Some(if name == "python3" { (3, 9) } else { (3, 12) }));
        let found = found.unwrap();
        assert_eq!((found.program.as_str(), found.label().as_str()), ("python3.12", "python3.12"));
    }

    #[test]
    fn an_outdated_one_is_named() {
        let failure = choose(&["python3"], |_| Some((3, 9))).unwrap_err().to_string();
        assert!(failure.contains("`python3` is Python 3.9; they need 3.10 or newer"), "{failure}");
    }

    #[test]
    fn none_at_all_is_said() {
        let failure = choose(&["python3"], |_| None).unwrap_err().to_string();
        assert!(failure.contains("there is no Python on this machine"), "{failure}");
    }
}
