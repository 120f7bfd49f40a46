//! The function archives that a stage's stacks take.

use std::collections::BTreeMap;
use std::fs;

use stacks::blocks::{Asset, Form};
use stacks::render::Rendered;
use stacks::stage::{Platform, Stage};

use crate::build::{self, Archive, Function, Ground, Profile, Request};
use crate::project::Project;
use engine::failure::{Failure, Outcome};

/// Builds what is not built yet.
pub(crate) async fn of(project: &Project, stage: &Stage, rendered: &[Rendered]) -> Outcome<Vec<Archive>> {
    made(project, stage, rendered, false).await
}

/// Builds everything a second time, from nothing.
pub(crate) async fn again(project: &Project, stage: &Stage, rendered: &[Rendered]) -> Outcome<Vec<Archive>> {
    made(project, stage, rendered, true).await
}

async fn made(project: &Project, stage: &Stage, rendered: &[Rendered], afresh: bool) -> Outcome<Vec<Archive>> {
    let (mut functions, mut scripts) = (BTreeMap::new(), Vec::new());
    for code in rendered.iter().flat_map(|rendered| &rendered.stack.functions) {
        match &code.form {
            Form::Function { package, assets, .. } => {
                let assets = assets.iter().map(|asset| Ok((asset.file.name().to_owned(), content(project, asset)?)));
                let assets = assets.collect::<Outcome<_>>()?;
                let name = code.function.to_owned();
                functions.insert(code.function, Function { name, package: *package, assets });
            }
            Form::Script(text) => scripts.push(build::script(project, code.function, text)?),
        }
    }
    let profile = match stage.platform {
        Platform::Aws => Profile::Release,
        Platform::Emulator => Profile::Quick,
    };
    let ground = Ground::of(&stage.images, project.root(), &project.bases()?)?;
    let functions = functions.into_values().collect();
    let request = Request { functions, ground, architecture: stage.architecture, profile, afresh };
    let mut built = build::build(project, &request).await?;
    built.extend(scripts);
    Ok(built)
}

/// What is packed: the stage's own file if it names one.
fn content(project: &Project, asset: &Asset) -> Outcome<Vec<u8>> {
    let Some(own) = &asset.replaced_by else { return Ok(asset.text.as_bytes().to_vec()) };
    let wrong = |what: &str| {
        Failure::invalid(format!("record_schema: {own} {what}"))
            .hint("name a JSON Schema file, as a path from the project's root")
    };
    let bytes = fs::read(project.root().join(own.as_str())).map_err(|error| wrong("cannot be read").because(&error))?;
    let schema = serde_json::from_slice(&bytes).map_err(|error| wrong("is not JSON").because(&error))?;
    jsonschema::validator_for(&schema).map_err(|error| wrong("is not a JSON Schema").because(&error))?;
    Ok(bytes)
}
