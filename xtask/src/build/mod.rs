//! Function archives: compiled, checked, zipped. The same code gives the same bytes, wherever and whenever it is built.

mod archive;
mod cargo;
mod elf;
mod image;
mod known;
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
use crate::tools::{self, Tool};
use engine::failure::{Context, Failure, Outcome};
use engine::hash;
pub(crate) use image::Ground;
use known::{Digests, Inputs};
use reproducible::Compiler;
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
    let here = project.target().join(if request.afresh { "millrace-again" } else { "millrace" });
    let (cargo_lambda, compiler) = (tools::cargo_lambda(project)?, Compiler::find(project.root())?);
    let builder = Builder { project, request, packages, cargo_lambda, compiler, here };

    // What has nothing below it is a program of its own kind.
    let (alone, others): (Vec<_>, Vec<_>) = request
        .functions
        .iter()
        .partition(|function| function.package == Package::Image && request.ground.is_nothing());
    let mut archives = Vec::new();
    for (functions, target) in
        [(others, Target::of(request.architecture)), (alone, Target::without_library(request.architecture))]
    {
        if !functions.is_empty() {
            builder.compiler.has(target)?;
            archives.extend(builder.archives(&functions, target).await?);
        }
    }
    if request.afresh {
        tools::remove(&builder.here).failing(|| format!("cannot remove {}", builder.here.display()))?;
    }
    Ok(archives)
}

/// What makes one build.
struct Builder<'a> {
    project: &'a Project,
    request: &'a Request,
    packages: Vec<String>,
    cargo_lambda: Tool,
    compiler: Compiler,
    /// Where everything is that is no archive yet.
    here: PathBuf,
}

impl Builder<'_> {
    async fn archives(&self, functions: &[&Function], target: Target) -> Outcome<Vec<Archive>> {
        let inputs = self.inputs(target)?;
        let archives = match self.known(functions, target, &inputs).await? {
            Some(archives) => archives,
            None => self.built(functions, target, &inputs).await?,
        };
        let unsaid = archives.iter().zip(functions).filter(|(archive, _)| !sbom::place(archive).is_file());
        let unsaid: Vec<_> = unsaid.collect();
        if !unsaid.is_empty() {
            let makings = &sbom::of(self.project, &self.packages, target)?;
            let making = sbom::Making { target, profile: self.request.profile, makings };
            unsaid.iter().try_for_each(|(archive, function)| sbom::write(archive, function, &making))?;
        }
        Ok(archives)
    }

    fn inputs(&self, target: Target) -> Outcome<Inputs> {
        Inputs::of(self.project.root(), &self.cargo_lambda, &self.compiler, (target, self.request.profile))
    }

    /// What an earlier build of the same has left, if all of it is still there.
    async fn known(&self, functions: &[&Function], target: Target, inputs: &Inputs) -> Outcome<Option<Vec<Archive>>> {
        let Some(digests) = inputs.known(&self.here).filter(|_| !self.request.afresh) else { return Ok(None) };
        let mut archives = Vec::new();
        for function in functions {
            let Some(digest) = digests.get(&function.name) else { return Ok(None) };
            let standing = match function.package {
                Package::Zip => archive::standing(&artifacts(self.project), function, digest)?,
                Package::Image => None,
            };
            archives.push(match standing {
                Some(archive) => archive,
                // What is packed beside a program may be new though the program is not.
                None => match self.program(&function.name, target) {
                    Ok(program) if hash::hex(&[&program]) == *digest => self.packed(function, program).await?,
                    _ => return Ok(None),
                },
            });
        }
        Ok(Some(archives))
    }

    async fn built(&self, functions: &[&Function], target: Target, inputs: &Inputs) -> Outcome<Vec<Archive>> {
        let cannot_write = || format!("cannot write to {}", self.here.display());
        fs::create_dir_all(&self.here).failing(cannot_write)?;
        // Another build would replace the binaries while these are read.
        let lock = File::create(self.here.join("build.lock")).failing(cannot_write)?;
        lock.lock().failing(cannot_write)?;
        let target_dir = self.here.join("build");
        if self.request.afresh {
            tools::remove(&target_dir)
                .and_then(|()| tools::remove(&self.here.join("functions")))
                .failing(cannot_write)?;
        }
        let compilation = cargo::Compilation {
            cargo_lambda: &self.cargo_lambda,
            compiler: &self.compiler,
            packages: &self.packages,
            target_dir,
            binaries: self.binaries(target),
            target,
            profile: self.request.profile,
        };
        let listed = compilation.run(self.project, &lock)?;
        let mut archives = Vec::new();
        for function in functions {
            let program = self.program(&function.name, target)?;
            elf::check(&function.name, &program, target)?;
            archives.push(self.packed(function, program).await?);
        }
        // Nobody knows what cargo has seen of that which was changed meanwhile.
        if self.inputs(target)? == *inputs {
            let digest = |name: &String| Ok((name.clone(), hash::hex(&[&self.program(name, target)?])));
            let digests = self.packages.iter().map(digest).collect::<Outcome<Digests>>()?;
            inputs.remember(&self.here, self.project.root(), &listed, &digests)?;
        }
        Ok(archives)
    }

    fn binaries(&self, target: Target) -> PathBuf {
        self.here.join("functions").join(target.triple).join(self.request.profile.name())
    }

    fn program(&self, name: &str, target: Target) -> Outcome<Vec<u8>> {
        let path = self.binaries(target).join(name).join("bootstrap");
        fs::read(&path).failing(|| format!("cannot read {}", path.display()))
    }

    async fn packed(&self, function: &Function, program: Vec<u8>) -> Outcome<Archive> {
        let folder = artifacts(self.project);
        match function.package {
            Package::Zip => archive::write(&folder, function, &program),
            Package::Image => self.request.ground.lay_out(&folder, function, program, self.request.architecture).await,
        }
    }
}

/// Whether the compiler has what the stage's functions are built for.
pub(crate) fn can_build(project: &Project, stage: &Stage) -> Outcome {
    let compiler = Compiler::find(project.root())?;
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
