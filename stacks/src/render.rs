//! Writes stacks out as templates.

use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;
use std::io;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use crate::stack::Stack;

/// A stack's template, ready to be deployed.
#[derive(Debug)]
pub struct Rendered {
    pub stack: Stack,
    /// CloudFormation in YAML; the same bytes for the same stack.
    pub body: String,
}

/// The largest template that CloudFormation takes, and then only from a bucket.
pub const MAX_TEMPLATE_BYTES: usize = 1_000_000;

/// A template could not be written: a fault in the project, not in a stage file.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the template of stack {stack} cannot be rendered: {}", chain(.source))]
    Template { stack: &'static str, source: tera::Error },
    #[error("the template of stack {stack} has {bytes} bytes, more than CloudFormation's {MAX_TEMPLATE_BYTES}")]
    TooLarge { stack: &'static str, bytes: usize },
}

/// Templates and components, embedded: a deployer needs no files beside the stage's.
const TEMPLATES: [(&str, &str); 36] = [
    ("bootstrap", include_str!("../../templates/bootstrap.yaml.tera")),
    ("data-sources", include_str!("../../templates/data-sources.yaml.tera")),
    ("stream", include_str!("../../templates/stream.yaml.tera")),
    ("ingestion", include_str!("../../templates/ingestion.yaml.tera")),
    ("load", include_str!("../../templates/load.yaml.tera")),
    ("components/alarm", include_str!("../../templates/components/alarm.yaml.tera")),
    ("components/autoscaler", include_str!("../../templates/components/autoscaler.yaml.tera")),
    ("components/bounds", include_str!("../../templates/components/bounds.yaml.tera")),
    ("components/bucket", include_str!("../../templates/components/bucket.yaml.tera")),
    ("components/dashboard", include_str!("../../templates/components/dashboard.yaml.tera")),
    ("components/database", include_str!("../../templates/components/database.yaml.tera")),
    ("components/delivery", include_str!("../../templates/components/delivery.yaml.tera")),
    ("components/event-rule", include_str!("../../templates/components/event-rule.yaml.tera")),
    ("components/function", include_str!("../../templates/components/function.yaml.tera")),
    ("components/inbox", include_str!("../../templates/components/inbox.yaml.tera")),
    ("components/items", include_str!("../../templates/components/items.yaml.tera")),
    ("components/job", include_str!("../../templates/components/job.yaml.tera")),
    ("components/machine", include_str!("../../templates/components/machine.yaml.tera")),
    ("components/network", include_str!("../../templates/components/network.yaml.tera")),
    ("components/outputs", include_str!("../../templates/components/outputs.yaml.tera")),
    ("components/parameter", include_str!("../../templates/components/parameter.yaml.tera")),
    ("components/parts", include_str!("../../templates/components/parts.yaml.tera")),
    ("components/permission", include_str!("../../templates/components/permission.yaml.tera")),
    ("components/queries", include_str!("../../templates/components/queries.yaml.tera")),
    ("components/queue", include_str!("../../templates/components/queue.yaml.tera")),
    ("components/releases", include_str!("../../templates/components/releases.yaml.tera")),
    ("components/replication", include_str!("../../templates/components/replication.yaml.tera")),
    ("components/repository", include_str!("../../templates/components/repository.yaml.tera")),
    ("components/schedule", include_str!("../../templates/components/schedule.yaml.tera")),
    ("components/signing", include_str!("../../templates/components/signing.yaml.tera")),
    ("components/statements", include_str!("../../templates/components/statements.yaml.tera")),
    ("components/stream", include_str!("../../templates/components/stream.yaml.tera")),
    ("components/table", include_str!("../../templates/components/table.yaml.tera")),
    ("components/task", include_str!("../../templates/components/task.yaml.tera")),
    ("components/topic", include_str!("../../templates/components/topic.yaml.tera")),
    ("components/warehouse", include_str!("../../templates/components/warehouse.yaml.tera")),
];

/// Renders stacks in their order.
pub fn render(stacks: Vec<Stack>) -> Result<Vec<Rendered>, RenderError> {
    let tera = engine().map_err(|source| RenderError::Template { stack: "any", source })?;
    stacks.into_iter().map(|stack| write(&tera, stack)).collect()
}

fn write(tera: &Tera, stack: Stack) -> Result<Rendered, RenderError> {
    let name = stack.kind.name();
    let body = Context::from_serialize(&Plain(&stack.view))
        .and_then(|view| tera.render(name, &view))
        .map_err(|source| RenderError::Template { stack: name, source })?;
    if body.len() > MAX_TEMPLATE_BYTES {
        return Err(RenderError::TooLarge { stack: name, bytes: body.len() });
    }
    Ok(Rendered { stack, body })
}

/// A value whose numbers are plain numbers to whoever takes it. Built with arbitrary precision, which another crate of the same
/// build may ask for, `serde_json` hands numbers to anything but itself as a structure of its own.
struct Plain<'a>(&'a serde_json::Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            serde_json::Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => to.serialize_u64(number),
                (_, Some(number)) => to.serialize_i64(number),
                _ => to.serialize_f64(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::Array(items) => to.collect_seq(items.iter().map(Plain)),
            serde_json::Value::Object(map) => to.collect_map(map.iter().map(|(key, value)| (key, Plain(value)))),
            other => other.serialize(to),
        }
    }
}

fn engine() -> TeraResult<Tera> {
    let mut tera = Tera::new();
    tera.autoescape_on(Vec::<&str>::new());
    tera.register_filter("json", json);
    tera.add_raw_templates(TEMPLATES)?;
    Ok(tera)
}

/// JSON is YAML, so that no value needs quoting or can break out of its place.
fn json(value: &Value, _: Kwargs, _: &State) -> TeraResult<String> {
    let mut text = Vec::new();
    let mut to = serde_json::Serializer::with_formatter(&mut text, Spaced);
    value.serialize(&mut to).map_err(|error| tera::Error::message(error.to_string()))?;
    String::from_utf8(text).map_err(|error| tera::Error::message(error.to_string()))
}

/// JSON on one line, with the spaces that a person would put there.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}

/// An error with its causes, on one line.
fn chain(error: &tera::Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
