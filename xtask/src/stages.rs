//! Finds and reads stage files.

use std::fs;
use std::io::ErrorKind;

use stacks::render::{Rendered, render};
use stacks::stack::stacks;
use stacks::stage::{Architecture, Stage, StageFault, StageName, nearest, read_copy};

use crate::copies;
use crate::project::Project;
use engine::failure::{Context, Failure, Outcome};

/// A name that a stage can have.
pub(crate) fn named(name: &str) -> Outcome<StageName> {
    StageName::new(name).map_err(|what| {
        Failure::invalid(what).hint("a stage is named by 2 to 16 lower-case letters, digits and single hyphens")
    })
}

/// Reads `environments/{name}.yaml`.
pub(crate) fn load(project: &Project, name: &str) -> Outcome<Stage> {
    let file = format!("environments/{name}.yaml");
    let stage = named(name)?;
    let bytes = match fs::read(project.root().join(&file)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(unknown(project, name, &file)),
        Err(error) => return Err(Failure::invalid(format!("{file} cannot be read")).because(&error)),
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let line = 1 + good.matches('\n').count();
        Failure::invalid(format!("{file}:{line}: the file is not UTF-8 text")).hint("save it as UTF-8")
    })?;
    let invalid = |fault: StageFault| Failure::invalid(fault.to_string());
    if stacks::stage::is_copy(&text) {
        return copies::of(project, &stage, read_copy(&file, &text).map_err(invalid)?);
    }
    Stage::parse(stage, &file, &text, host()?).map_err(invalid)
}

pub(crate) fn has_file(project: &Project, name: &str) -> bool {
    project.environments().join(format!("{name}.yaml")).is_file()
}

/// Whether the stage of this name has a file that makes it a copy of another one.
pub(crate) fn is_copy(project: &Project, name: &str) -> bool {
    let text = fs::read_to_string(project.environments().join(format!("{name}.yaml")));
    text.is_ok_and(|text| stacks::stage::is_copy(&text))
}

/// The stage's stacks, written out.
pub(crate) fn rendered(stage: &Stage) -> Outcome<Vec<Rendered>> {
    render(stacks(stage)).failing(|| format!("stage {} cannot be rendered", stage.name))
}

/// The stages that have a file, in alphabetical order.
pub(crate) fn names(project: &Project) -> Outcome<Vec<String>> {
    let folder = project.environments();
    let entries = fs::read_dir(&folder).failing(|| format!("cannot list {}", folder.display()))?;
    let mut names: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".yaml")?.to_owned()))
        .filter(|name| StageName::new(name.as_str()).is_ok())
        .collect();
    names.sort();
    Ok(names)
}

fn unknown(project: &Project, name: &str, file: &str) -> Failure {
    let known = names(project).unwrap_or_default();
    let failure = Failure::invalid(format!("there is no stage '{name}': {file} does not exist"));
    let failure = match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => failure.hint(format!("did you mean '{meant}'?")),
        None => failure,
    };
    failure
        .hint(format!("stages here: {}; a new one is a new file in environments/", known.join(", ")))
        .hint("a copy without a file is found where it lives: by commands that ask its account, with its credentials")
}

/// What `architecture: native` stands for.
pub(crate) fn host() -> Outcome<Architecture> {
    match std::env::consts::ARCH {
        "x86_64" => Ok(Architecture::X86_64),
        "aarch64" => Ok(Architecture::Arm64),
        other => Err(Failure::new(format!("AWS Lambda runs on x86_64 and arm64, and this machine is {other}"))
            .hint("work on a machine of one of the two")),
    }
}
