//! Function archives: compiled, checked, zipped. The same code gives the same bytes, wherever and whenever it is built.

mod archive;
mod cargo;
mod elf;
mod image;
mod output;
mod reproducible;
pub(crate) mod sbom;
mod shared;
mod target;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use stacks::stage::{Architecture, Package, Stage};

use crate::project::Project;
use crate::tools;
use engine::failure::{Context, Failure, Outcome};
pub(crate) use image::Ground;
use target::Target;

/// What to build.
pub(crate) struct Request {
    pub(crate) functions: Vec<Function>,
    /// For those of them that are packaged as images.
    pub(crate) ground: Ground,
    pub(crate) architecture: Architecture,
    pub(crate) profile: Profile,
    /// From nothing, in another place than usual, where nothing is left.
    pub(crate) afresh: bool,
}

/// A function, and the files that it reads beside its binary.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// Of the package, its folder and its binary alike.
    pub(crate) name: String,
    pub(crate) package: Package,
    pub(crate) assets: BTreeMap<String, Vec<u8>>,
}

/// How much the compiler tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What ships.
    Release,
    /// For the local stage and the tests: seconds instead of minutes.
    Quick,
}

impl Profile {
    const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Quick => "quick",
        }
    }
}

/// What code is handed over as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    /// A folder with its layout.
    Image,
    /// A text as it is.
    Script,
}

/// Code in a form in which it is handed over.
#[derive(Debug, Clone)]
pub(crate) struct Archive {
    pub(crate) function: String,
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
    /// Of the zip, or the image's digest.
    pub(crate) sha256_hex: String,
    /// As S3 states it in the checksum of a zip.
    pub(crate) sha256_base64: String,
    pub(crate) bytes: u64,
}

/// Builds all functions of the project, and makes the archives that were asked for.
///
/// All of them each time: cargo decides the features of shared dependencies by what is built together, so that a
/// function built alone would have other bytes than the same function built with the rest.
pub(crate) async fn build(project: &Project, request: &Request) -> Outcome<Vec<Archive>> {
    let packages = packages(project)?;
    for Function { name, .. } in &request.functions {
        if !packages.contains(name) {
            return Err(Failure::invalid(format!("there is no function {name} to build"))
                .since(format!("functions/{name}/src/main.rs does not exist; there are: {}", packages.join(", "))));
        }
    }
    let cargo_lambda = tools::cargo_lambda(project)?;
    let here = project.target().join(if request.afresh { "millrace-again" } else { "millrace" });
    let cannot_write = || format!("cannot write to {}", here.display());
    fs::create_dir_all(&here).failing(cannot_write)?;
    // Another build would replace the binaries while these are read.
    let lock = File::create(here.join("build.lock")).failing(cannot_write)?;
    lock.lock().failing(cannot_write)?;
    if request.afresh {
        tools::remove(&here.join("build"))
            .and_then(|()| tools::remove(&here.join("functions")))
            .failing(cannot_write)?;
    }

    // What has nothing below it is a program of its own kind.
    let (alone, others): (Vec<_>, Vec<_>) = request
        .functions
        .iter()
        .partition(|function| function.package == Package::Image && request.ground.is_nothing());
    let mut archives = Vec::new();
    for (functions, target) in
        [(others, Target::of(request.architecture)), (alone, Target::without_library(request.architecture))]
    {
        if functions.is_empty() {
            continue;
        }
        let binaries = cargo::build(project, &cargo_lambda, (&here, &lock), &packages, target, request.profile)?;
        let mut unsaid = Vec::new();
        for function in functions {
            let path = binaries.join(&function.name).join("bootstrap");
            let binary = fs::read(&path).failing(|| format!("cannot read {}", path.display()))?;
            elf::check(&function.name, &binary, target)?;
            let folder = artifacts(project);
            let archive = match function.package {
                Package::Zip => archive::write(&folder, function, &binary)?,
                Package::Image => request.ground.lay_out(&folder, function, binary, request.architecture).await?,
            };
            if !sbom::place(&archive).is_file() {
                unsaid.push((archive.clone(), function));
            }
            archives.push(archive);
        }
        if !unsaid.is_empty() {
            let makings = &sbom::of(project, &packages, target)?;
            let making = sbom::Making { target, profile: request.profile, makings };
            unsaid.iter().try_for_each(|(archive, function)| sbom::write(archive, function, &making))?;
        }
    }
    if request.afresh {
        tools::remove(&here).failing(cannot_write)?;
    }
    Ok(archives)
}

/// Whether the compiler has what the stage's functions are built for.
pub(crate) fn can_build(project: &Project, stage: &Stage) -> Outcome {
    let compiler = reproducible::Compiler::find(project.root())?;
    compiler.has(Target::of(stage.architecture))?;
    let ground = Ground::of(&stage.images, project.root(), &project.bases()?)?;
    if ground.is_nothing() && !stage.pipelines.images().is_empty() {
        compiler.has(Target::without_library(stage.architecture))?;
    }
    Ok(())
}

/// A script, beside the archives of functions.
pub(crate) fn script(project: &Project, name: &str, text: &str) -> Outcome<Archive> {
    archive::script(&artifacts(project), name, text)
}

fn artifacts(project: &Project) -> PathBuf {
    project.target().join("millrace").join("artifacts")
}

/// Every package in `functions/` that has a binary, in a fixed order.
fn packages(project: &Project) -> Outcome<Vec<String>> {
    let folder = project.root().join("functions");
    let entries = fs::read_dir(&folder).failing(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("src").join("main.rs").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}
