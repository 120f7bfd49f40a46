use clap::Args;
use serde::Serialize;
use std::fmt;

use crate::archives;
use crate::output::Form;
use crate::project::Project;
use crate::stages;
use engine::failure::{Failure, Outcome};
use stacks::stage::instead;

/// Build the function archives of a stage
///
/// The same code gives the same bytes. cargo-lambda and zig are installed on first use.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The stage to build for, which decides the architecture
    #[arg(long, value_name = "NAME", default_value = "local")]
    stage: String,
    /// Only this function
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct BuildReport {
    stage: String,
    architecture: &'static str,
    archives: Vec<ArchiveReport>,
}

#[derive(Debug, Serialize)]
struct ArchiveReport {
    function: String,
    path: String,
    sha256: String,
    bytes: u64,
}

impl Build {
    pub(crate) async fn run(&self) -> Outcome {
        let project = Project::find()?;
        let stage = stages::load(&project, &self.stage)?;
        let mut rendered = stages::rendered(&stage)?;
        let functions: Vec<_> = rendered.iter().flat_map(|r| &r.stack.functions).map(|code| code.function).collect();
        if let Some(wanted) = self.function.as_deref().filter(|wanted| !functions.contains(wanted)) {
            return Err(Failure::invalid(format!("stage {} has no function '{wanted}'", self.stage))
                .hint(instead(wanted, &functions)));
        }
        if let Some(wanted) = &self.function {
            for rendered in &mut rendered {
                rendered.stack.functions.retain(|code| code.function == *wanted);
            }
        }
        let archives = archives::of(&project, &stage, &rendered).await?;
        let archives = archives.into_iter().map(|archive| ArchiveReport {
            function: archive.function,
            path: archive.path.display().to_string(),
            sha256: archive.sha256_hex,
            bytes: archive.bytes,
        });
        Form::json_if(self.json).tell(&BuildReport {
            stage: self.stage.clone(),
            architecture: stage.architecture.name(),
            archives: archives.collect(),
        })
    }
}

impl fmt::Display for BuildReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ArchiveReport { function, path, sha256, bytes } in &self.archives {
            writeln!(f, "{function}  {} KB  {}  sha256 {}", bytes / 1024, self.architecture, &sha256[..12])?;
            writeln!(f, "  {path}")?;
        }
        Ok(())
    }
}
