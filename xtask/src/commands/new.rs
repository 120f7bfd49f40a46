use clap::{Args, Subcommand};
use engine::failure::{Failure, Outcome};
use scaffold::{Fault, Name, Plan};
use serde::Serialize;
use std::fmt;
use std::fs;

use crate::output::Form;
use crate::project::Project;

mod renew;
mod uncommitted;
mod write;

/// Add a pipeline to the project, with everything that it needs
///
/// What it writes passes every check and test as it is; from there on it is yours.
#[derive(Debug, Args)]
pub(crate) struct New {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Pipeline(NewPipeline),
}

/// Add a pipeline: files of records arrive in a bucket, a queue tells of them, a function cleans them
///
/// Contract, function, settings, stack, made-up data for `send`, books for `verify`, cost and capacity, tests of each, and a
/// section in stage files. What follows from them (schemas, reviewed templates, drawings) is written anew. Its logic is one
/// file: functions/clean-NAME/src/record.rs.
#[derive(Debug, Args)]
struct NewPipeline {
    /// One word of lower-case letters and digits, such as weather
    name: String,
    /// The stages that get it
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "local,dev")]
    stages: Vec<String>,
    /// Only list what would be written
    #[arg(long)]
    dry_run: bool,
    /// Change files that have changes which are not committed
    #[arg(long)]
    allow_dirty: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct NewReport {
    pipeline: String,
    written: Vec<String>,
    changed: Vec<String>,
    /// Whether it is only what would be done.
    dry_run: bool,
}

impl New {
    pub(crate) fn run(&self) -> Outcome {
        match &self.what {
            What::Pipeline(pipeline) => pipeline.run(),
        }
    }
}

impl NewPipeline {
    fn run(&self) -> Outcome {
        let project = Project::find()?;
        let name = Name::new(&self.name).map_err(|bad| Failure::invalid(bad.to_string()).hint(&bad.remedy))?;
        let read = |file: &str| fs::read_to_string(project.root().join(file)).ok();
        let plan = scaffold::pipeline(&name, &self.stages, &read).map_err(refused)?;
        if !self.dry_run && !plan.changes.is_empty() {
            if !self.allow_dirty {
                uncommitted::refuse(&project, &plan)?;
            }
            write::all(&project, &plan)?;
            renew::all(&project, &self.stages)?;
        }
        Form::json_if(self.json).tell(&NewReport::of(name.word(), plan, self.dry_run))
    }
}

fn refused(fault: Fault) -> Failure {
    Failure::invalid(fault.to_string()).hint(fault.remedy)
}

impl NewReport {
    fn of(pipeline: &str, plan: Plan, dry_run: bool) -> Self {
        let (written, changed): (Vec<_>, Vec<_>) = plan.changes.into_iter().partition(|change| change.is_new);
        let files = |changes: Vec<scaffold::Change>| changes.into_iter().map(|change| change.file).collect();
        Self { pipeline: pipeline.to_owned(), written: files(written), changed: files(changed), dry_run }
    }
}

impl fmt::Display for NewReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pipeline, written, changed, dry_run } = self;
        if written.is_empty() {
            return write!(f, "pipeline {pipeline} is there already: nothing was changed");
        }
        written.iter().try_for_each(|file| writeln!(f, "new      {file}"))?;
        changed.iter().try_for_each(|file| writeln!(f, "changed  {file}"))?;
        if *dry_run {
            return write!(f, "nothing was written: this was a dry run");
        }
        write!(
            f,
            "pipeline {pipeline} is there; its logic is functions/clean-{pipeline}/src/record.rs\n\
             next: cargo xtask test\n      cargo xtask deploy --stage local\n      \
             cargo xtask send {pipeline} --stage local\n      cargo xtask verify {pipeline} --stage local --wait 60"
        )
    }
}
