//! A line of a log: what a function, Lambda or a program said, in JSON or in words.

use serde::Serialize;
use serde_json::{Map, Value};

/// One event of a log stream, as CloudWatch keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Milliseconds since 1970.
    pub at: i64,
    pub stream: String,
    pub message: String,
    /// CloudWatch's own name of it, where there is one.
    #[serde(skip)]
    pub id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Said {
    /// An invocation began.
    Start,
    /// It ended.
    End,
    /// What it took, in Lambda's words.
    Report { took: String },
    /// Something else that Lambda says of itself.
    Platform { what: String },
    /// Metrics, for CloudWatch.
    Metrics { counts: Map<String, Value> },
    Words {
        #[serde(skip_serializing_if = "Option::is_none")]
        level: Option<String>,
        text: String,
        #[serde(skip_serializing_if = "Map::is_empty")]
        fields: Map<String, Value>,
    },
}

/// A line, understood: what was said, and in which invocation if it tells.
pub fn read(message: &str) -> (Said, Option<String>) {
    let message = message.trim_end();
    match serde_json::from_str(message) {
        Ok(Value::Object(map)) if message.starts_with('{') => structured(map),
        _ => words(message),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn structured(mut map: Map<String, Value>) -> (Said, Option<String>) {
    if let Some(kind) = map.get("type").and_then(Value::as_str).and_then(|kind| kind.strip_prefix("platform.")) {
        let record = map.get("record").unwrap_or(&Value::Null);
        return (platform(kind, record), text(&record["requestId"]));
    }
    if map.shift_remove("_aws").is_some() {
        return (Said::Metrics { counts: map }, None);
    }
    let request = request_of(&map);
    let level = map.shift_remove("level").as_ref().and_then(text);
    let (said, mut fields) = match map.shift_remove("fields") {
        Some(Value::Object(mut fields)) => (fields.shift_remove("message"), fields),
        _ => (map.shift_remove("message"), map.clone()),
    };
    for about in ["timestamp", "target", "span", "spans", "requestId", "AWSRequestId", "time", "threadId"] {
        fields.shift_remove(about);
    }
    let said = match said {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    (Said::Words { level, text: plain(&said), fields }, request)
}

fn request_of(map: &Map<String, Value>) -> Option<String> {
    let own = ["requestId", "AWSRequestId"].iter().find_map(|key| map.get(*key).and_then(text));
    let span = map.get("span").and_then(|span| text(&span["requestId"]));
    let mut spans = map.get("spans").and_then(Value::as_array).into_iter().flatten();
    own.or(span).or_else(|| spans.find_map(|span| text(&span["requestId"])))
}

fn platform(kind: &str, record: &Value) -> Said {
    match kind {
        "start" => Said::Start,
        "runtimeDone" => Said::End,
        "report" => {
            let metrics = &record["metrics"];
            let status = record["status"].as_str().filter(|status| *status != "success");
            let mut took: Vec<String> = status.map(str::to_owned).into_iter().collect();
            for (name, key, unit) in [
                ("took", "durationMs", "ms"),
                ("billed", "billedDurationMs", "ms"),
                ("start", "initDurationMs", "ms"),
                ("memory", "maxMemoryUsedMB", "MB"),
                ("of", "memorySizeMB", "MB"),
            ] {
                if let Some(number) = metrics[key].as_f64() {
                    took.push(format!("{name} {number} {unit}"));
                }
            }
            Said::Report { took: took.join(", ") }
        }
        other => Said::Platform { what: other.to_owned() },
    }
}

/// What Lambda writes in words, and what functions do where nobody asks for JSON.
fn words(message: &str) -> (Said, Option<String>) {
    let id = |rest: &str| rest.split_whitespace().next().map(str::to_owned);
    if let Some(rest) = message.strip_prefix("START RequestId: ") {
        return (Said::Start, id(rest));
    }
    if let Some(rest) = message.strip_prefix("END RequestId: ") {
        return (Said::End, id(rest));
    }
    if let Some(rest) = message.strip_prefix("REPORT RequestId: ") {
        let mut parts = rest.split('\t').map(str::trim).filter(|part| !part.is_empty());
        let request = parts.next().and_then(id);
        return (Said::Report { took: plain(&parts.collect::<Vec<_>>().join(", ")) }, request);
    }
    if let Some(rest) = message.strip_prefix("INIT_START ") {
        return (Said::Platform { what: plain(&format!("init {rest}").replace('\t', " ")) }, None);
    }
    let trimmed = message.trim_start();
    let level = LEVELS.iter().find(|level| trimmed.strip_prefix(**level).is_some_and(|rest| rest.starts_with(' ')));
    let Some(level) = level else {
        return (Said::Words { level: None, text: plain(message), fields: Map::new() }, None);
    };
    let rest = trimmed[level.len()..].trim_start();
    let (text, request) = without_span(rest);
    (Said::Words { level: Some((*level).to_owned()), text: plain(text), fields: Map::new() }, request)
}

const LEVELS: [&str; 5] = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"];

/// `Lambda runtime invoke{requestId="…"}: text` → text, and the id.
fn without_span(text: &str) -> (&str, Option<String>) {
    let Some((span, said)) = text.strip_prefix("Lambda runtime invoke{").and_then(|rest| rest.split_once("}: ")) else {
        return (text, None);
    };
    let id = span.split_once("requestId=\"").and_then(|(_, rest)| rest.split('"').next());
    (said, id.map(str::to_owned))
}

/// Without what would change a terminal.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' && chars.peek() == Some(&'[') {
            // A colour, up to the letter that ends it.
            while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
        } else if c == '\n' || c == '\t' || !c.is_control() {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn said(level: &str, text: &str) -> Said {
        Said::Words { level: Some(level.to_owned()), text: text.to_owned(), fields: Map::new() }
    }

    #[test]
    fn our_lines_are_understood_in_json() {
        let line = json!({"timestamp": "2026-11-22T03:00:00Z", "level": "INFO", "target": "t",
            "fields": {"message": "loaded", "rows": 5}, "span": {"requestId": "r-1", "name": "Lambda runtime invoke"}});
        let (line, request) = read(&line.to_string());
        assert_eq!(request.as_deref(), Some("r-1"));
        let fields = Map::from_iter([("rows".to_owned(), json!(5))]);
        assert_eq!(line, Said::Words { level: Some("INFO".to_owned()), text: "loaded".to_owned(), fields });
    }

    #[test]
    fn our_lines_are_understood_in_words() {
        let line = " WARN Lambda runtime invoke{requestId=\"r-1\"}: refused: it is not there";
        assert_eq!(read(line), (said("WARN", "refused: it is not there"), Some("r-1".to_owned())));
        assert_eq!(read("INFO plain"), (said("INFO", "plain"), None));
        assert_eq!(read("INFORMATION").1, None);
    }

    #[test]
    fn what_lambda_says_is_understood_either_way() {
        let platform = |kind: &str, rest: Value| {
            let mut record = json!({ "requestId": "r-1" });
            record.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            read(&json!({"time": "2026", "type": format!("platform.{kind}"), "record": record}).to_string())
        };
        let of = |said| (said, Some("r-1".to_owned()));
        assert_eq!(platform("start", json!({})), of(Said::Start));
        assert_eq!(platform("runtimeDone", json!({})), of(Said::End));
        let metrics = json!({"durationMs": 12.5, "maxMemoryUsedMB": 60, "memorySizeMB": 128});
        let took = "timeout, took 12.5 ms, memory 60 MB, of 128 MB".to_owned();
        assert_eq!(platform("report", json!({"status": "timeout", "metrics": metrics})), of(Said::Report { took }));
        assert_eq!(read("START RequestId: r-1 Version: $LATEST"), of(Said::Start));
        assert_eq!(read("END RequestId: r-1\n"), of(Said::End));
        let took = "Duration: 347 ms, Memory Size: 128 MB".to_owned();
        assert_eq!(read("REPORT RequestId: r-1\tDuration: 347 ms\tMemory Size: 128 MB\t"), of(Said::Report { took }));
    }

    #[test]
    fn metrics_are_told_apart() {
        let (said, request) = read(r#"{"_aws":{"Timestamp":1},"FunctionName":"f","In":3}"#);
        let Said::Metrics { counts } = said else { panic!("{said:?}") };
        assert_eq!((request, &counts["In"]), (None, &json!(3)));
    }

    proptest! {
        #[test]
        fn any_line_is_answered_and_does_nothing_to_a_terminal(line in "\\PC{0,40}|(\u{1b}\\[[0-9;]{0,4}[mJ]|[a-z{}\":\u{7}\r]){0,30}") {
            if let (Said::Words { text, .. }, _) = read(&line) {
                prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
            }
        }
    }
}
