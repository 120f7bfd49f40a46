//! What there is to watch of a stage, as its templates say.

use engine::failure::{Context, Outcome};
use serde_json::Value;
use stacks::names;
use watch::parts::{self, Logs, Pipeline};

use crate::session::Session;

/// Names and templates of the stage's stacks.
pub(crate) fn templates(session: &Session) -> Outcome<Vec<(String, Value)>> {
    let rendered = session.rendered()?.into_iter().map(|rendered| {
        let template = serde_saphyr::from_str(&rendered.body);
        let name = rendered.stack.name;
        template.failing(|| format!("the template of {name} cannot be read")).map(|template| (name, template))
    });
    rendered.collect()
}

/// What the names of the stage begin with.
pub(crate) fn prefix(session: &Session) -> String {
    names::thing(&session.stage, "")
}

pub(crate) fn pipelines(session: &Session) -> Outcome<Vec<Pipeline>> {
    Ok(parts::pipelines(&templates(session)?, &prefix(session)))
}

pub(crate) fn logs(session: &Session) -> Outcome<Vec<Logs>> {
    Ok(parts::logs(&templates(session)?, &prefix(session)))
}
