//! The tutorial does what it says: its commands are run, its files written, its changes made, in a checkout of its own. What
//! `new pipeline` wrote passes every check before anything of it is touched.

use crate::common::{LocalStage, files, root, target, text};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A block of code, with what stands behind its three ticks.
struct Block<'a> {
    info: &'a str,
    text: String,
    line: usize,
}

fn blocks(tutorial: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in tutorial.lines().enumerate() {
        match line.strip_prefix("```") {
            Some("") if open => open = false,
            Some(info) => {
                assert!(!open, "docs/tutorial.md:{}: a block within a block", number + 1);
                open = true;
                blocks.push(Block { info, text: String::new(), line: number + 2 });
            }
            None if open => blocks.last_mut().unwrap().text.extend([line, "\n"]),
            None => {}
        }
    }
    assert!(!open, "docs/tutorial.md: the last block has no end");
    blocks
}

/// A copy of all files that git knows, always at the same place, so that what was built there is there still. Only what
/// differs is written: cargo goes by times.
fn checkout() -> PathBuf {
    let (copy, files) = (Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial-checkout"), files());
    for dir in ["environments", "functions", "stacks", "templates", "xtask"] {
        remove_others(&copy, Path::new(dir), &files);
    }
    for file in files {
        let (content, to) = (fs::read(root().join(&file)).unwrap(), copy.join(file));
        if fs::read(&to).is_ok_and(|there| there == content) {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, content).unwrap();
    }
    copy
}

/// What is gone from this checkout goes there too.
fn remove_others(copy: &Path, dir: &Path, files: &BTreeSet<PathBuf>) {
    let Ok(entries) = fs::read_dir(copy.join(dir)) else { return };
    for entry in entries {
        let path = dir.join(entry.unwrap().file_name());
        if copy.join(&path).is_dir() {
            remove_others(copy, &path, files);
            // A crate's folder without its crate is no member of the workspace. One that holds something stays.
            let _ = fs::remove_dir(copy.join(&path));
        } else if !files.contains(&path) {
            fs::remove_file(copy.join(path)).unwrap();
        }
    }
}

/// The checkout as somebody has it who follows the tutorial.
struct Reader {
    stage: LocalStage,
    checkout: PathBuf,
    /// What the last command said.
    said: String,
    /// How long each took.
    took: Vec<String>,
}

impl Reader {
    fn new() -> Self {
        let checkout = checkout();
        let _ = fs::remove_dir_all(checkout.join(".git"));
        // Crates of both checkouts would be one to cargo, which knows them by their places below a workspace, and by this.
        let manifest = fs::read_to_string(checkout.join("Cargo.toml")).unwrap();
        let renamed = manifest.replacen("\nversion = \"0.1.0\"", "\nversion = \"0.1.0-tutorial\"", 1);
        assert_ne!(manifest, renamed);
        fs::write(checkout.join("Cargo.toml"), renamed).unwrap();
        let mut reader =
            Self { stage: LocalStage::of(checkout.clone()), checkout, said: String::new(), took: Vec::new() };
        for line in [
            "cargo update --quiet --workspace --offline",
            "git init --quiet --initial-branch main",
            "git add --all",
            "git commit --quiet --message begin",
        ] {
            reader.succeed(line);
        }
        reader
    }

    /// One line, as a shell runs it. Of the project as it is committed, the program under test is `cargo xtask`: to build it
    /// in this checkout too would only take its time.
    fn run(&mut self, line: &str) -> Output {
        let shown = match line.strip_prefix("cargo xtask ") {
            None => line.to_owned(),
            Some(rest) if rest.starts_with("new ") => format!("{} {rest}", env!("CARGO_BIN_EXE_xtask")),
            // What `cargo xtask` does, but for functions, which are built where those of all checkouts are.
            Some(rest) => format!(
                "cargo build --quiet --ignore-rust-version --package xtask && env -u CARGO_BUILD_BUILD_DIR CARGO_TARGET_DIR={} \
                 target/debug/xtask {rest}",
                target().display()
            ),
        };
        let mut command = Command::new("sh");
        command.args(["-c", &shown]).current_dir(&self.checkout).env("MILLRACE_STATE", self.stage.state());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Reader").env(format!("GIT_{who}_EMAIL"), "reader@example.com");
        }
        // Cargo sets these for the test; handed on, they would make it build everything anew.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_")) {
            if name != "CARGO_HOME" {
                command.env_remove(name);
            }
        }
        // What both checkouts need is built once; what they are for is kept apart, above all the program under test.
        command.env("CARGO_BUILD_BUILD_DIR", target()).env("CARGO_TARGET_DIR", self.checkout.join("target"));
        let begun = std::time::Instant::now();
        let output = command.output().unwrap();
        self.took.push(format!("{:>6.1} s  {line}", begun.elapsed().as_secs_f64()));
        self.said = text(&[&output.stdout[..], &output.stderr].concat());
        output
    }

    fn succeed(&mut self, line: &str) {
        let output = self.run(line);
        assert!(output.status.success(), "'{line}' ended with {:?}:\n{}", output.status.code(), self.said);
    }

    fn follow(&mut self, block: &Block) {
        let place = format!("docs/tutorial.md:{}", block.line);
        match block.info {
            "sh" => block.text.lines().for_each(|line| self.succeed(line)),
            "sh fails" => {
                let code = self.run(block.text.trim()).status.code();
                assert!(matches!(code, Some(1..=3)), "{place} ended with {code:?}:\n{}", self.said);
            }
            "text" => block.text.lines().for_each(|line| {
                assert!(
                    self.said.lines().any(|said| said.trim() == line.trim()),
                    "{place}: no '{line}' in:\n{}",
                    self.said
                );
            }),
            "diff" => self.change(&block.text, &place),
            "yaml" => {
                let file = block.text.lines().next().and_then(|first| first.strip_prefix("# "));
                let file = file.unwrap_or_else(|| panic!("{place}: the first line names no file"));
                fs::write(self.checkout.join(file), &block.text).unwrap();
            }
            other => panic!("{place}: nobody knows what to do with '{other}'"),
        }
    }

    fn change(&self, diff: &str, place: &str) {
        let mut git = Command::new("git");
        git.args(["apply", "--recount", "-"]).current_dir(&self.checkout).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut git = git.spawn().unwrap();
        std::io::Write::write_all(&mut git.stdin.take().unwrap(), diff.as_bytes()).unwrap();
        let output = git.wait_with_output().unwrap();
        assert!(output.status.success(), "{place} does not apply: {}", text(&output.stderr));
    }
}

