use clap::Args;
use engine::failure::{Context, Failure, Outcome};
use serde::Serialize;
use stacks::stage::{Upgraded, VERSION, upgraded};
use std::fmt;
use std::fs;

use crate::output::Form;
use crate::project::Project;
use crate::{stages, whole_file};

/// Bring stage files of an earlier version up to date
///
/// Comments and all else stay as they are written. Nothing is written unless every file can be.
#[derive(Debug, Args)]
pub(crate) struct MigrateConfig {
    /// Only the file of this stage, instead of all in environments/
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// Only say what would be changed
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct MigrationReport {
    version: u32,
    written: bool,
    files: Vec<FileReport>,
}

#[derive(Debug, Serialize)]
struct FileReport {
    file: String,
    changes: Vec<String>,
}

impl MigrateConfig {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        let names = match &self.stage {
            // A name that is none of a stage is answered like everywhere else.
            Some(name) if !stages::has_file(&project, name) => return stages::load(&project, name).map(drop),
            Some(name) => vec![name.clone()],
            None => stages::names(&project)?,
        };
        let mut done = Vec::new();
        for name in names.iter().filter(|name| !stages::is_copy(&project, name)) {
            let file = format!("environments/{name}.yaml");
            let text = fs::read_to_string(project.root().join(&file)).failing(|| format!("{file} cannot be read"))?;
            let upgraded = upgraded(&file, &text).map_err(|fault| Failure::invalid(fault.to_string()))?;
            done.push((file, upgraded));
        }
        if !self.dry_run {
            for (file, Upgraded { text, .. }) in done.iter().filter(|(_, upgraded)| !upgraded.changes.is_empty()) {
                whole_file::write(&project.root().join(file), text).failing(|| format!("{file} cannot be written"))?;
            }
        }
        let files = done.into_iter().map(|(file, Upgraded { changes, .. })| FileReport { file, changes }).collect();
        Form::json_if(self.json).tell(&MigrationReport { version: VERSION, written: !self.dry_run, files })
    }
}

impl fmt::Display for MigrationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for FileReport { file, changes } in &self.files {
            if changes.is_empty() {
                writeln!(f, "{file}: of version {} already", self.version)?;
                continue;
            }
            writeln!(f, "{file}: {}", changes.join(", "))?;
        }
        if !self.written && self.files.iter().any(|file| !file.changes.is_empty()) {
            writeln!(f, "nothing was written: leave --dry-run out for that")?;
        }
        Ok(())
    }
}
