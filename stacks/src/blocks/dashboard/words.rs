//! What a dashboard says in words: what is what, and what to type.

use serde_json::json;

use super::layout::Widget;
use crate::stage::Pipelines;

/// `parts` are kind, name and what it does. `inboxes` can be redriven.
pub(super) fn words(
    (pipeline, stage): (&str, &str),
    parts: &[(&str, String, String)],
    functions: &[&str],
    inboxes: &[&str],
    height: u32,
) -> Widget {
    let mut lines = vec![format!("# {pipeline}"), Pipelines::about(pipeline).to_owned(), String::new()];
    lines.extend(["| Part | Does |".to_owned(), "|---|---|".to_owned()]);
    lines.extend(parts.iter().map(|(kind, name, does)| format!("| {kind} `{name}` | {does} |")));
    lines.extend([String::new(), "```".to_owned()]);
    lines.push(format!("cargo xtask status --stage {stage} --watch"));
    lines.extend(functions.iter().map(|function| format!("cargo xtask logs {function} --stage {stage} --since 1h")));
    lines.push(format!("cargo xtask verify {pipeline} --stage {stage}"));
    lines.extend(inboxes.iter().map(|inbox| format!("cargo xtask redrive --stage {stage} {inbox}")));
    lines.push("```".to_owned());
    Widget { kind: "text", width: 12, height, properties: json!({ "markdown": lines.join("\n") }) }
}
