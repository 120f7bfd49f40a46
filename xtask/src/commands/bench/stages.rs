//! Projects of one stage and of many: rendered and checked, beside a process with nothing to do and beside cfn-lint.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

use super::report::{Row, Rule, Unit};
use super::tool::{Tool, peak_mb, timed};
use super::{Bench, Part};
use crate::project::Project;
use crate::tools;
use engine::failure::{Context, Outcome};

/// A stage with all pipelines.
const LIKE: &str = "staging";

/// With fewer stages than these, one run says enough; what one more stage takes of memory is their difference.
const FEW: usize = 10;
const MANY: usize = 1_000;

/// What one more stage may take: its names, which no other stage may have, and no more. Its templates are more than twenty times as long.
const KB_A_STAGE: f64 = 8.0;

/// A project that has nothing but stage files, each a stage of its own.
fn project_of(stages: usize) -> Outcome<TempDir> {
    let like = Project::find()?.environments().join(format!("{LIKE}.yaml"));
    let text = fs::read_to_string(&like).failing(|| format!("cannot read {}", like.display()))?;
    let cannot = || format!("cannot make a project of {stages} stages");
    let project = tempfile::tempdir().failing(cannot)?;
    let environments = project.path().join("environments");
    fs::create_dir(&environments).failing(cannot)?;
    fs::write(project.path().join("Cargo.toml"), "").failing(cannot)?;
    for number in 0..stages {
        fs::write(environments.join(format!("s{number}.yaml")), &text).failing(cannot)?;
    }
    Ok(project)
}

/// What takes long is run less often.
fn runs(bench: &Bench, stages: usize) -> u32 {
    match stages {
        0..FEW => bench.runs,
        FEW..MANY => bench.runs.div_ceil(5),
        _ => 1,
    }
}

fn named(what: &str, stages: usize) -> String {
    if stages == 1 { format!("{what} 1 stage") } else { format!("{what} {stages} stages") }
}

pub(super) fn rendered(tool: &Tool, bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for &stages in &bench.stages {
        let (project, what) = (project_of(stages)?, named("render", stages));
        let out = project.path().join("rendered").display().to_string();
        let args = ["render", "--all", "--out", &out];
        let own = timed(runs(bench, stages), &what, || Ok(tool.command(project.path(), &args)))?;
        let start = timed(bench.runs, "starting", || Ok(tool.command(project.path(), &["--version"])))?;
        let row = Row::new(Part::Render, what, own.median_ms, Unit::Milliseconds).cpu(own.cpu_ms);
        let row = row.beside("starting the process", start.median_ms);
        #[expect(clippy::cast_precision_loss, reason = "a thousand at most")]
        let limit = 20.0 + 10.0 * stages as f64;
        rows.push(row.limit(Rule::Above(limit)));
    }
    Ok(rows)
}

pub(super) fn checked(project: &Project, tool: &Tool, bench: &Bench) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for &stages in &bench.stages {
        let project = project_of(stages)?;
        let (known, what) = (project.path().join("target"), named("check", stages));
        let check = || here(tool.command(project.path(), &["check"]));
        let first = timed(runs(bench, stages), &what, || forget(&known).map(|()| check()))?;
        let again = timed(runs(bench, stages), &format!("{what} again"), || Ok(check()))?;
        let start = timed(bench.runs, "starting", || Ok(tool.command(project.path(), &["--version"])))?;
        #[expect(clippy::cast_precision_loss, reason = "a thousand at most")]
        let limit = |stage: f64| Rule::Above(600.0 + stage * stages as f64);
        for (what, own, limit) in
            [(what.clone(), first, limit(150.0)), (format!("{what}, unchanged"), again, limit(50.0))]
        {
            let row = Row::new(Part::Check, what, own.median_ms, Unit::Milliseconds).cpu(own.cpu_ms);
            rows.push(row.beside("starting the process", start.median_ms).limit(limit));
        }
    }
    rows.push(beside_cfn_lint(project, tool, bench)?);
    let peak = |stages| peak_mb(&mut tool.command(project_of(stages)?.path(), &["check"]));
    let (few, many) = (peak(FEW)?, peak(MANY)?);
    #[expect(clippy::cast_precision_loss, reason = "a thousand at most")]
    let a_stage = (many - few) * 1_024.0 / (MANY - FEW) as f64;
    rows.push(
        Row::new(Part::Check, named("memory of check,", MANY), many, Unit::Megabytes)
            .beside(format!("{FEW} stages"), few),
    );
    rows.push(
        Row::new(Part::Check, "memory of one more stage", a_stage, Unit::Kilobytes).limit(Rule::AtMost(KB_A_STAGE)),
    );
    Ok(rows)
}

/// What is known of earlier runs is in the project itself, wherever its builds go.
fn here(mut command: Command) -> Command {
    command.env_remove("CARGO_TARGET_DIR");
    command
}

/// Judges them as if for the first time.
fn forget(known: &Path) -> Outcome {
    tools::remove(known).failing(|| format!("cannot remove {}", known.display()))
}

/// The same templates, which both read from files.
fn beside_cfn_lint(project: &Project, tool: &Tool, bench: &Bench) -> Outcome<Row> {
    let one = project_of(1)?;
    let out = one.path().join("rendered");
    super::tool::succeed(
        &mut tool.command(one.path(), &["render", "--stage", "s0", "--out", &out.display().to_string()]),
    )?;
    let mut files: Vec<PathBuf> = fs::read_dir(&out)
        .failing(|| "nothing was rendered".to_owned())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    let lint = tools::cfn_lint(project)?;
    let few = bench.runs.div_ceil(10);
    let own = timed(few, "check of templates", || {
        forget(&one.path().join("target"))?;
        let mut command = here(tool.command(one.path(), &["check", "--template"]));
        command.args(&files);
        Ok(command)
    })?;
    let other = timed(few, "cfn-lint", || {
        let mut command: Command = lint.command("cfn-lint");
        command.arg("--").args(&files);
        Ok(command)
    })?;
    let what = format!("check of {} templates", files.len());
    let row = Row::new(Part::Check, what, own.median_ms, Unit::Milliseconds).cpu(own.cpu_ms);
    Ok(row.beside("cfn-lint", other.median_ms).aim(Rule::AtMostTimes(0.5)))
}
