use clap::{Args, Subcommand};
use engine::failure::{Failure, Outcome};
use scaffold::{BadName, Fault, FunctionName, Name, Plan};
use serde::Serialize;
use std::fmt;
use std::fs;

use crate::output::Form;
use crate::project::Project;

mod renew;
mod uncommitted;
mod write;

/// Add a pipeline or a function to the project, with everything that it needs
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
    Function(NewFunction),
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
    #[command(flatten)]
    how: How,
}

/// Add a function to a pipeline, fed by a bucket and a queue of its own
///
/// Contract, crate, settings below those of the pipeline, its part of the stack, cost, and tests of each. The pipeline is one that
/// `new pipeline` made, accommodation or flats.
#[derive(Debug, Args)]
struct NewFunction {
    /// Lower-case words with hyphens between, such as mark-frost
    name: String,
    /// The pipeline that it is of
    #[arg(long, value_name = "NAME")]
    pipeline: String,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
struct How {
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
    /// The kind of what is new, and its name.
    what: &'static str,
    name: String,
    /// The crate of its function.
    function: String,
    /// The pipeline that it is, or is of.
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
            What::Function(function) => function.run(),
        }
    }
}

impl NewPipeline {
    fn run(&self) -> Outcome {
        let project = Project::find()?;
        let name = Name::new(&self.name).map_err(misnamed)?;
        let plan = scaffold::pipeline(&name, &self.stages, &reads(&project)).map_err(refused)?;
        self.how.carry_out(&project, &plan, &self.stages)?;
        let function = format!("clean-{}", name.word());
        let report = NewReport::of("pipeline", name.word(), function, name.word(), plan, self.how.dry_run);
        Form::json_if(self.how.json).tell(&report)
    }
}

impl NewFunction {
    fn run(&self) -> Outcome {
        let project = Project::find()?;
        let name = FunctionName::new(&self.name).map_err(misnamed)?;
        let pipeline = Name::new(&self.pipeline).map_err(misnamed)?;
        let plan = scaffold::function(&name, &pipeline, &reads(&project)).map_err(refused)?;
        let section = format!("\n  {}:", pipeline.word());
        let has_it =
            |stage: &str| reads(&project)(&format!("environments/{stage}.yaml"))?.contains(&section).then_some(());
        let drawn = has_it(renew::DRAWN).map(|()| renew::DRAWN.to_owned());
        self.how.carry_out(&project, &plan, drawn.as_slice())?;
        let function = name.bin().to_owned();
        let report = NewReport::of("function", name.bin(), function, pipeline.word(), plan, self.how.dry_run);
        Form::json_if(self.how.json).tell(&report)
    }
}

impl How {
    fn carry_out(&self, project: &Project, plan: &Plan, stages: &[String]) -> Outcome {
        if self.dry_run || plan.changes.is_empty() {
            return Ok(());
        }
        if !self.allow_dirty {
            uncommitted::refuse(project, plan)?;
        }
        write::all(project.root(), plan)?;
        renew::all(project, stages)
    }
}

fn reads(project: &Project) -> impl Fn(&str) -> Option<String> {
    |file: &str| fs::read_to_string(project.root().join(file)).ok()
}

fn misnamed(bad: BadName) -> Failure {
    Failure::invalid(bad.to_string()).hint(bad.remedy)
}

fn refused(fault: Fault) -> Failure {
    Failure::invalid(fault.to_string()).hint(fault.remedy)
}

impl NewReport {
    fn of(what: &'static str, name: &str, function: String, pipeline: &str, plan: Plan, dry_run: bool) -> Self {
        let (written, changed): (Vec<_>, Vec<_>) = plan.changes.into_iter().partition(|change| change.is_new);
        let files = |changes: Vec<scaffold::Change>| changes.into_iter().map(|change| change.file).collect();
        let (name, pipeline) = (name.to_owned(), pipeline.to_owned());
        Self { what, name, function, pipeline, written: files(written), changed: files(changed), dry_run }
    }
}

impl fmt::Display for NewReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, name, function, pipeline, written, changed, dry_run } = self;
        if written.is_empty() {
            return write!(f, "{what} {name} is there already: nothing was changed");
        }
        written.iter().try_for_each(|file| writeln!(f, "new      {file}"))?;
        changed.iter().try_for_each(|file| writeln!(f, "changed  {file}"))?;
        if *dry_run {
            return write!(f, "nothing was written: this was a dry run");
        }
        writeln!(f, "{what} {name} is there; its logic is functions/{function}/src/record.rs")?;
        write!(f, "next: cargo xtask test\n      cargo xtask deploy --stage local")?;
        if *what == "pipeline" {
            write!(f, "\n      cargo xtask send {pipeline} --stage local --files 10")?;
            write!(f, "\n      cargo xtask verify {pipeline} --stage local --wait 60")?;
        }
        Ok(())
    }
}
