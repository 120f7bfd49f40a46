//! What each function is made of, by cargo's own resolution: all functions together, as they are built, for one target.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::super::target::Target;
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

/// A crate, as cargo names it: `serde v1.0.229`.
type Name = String;

/// Who depends on whom.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Resolved {
    pub(super) needs: BTreeMap<Name, BTreeSet<Name>>,
    pub(super) licences: BTreeMap<Name, String>,
    /// Of crates from the registry, by their lock file.
    pub(super) checksums: BTreeMap<Name, String>,
}

/// What is in a program, and beside it what took part in building it.
#[derive(Debug)]
pub(crate) struct Makings {
    pub(super) linked: Resolved,
    pub(super) all: Resolved,
}

pub(crate) fn of(project: &Project, packages: &[String], target: Target) -> Outcome<Makings> {
    let file = project.root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&file).failing(|| format!("cannot read {}", file.display()))?;
    let checksums = checksums(&lock);
    let asked = |edges: &str| {
        let tree = tree(project, packages, target, edges)?;
        Ok(Resolved { checksums: checksums.clone(), ..read(&tree) })
    };
    Ok(Makings { linked: asked("normal,no-proc-macro")?, all: asked("normal,build")? })
}

fn tree(project: &Project, packages: &[String], target: Target, edges: &str) -> Outcome<String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["tree", "--locked", "--target", target.triple, "--edges", edges]);
    command.args(["--prefix", "depth", "--charset", "ascii", "--format", " {p}|{l}"]).current_dir(project.root());
    for package in packages {
        command.args(["--package", package]);
    }
    let output = command.output().failing(|| "cargo tree could not be run".to_owned())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::new("cargo cannot tell what the functions are made of")
        .since(String::from_utf8_lossy(&output.stderr))
        .hint("run: cargo metadata, and commit Cargo.lock"))
}

/// Lines such as `2 serde v1.0.229|MIT OR Apache-2.0 (*)`: how deep, what, its licence, and whether it was told before.
fn read(tree: &str) -> Resolved {
    let mut resolved = Resolved::default();
    let mut above: Vec<Name> = Vec::new();
    for line in tree.lines() {
        let Some((depth, rest)) = line.split_once(' ') else { continue };
        let Ok(depth) = depth.parse::<usize>() else { continue };
        let (package, licence) = rest.rsplit_once('|').unwrap_or((rest, ""));
        let mut words = package.split(' ');
        let name = [words.next(), words.next()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        above.truncate(depth);
        if let Some(parent) = above.last() {
            resolved.needs.entry(parent.clone()).or_default().insert(name.clone());
        }
        resolved.needs.entry(name.clone()).or_default();
        let licence = licence.trim_end_matches("(*)").trim().replace('/', " OR ");
        if !licence.is_empty() {
            resolved.licences.insert(name.clone(), licence);
        }
        above.push(name);
    }
    resolved
}

fn checksums(lock: &str) -> BTreeMap<Name, String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))?;
        Some(line.trim_matches('"').to_owned())
    };
    let of =
        |block| Some((format!("{} v{}", value(block, "name")?, value(block, "version")?), value(block, "checksum")?));
    lock.split("[[package]]").filter_map(of).collect()
}

impl Resolved {
    /// Everything that a crate leads to, without itself.
    pub(super) fn below(&self, root: &str) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        let mut next = vec![root];
        while let Some(name) = next.pop() {
            for needed in self.needs.get(name).into_iter().flatten() {
                if found.insert(needed.clone()) {
                    next.push(needed);
                }
            }
        }
        found
    }

    /// A function by its name, whatever its version.
    pub(super) fn root(&self, function: &str) -> Option<&Name> {
        self.needs.keys().find(|name| name.split_once(' ').is_some_and(|(name, _)| name == function))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TREE: &str = "0 one v0.1.0 (/p/functions/one)|MIT OR Apache-2.0\n1 a v1.0.0|MIT/Apache-2.0\n2 b v2.0.0|MIT\n\
        1 derive v1.0.0 (proc-macro)|MIT\n\n0 two v0.1.0 (/p/functions/two)|MIT\n1 a v1.0.0|MIT/Apache-2.0 (*)\n";

    #[test]
    fn what_was_told_before_is_known_again() {
        let resolved = read(TREE);
        let below = |name: &str| resolved.below(name).into_iter().collect::<Vec<_>>().join(", ");
        assert_eq!(below("one v0.1.0"), "a v1.0.0, b v2.0.0, derive v1.0.0");
        assert_eq!(below("two v0.1.0"), "a v1.0.0, b v2.0.0");
        assert_eq!(resolved.licences["a v1.0.0"], "MIT OR Apache-2.0");
        assert_eq!(resolved.root("two").unwrap(), "two v0.1.0");
    }

    #[test]
    fn a_lock_file_states_checksums_of_what_is_fetched() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry\"\nchecksum = \"c0ffee\"\n\
            dependencies = [\n \"b\",\n]\n\n[[package]]\nname = \"one\"\nversion = \"0.1.0\"\n";
        assert_eq!(checksums(lock), BTreeMap::from([("a v1.0.0".to_owned(), "c0ffee".to_owned())]));
    }

    proptest! {
        #[test]
        fn any_text_is_read(tree in any::<String>(), lock in any::<String>()) {
            let resolved = read(&tree);
            for name in resolved.needs.keys() {
                let below = resolved.below(name);
                prop_assert!(below.len() <= resolved.needs.len());
            }
            checksums(&lock);
        }

        #[test]
        fn a_tree_of_any_depth_is_read_as_it_stands(depths in proptest::collection::vec(0..6_usize, 1..40)) {
            // Never more than one deeper than the line before.
            let mut last = 0;
            let lines: Vec<_> = depths.iter().enumerate().map(|(at, depth)| {
                last = if at == 0 { 0 } else { (*depth).min(last + 1) };
                (last, format!("c{at} v1.0.0"))
            }).collect();
            let text: Vec<_> = lines.iter().map(|(depth, name)| format!("{depth} {name}|MIT")).collect();
            let resolved = read(&text.join("\n"));
            for (at, (depth, name)) in lines.iter().enumerate() {
                let parent = lines[..at].iter().rev().find(|(above, _)| above < depth);
                if let Some((_, parent)) = parent.filter(|_| *depth > 0) {
                    prop_assert!(resolved.needs[parent].contains(name));
                }
            }
        }
    }
}
