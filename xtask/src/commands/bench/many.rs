//! A project of many stages, and how much room it takes to check them all.

use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use engine::failure::{Context, Failure, Outcome};

/// Few stages and many: what one more takes is the difference.
const FEW: usize = 10;
const MANY: usize = 1000;

/// What one more stage may take: less than a tenth of what its templates are long.
const LIMIT_KB: f64 = 2.0;

#[derive(Debug, Serialize)]
pub(super) struct ManyStages {
    stages: usize,
    seconds: f64,
    /// The most memory that the process had, for few stages and for many.
    few_mb: f64,
    many_mb: f64,
    kb_a_stage: f64,
}

impl ManyStages {
    /// Checks copies of one stage file, each a stage of its own.
    pub(super) fn measure(binary: &Path, stage_file: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(stage_file).failing(|| format!("cannot read {}", stage_file.display()))?;
        let started = Instant::now();
        let many_kb = peak_kb(binary, &text, MANY)?;
        let seconds = started.elapsed().as_secs_f64();
        let few_kb = peak_kb(binary, &text, FEW)?;
        #[expect(clippy::cast_precision_loss, reason = "rounded for people")]
        let kb_a_stage = (many_kb - few_kb) / (MANY - FEW) as f64;
        Ok(Self { stages: MANY, seconds, few_mb: few_kb / 1024.0, many_mb: many_kb / 1024.0, kb_a_stage })
    }

    pub(super) fn keeps_its_limit(&self) -> bool {
        self.kb_a_stage < LIMIT_KB
    }
}

fn peak_kb(binary: &Path, stage_file: &str, stages: usize) -> Outcome<f64> {
    let cannot = || "cannot make a project of many stages".to_owned();
    let project = tempfile::tempdir().failing(cannot)?;
    let environments = project.path().join("environments");
    fs::create_dir(&environments).failing(cannot)?;
    fs::write(project.path().join("Cargo.toml"), "").failing(cannot)?;
    for number in 0..stages {
        fs::write(environments.join(format!("s{number}.yaml")), stage_file).failing(cannot)?;
    }
    let mut command = Command::new(binary);
    command.arg("check").current_dir(project.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().failing(|| format!("{} does not run", binary.display()))?;
    let mut peak = 0.0;
    loop {
        // Gone once the process has ended, so that the last look counts.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim_end_matches("kB").trim().parse().ok()).unwrap_or(peak);
        if let Some(ended) = child.try_wait().failing(|| "cannot wait for the check".to_owned())? {
            let told =
                || Failure::new("the check of many stages fails").hint("mend that first: a failure has no speed");
            return if ended.success() { Ok(peak) } else { Err(told()) };
        }
        thread::sleep(Duration::from_millis(2));
    }
}

impl fmt::Display for ManyStages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stages, seconds, few_mb, many_mb, kb_a_stage } = self;
        writeln!(f, "check {stages} stages: {seconds:.1} s")?;
        let kept = if self.keeps_its_limit() { "kept" } else { "BROKEN" };
        writeln!(f, "  memory: {many_mb:.1} MB, with {FEW} stages {few_mb:.1} MB: {kb_a_stage:.2} kB a stage")?;
        writeln!(f, "  limit: {LIMIT_KB:.0} kB a stage, {kept}")
    }
}