/// What `cargo xtask test` would do with the crates that were added or changed, apart from the shell.
const CHECKS: [&str; 3] = [
    "cargo fmt --all --check",
    "cargo clippy --quiet --ignore-rust-version --package contract --package clean-weather --package mark-frost --package stacks \
     --package estimate --all-targets -- --deny warnings",
    "cargo test --quiet --ignore-rust-version --package contract --package clean-weather --package mark-frost --package stacks \
     --package estimate -- --skip wiring_that_does_not_fit_does_not_compile",
];

#[test]
fn the_tutorial_does_what_it_says() {
    let tutorial = fs::read_to_string(root().join("docs/tutorial.md")).unwrap();
    let blocks = blocks(&tutorial);
    let mut reader = Reader::new();
    let (made, rest) = blocks.split_first().unwrap();
    reader.follow(made);
    // Not of the tutorial: a second function, which stays beside the first one while the tutorial goes on.
    reader.succeed("cargo xtask new function mark-frost --pipeline weather --allow-dirty");
    for check in CHECKS {
        reader.succeed(check);
    }
    reader.succeed("cargo xtask new pipeline weather --allow-dirty");
    assert!(reader.said.contains("is there already: nothing was changed"), "{}", reader.said);

    for block in rest {
        reader.follow(block);
        if block.text.starts_with("cargo xtask status") {
            reader.succeed("cargo xtask check");
        }
    }
    let left = reader.run("git status --porcelain");
    assert_eq!(text(&left.stdout), "", "the tutorial leaves something behind");
    eprintln!("{}", reader.took.join("\n"));
}

#[test]
fn what_cannot_be_made_is_refused_and_changes_nothing() {
    let stage = LocalStage::here();
    for (args, code, says) in [
        (&["pipeline", "Weather"][..], 2, "such as weather"),
        (&["pipeline", "taxi"], 2, "'taxi' is taken"),
        (&["pipeline", "weather", "--stages", "devv"], 2, "there is no such stage file"),
    ] {
        let output = stage.run(&[&["new"], args].concat());
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(says), "{args:?}: {}", text(&output.stderr));
    }
    let planned = stage.json(&["new", "pipeline", "weather", "--dry-run"]);
    assert!(planned["written"].as_array().unwrap().len() > 10, "{planned}");
    assert!(!root().join("functions/clean-weather").exists());
}
