use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::archives;
use crate::build::{Archive, sbom};
use crate::output::Form;
use crate::project::Project;
use crate::stages;
use engine::failure::{Context, Failure, Outcome};
use stacks::stage::instead;

/// Build the function archives of a stage
///
/// The same code gives the same bytes. What is in an archive stands beside it, as CycloneDX. cargo-lambda and zig are
/// installed on first use.
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The stage to build for, which decides the architecture
    #[arg(long, value_name = "NAME", default_value = "local")]
    stage: String,
    /// Only this function
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Build everything a second time, from nothing and in another place, and compare the bytes
    #[arg(long)]
    twice: bool,
    /// Also put what is in each archive, as CycloneDX, into this folder
    #[arg(long, value_name = "DIR")]
    sbom: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct BuildReport {
    stage: String,
    architecture: &'static str,
    /// Whether everything was built twice, and came out the same.
    twice: bool,
    archives: Vec<ArchiveReport>,
}

#[derive(Debug, Serialize)]
struct ArchiveReport {
    function: String,
    path: String,
    sha256: String,
    bytes: u64,
    /// What is in it; none for a script, which is what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    sbom: Option<String>,
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
        if self.twice {
            same(&archives, &archives::again(&project, &stage, &rendered).await?)?;
        }
        if let Some(folder) = &self.sbom {
            put_sboms(folder, &archives)?;
        }
        let archives = archives.into_iter().map(|archive| ArchiveReport {
            path: archive.path.display().to_string(),
            sbom: Some(sbom::place(&archive)).filter(|path| path.is_file()).map(|path| path.display().to_string()),
            function: archive.function,
            sha256: archive.sha256_hex,
            bytes: archive.bytes,
        });
        Form::json_if(self.json).tell(&BuildReport {
            stage: self.stage.clone(),
            architecture: stage.architecture.name(),
            twice: self.twice,
            archives: archives.collect(),
        })
    }
}

/// Goes on if both builds gave the same bytes.
fn same(first: &[Archive], second: &[Archive]) -> Outcome {
    let of = |archives: &[Archive]| {
        archives
            .iter()
            .map(|archive| (archive.function.clone(), archive.sha256_hex.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (first, second) = (of(first), of(second));
    let differ: Vec<_> = first.iter().filter(|(name, sha256)| second.get(*name) != Some(sha256)).collect();
    if differ.is_empty() && first.len() == second.len() {
        return Ok(());
    }
    let names: Vec<_> = differ.iter().map(|(name, _)| name.as_str()).collect();
    Err(Failure::new(format!("built twice, and other bytes: {}", names.join(", ")))
        .since("something of the machine, the folder or the time is in what was built")
        .hint(
            "look for build scripts that write times or paths; xtask/src/build/reproducible.rs says what is taken out",
        ))
}

/// Under the functions' names.
fn put_sboms(folder: &Path, archives: &[Archive]) -> Outcome {
    let cannot_write = || format!("cannot write to {}", folder.display());
    fs::create_dir_all(folder).failing(cannot_write)?;
    for archive in archives {
        let sbom = sbom::place(archive);
        if sbom.is_file() {
            fs::copy(&sbom, folder.join(format!("{}.cdx.json", archive.function))).failing(cannot_write)?;
        }
    }
    Ok(())
}

impl fmt::Display for BuildReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ArchiveReport { function, path, sha256, bytes, .. } in &self.archives {
            writeln!(f, "{function}  {} KB  {}  sha256 {}", bytes / 1024, self.architecture, &sha256[..12])?;
            writeln!(f, "  {path}")?;
        }
        if self.twice {
            writeln!(f, "built twice: the same bytes")?;
        }
        Ok(())
    }
}
