//! What a dashboard says in words: what is what, and what to type.

use serde_json::json;

use super::layout::Widget;

/// What a pipeline is there for.
pub(super) fn about(pipeline: &str) -> &'static str {
    match pipeline {
        "taxi" => "Trips from a stream, checked, to the lake: in batches, and through Firehose.",
        "accommodation" => "Catalogues of partners: of each accommodation the offer of the partner that is preferred.",
        "flats" => "Hourly listings, cleaned into files, and loaded into the warehouse, each once.",
        "orders" => "Once a day: what shops sold, into PostgreSQL, summed up, exported and told of.",
        "rates" => "Prices, pulled, curated as Parquet, and loaded off-peak into PostgreSQL.",
        _ => "",
    }
}

/// `parts` are kind, name and what it does. `inboxes` can be redriven.
pub(super) fn words(
    (pipeline, stage): (&str, &str),
    parts: &[(&str, String, String)],
    functions: &[&str],
    inboxes: &[&str],
    height: u32,
) -> Widget {
    let mut lines = vec![format!("# {pipeline}"), about(pipeline).to_owned(), String::new()];
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
