use clap::Args;
use stacks::render::Rendered;
use std::fs;
use std::path::PathBuf;

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
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Write DIR/{stack}.yaml instead of printing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Render {
    pub(crate) fn run(&self) -> Outcome {
        let stage = stages::load(&Project::find()?, &self.stage)?;
        let rendered = stages::rendered(&stage)?;
        let Some(dir) = &self.out else {
            let body = |rendered: &Rendered| format!("---\n# {}\n{}", rendered.stack.name, rendered.body);
            let bodies: Vec<_> = rendered.iter().map(body).collect();
            return output::line(&bodies.concat());
        };
        fs::create_dir_all(dir).failing(|| format!("cannot make the folder {}", dir.display()))?;
        for rendered in rendered {
            let file = dir.join(format!("{}.yaml", rendered.stack.kind.name()));
            fs::write(&file, &rendered.body).failing(|| format!("cannot write {}", file.display()))?;
        }
        Ok(())
    }
}
