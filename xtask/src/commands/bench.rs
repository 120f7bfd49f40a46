mod capacity;
mod checkout;
mod cold;
mod databases;
mod deploys;
mod floor;
mod functions;
mod machine;
mod report;
mod runtime_api;
mod sizes;
mod stages;
mod tool;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::output::Form;
use crate::progress::say;
use crate::project::Project;
use engine::failure::{Failure, Outcome};
use floor::Step;
use machine::Machine;
use report::{Broken, Report, Row};
use tool::Tool;

/// Measure the tool and the functions, each beside something measured in the same run, as one table
///
/// The tool stands beside a floor: the process with nothing to do, the emulator asked for the same by the fewest calls. The
/// functions stand beside Python, the mere reading of their input, PostgreSQL and `DuckDB`. What breaks a limit ends it with 1.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Only these parts, with commas between them [default: all]
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// How often what takes less than a second is run
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: u32,
    /// How often the local stage is brought up, and one of its functions changed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// With how many stages render and check are measured
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1, 100, 1000])]
    stages: Vec<usize>,
    /// Megabytes of input that the functions and Python are measured with
    #[arg(long, value_name = "N", default_value_t = 200)]
    input_mb: u64,
    /// Megabytes of the object with which the functions' memory is measured
    #[arg(long, value_name = "N", default_value_t = 1000)]
    large_mb: u64,
    /// Orders and prices that go into PostgreSQL and to Parquet
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    rows: u64,
    /// Start and weigh the functions as the local stage builds them, which takes a third of the time of what ships
    #[arg(long)]
    quick: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// What this command asks of itself, in another process
    #[arg(long, hide = true, value_name = "STEP")]
    floor: Option<Step>,
}

/// What can be measured by itself, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    /// Templates of 1, 100 and 1,000 stages
    Render,
    /// The rules over 1, 100 and 1,000 stages, beside cfn-lint, and their memory
    Check,
    /// The local stage: brought up, with nothing to do, and with one function changed
    Deploy,
    /// From a function's start to its first answer
    Cold,
    /// Programs and archives
    Size,
    /// The functions beside Python and beside reading their input
    Functions,
    /// Orders and prices, beside PostgreSQL's own COPY and beside `DuckDB`
    Databases,
    /// What the model of `capacity` says beside this machine
    Capacity,
}

impl Bench {
    pub(crate) async fn run(&self) -> Outcome {
        if let Some(step) = self.floor {
            return floor::run(step).await;
        }
        let project = Project::find()?;
        let before = Machine::now();
        let (mut tool, mut rows, mut broken) = (None, Vec::new(), Vec::new());
        for part in self.parts() {
            let named = part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            say(&format!("== {named}"));
            // What cannot be measured here takes nothing from what can.
            match self.measure(&project, &mut tool, part) {
                Ok(measured) => rows.extend(measured),
                Err(failure) => {
                    say(&format!("error: {failure}"));
                    broken.push(Broken { part, why: failure.to_string() });
                }
            }
        }
        let report = Report { machine: before.until_now(), rows, broken };
        Form::json_if(self.json).tell(&report)?;
        if let Some(Broken { why, .. }) = report.broken.first() {
            return Err(Failure::new("not everything could be measured").since(why.clone()));
        }
        match report.rows.iter().find(|row| row.breaks_its_limit()) {
            Some(row) => Err(Failure::new(format!("'{}' breaks its limit", row.what))
                .hint("measure again on a machine at rest; if it stays, look at what was added to that path")),
            None => Ok(()),
        }
    }

    fn parts(&self) -> Vec<Part> {
        let mut parts = if self.only.is_empty() { Part::value_variants().to_vec() } else { self.only.clone() };
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    fn measure(&self, project: &Project, tool: &mut Option<Tool>, part: Part) -> Outcome<Vec<Row>> {
        match part {
            Part::Render => stages::rendered(Tool::of(tool, project)?, self),
            Part::Check => stages::checked(project, Tool::of(tool, project)?, self),
            Part::Deploy => deploys::measure(project, Tool::of(tool, project)?, self.rounds, self.runs),
            Part::Cold => cold::measure(project, self.runs, self.quick),
            Part::Size => sizes::measure(project, Tool::of(tool, project)?, self.quick),
            Part::Functions => functions::measure(project, self.input_mb, self.large_mb),
            Part::Databases => databases::measure(project, self.rows),
            Part::Capacity => capacity::measure(project),
        }
    }
}
