use clap::{Args, ValueEnum};
use picture::graph::Graph as Drawn;
use picture::mermaid::mermaid;
use picture::read::Reading;
use picture::svg::{Drawing, svg};
use stacks::stage::{Stage, nearest};
use std::path::{Path, PathBuf};

use crate::judge;
use crate::output;
use crate::project::Project;
use crate::stages;
use engine::failure::{Context, Failure, Outcome};

/// Draw a stage: what it runs, and what goes from where to where
///
/// Needs no account and no network. The same stage file gives the same bytes.
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Only this pipeline, with what it shares
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Mermaid, which code hosts show, or SVG; by default what FILE ends with, else Mermaid
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write to FILE instead of printing
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Mermaid,
    Svg,
}

impl Graph {
    pub(crate) fn run(&self) -> Outcome {
        let stage = stages::load(&Project::find()?, &self.stage)?;
        let world = judge::world(&stage)?;
        let graph = Reading::new(&world, &prefix(&stage)).graph();
        let (title, lanes) = match &self.pipeline {
            None => (format!("The pipelines of stage {}", stage.name), graph.lanes()),
            Some(name) => {
                let title = format!("Pipeline {name} of stage {}", stage.name);
                (title, vec![(String::new(), one(&stage, &graph, name)?)])
            }
        };
        let text = match self.format() {
            Format::Mermaid => mermaid(&title, &lanes),
            Format::Svg => svg(&Drawing { title: &title, lanes: &lanes, id: "stage", is_part: false }),
        };
        match &self.out {
            Some(file) => write(file, &text),
            None => output::line(&text),
        }
    }

    fn format(&self) -> Format {
        let ends_with_svg =
            self.out.as_deref().and_then(Path::extension).is_some_and(|end| end.eq_ignore_ascii_case("svg"));
        self.format.unwrap_or(if ends_with_svg { Format::Svg } else { Format::Mermaid })
    }
}

/// What the names of all that a stage has begin with.
pub(crate) fn prefix(stage: &Stage) -> String {
    format!("{}-{}-", stage.project, stage.name)
}

fn one(stage: &Stage, graph: &Drawn, name: &str) -> Outcome<Drawn> {
    let known = graph.pipelines();
    if known.contains(name) {
        return Ok(graph.pipeline(name));
    }
    let failure = Failure::invalid(format!("stage {} has no pipeline '{name}'", stage.name));
    Err(match nearest(name, known.iter().copied()) {
        Some(meant) => failure.hint(format!("did you mean '{meant}'?")),
        None => failure.hint(format!("its pipelines: {}", known.into_iter().collect::<Vec<_>>().join(", "))),
    })
}

/// To a file, in a folder that is made if it is not there.
pub(crate) fn write(file: &Path, text: &str) -> Outcome {
    let cannot_write = || format!("cannot write {}", file.display());
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).failing(cannot_write)?;
    }
    std::fs::write(file, text).failing(cannot_write)
}
