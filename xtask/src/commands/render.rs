use clap::Args;
use stacks::render::Rendered;
use std::fs;
use std::path::{Path, PathBuf};

use crate::output;
use crate::project::Project;
use crate::stages;
use engine::failure::{Context, Outcome};

/// Write a stage's CloudFormation templates
///
/// Needs no account and no network. The same stage file gives the same bytes.
#[derive(Debug, Args)]
pub(crate) struct Render {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME", required_unless_present = "all")]
    stage: Option<String>,
    /// Every stage, each into a folder of its name
    #[arg(long, conflicts_with = "stage", requires = "out")]
    all: bool,
    /// Write DIR/{stack}.yaml instead of printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Render {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        let Some(stage) = &self.stage else {
            let out = self.out.as_deref().unwrap_or(Path::new(""));
            let names = stages::names(&project)?;
            return names.iter().try_for_each(|name| write(rendered(&project, name)?, &out.join(name)));
        };
        let rendered = rendered(&project, stage)?;
        if let Some(dir) = &self.out {
            return write(rendered, dir);
        }
        let body = |rendered: &Rendered| format!("---\n# {}\n{}", rendered.stack.name, rendered.body);
        let bodies: Vec<_> = rendered.iter().map(body).collect();
        output::line(&bodies.concat())
    }
}

fn rendered(project: &Project, stage: &str) -> Outcome<Vec<Rendered>> {
    stages::rendered(&stages::load(project, stage)?)
}

fn write(rendered: Vec<Rendered>, dir: &Path) -> Outcome {
    fs::create_dir_all(dir).failing(|| format!("cannot make the folder {}", dir.display()))?;
    for rendered in rendered {
        let file = dir.join(format!("{}.yaml", rendered.stack.kind.name()));
        fs::write(&file, &rendered.body).failing(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
