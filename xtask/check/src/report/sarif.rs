//! Findings as SARIF 2.1.0, which code review shows beside the lines.

use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rule::Rule;

/// `rules` describe those that are ours; others are named only.
pub fn sarif(found: &[Diagnostic], rules: &[&Rule], version: &str) -> Value {
    let known: BTreeMap<_, _> = rules.iter().map(|rule| (rule.id, *rule)).collect();
    let mut ids: Vec<&str> = found.iter().map(|diagnostic| diagnostic.rule.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let described = ids.iter().map(|id| match known.get(id) {
        Some(rule) => json!({
            "id": id,
            "shortDescription": {"text": rule.says},
            "help": {"text": rule.fix},
            "helpUri": rule.link,
        }),
        None => json!({"id": id}),
    });
    let described: Vec<Value> = described.map(without_nulls).collect();
    let results: Vec<Value> = found.iter().map(result).collect();
    let driver = json!({"name": "millrace check", "version": version, "rules": described});
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    })
}

fn result(diagnostic: &Diagnostic) -> Value {
    let Diagnostic { rule, severity, file, place, resource, message, fix } = diagnostic;
    let resource = resource.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
    let region = json!({"startLine": place.line.max(1), "startColumn": place.column.max(1)});
    json!({
        "ruleId": rule,
        "level": if *severity == Severity::Error { "error" } else { "warning" },
        "message": {"text": format!("{resource}{message}. Fix: {fix}")},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": region}}],
    })
}

fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.retain(|_, value| !value.is_null());
    }
    value
}
