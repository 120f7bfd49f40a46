//! Stages as they ship, and others: what they cost and what they take.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::float_cmp, reason = "numbers that are exactly so, or wrong")]

mod capacity;
mod cost;
mod volumes;

use estimate::scene::Template;
use serde_json::Value;
use stacks::render::render;
use stacks::stack::stacks;
use stacks::stage::{Architecture, Stage, StageName};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn parsed(name: &str, text: &str) -> Stage {
    let stage = Stage::parse(StageName::new(name).unwrap(), "stage.yaml", text, Architecture::X86_64);
    stage.unwrap_or_else(|fault| panic!("{fault}"))
}

fn shipped(name: &str) -> Stage {
    parsed(name, &fs::read_to_string(root().join(format!("environments/{name}.yaml"))).unwrap())
}

/// A stage with these pipelines.
fn stage(pipelines: &str) -> Stage {
    parsed("test", &format!("project: millrace\naccount: '111111111111'\nregion: eu-west-1\n{pipelines}"))
}

/// The shipped stages, and what else a stage can have.
fn stages() -> Vec<Stage> {
    let mut all: Vec<_> = ["local", "dev", "staging", "prod"].into_iter().map(shipped).collect();
    all.extend(
        [
            "pipelines:\n  taxi: {stream: {mode: on-demand}, delivery: {compression: gzip}}\n",
            "pipelines:\n  flats: {warehouse: redshift, redshift: {nodes: 1}}\n",
            "pipelines:\n  rates: {pull: {runs_on: function}, engine: glue, load: dms, dms: {multi_az: true}}\n",
            "alerts: {emails: [a@example.com]}\npipelines:\n  orders: {}\n  accommodation: {priorities: {read_units: 9}}\n",
        ]
        .map(stage),
    );
    all
}

/// Its templates, by stack.
fn templates(stage: &Stage) -> Vec<(String, Value)> {
    let rendered = render(stacks(stage)).unwrap();
    rendered.into_iter().map(|it| (it.stack.name, serde_saphyr::from_str(&it.body).unwrap())).collect()
}

fn borrowed(templates: &[(String, Value)]) -> Vec<Template<'_>> {
    templates.iter().map(|(stack, body)| Template { stack, body }).collect()
}
