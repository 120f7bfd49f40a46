//! A definition as people read it: what is short stands on one line.

use serde_json::Value;

/// Of a line, with what stands before it.
const WIDTH: usize = 110;

pub(super) fn lines(value: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    write("", value, 0, "", &mut lines);
    lines
}

/// `before` is what stands on the first line, `after` what ends the last.
fn write(before: &str, value: &Value, depth: usize, after: &str, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let short = one_line(value);
    let (open, close, inner): (_, _, Vec<(String, &Value)>) = match value {
        _ if indent.len() + before.len() + short.len() <= WIDTH => {
            return lines.push(format!("{indent}{before}{short}{after}"));
        }
        Value::Object(map) => {
            ('{', '}', map.iter().map(|(name, value)| (format!("{}: ", Value::from(name.as_str())), value)).collect())
        }
        Value::Array(items) => ('[', ']', items.iter().map(|item| (String::new(), item)).collect()),
        _ => return lines.push(format!("{indent}{before}{short}{after}")),
    };
    lines.push(format!("{indent}{before}{open}"));
    let last = inner.len();
    for (number, (name, value)) in inner.into_iter().enumerate() {
        write(&name, value, depth + 1, if number + 1 < last { "," } else { "" }, lines);
    }
    lines.push(format!("{indent}{close}{after}"));
}

/// With the spaces that a person would put there.
fn one_line(value: &Value) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Array(items) => format!("[{}]", join(items.iter().map(one_line).collect())),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let fields = map.iter().map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), one_line(value)));
            format!("{{ {} }}", join(fields.collect()))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::lines;
    use serde_json::{Value, json};

    #[test]
    fn it_says_the_same_on_fewer_lines() {
        let long = "x".repeat(100);
        let value = json!({ "a": [1, { "b": null }, []], "c": {}, "d": [long, long], "e": "\"\n" });
        let written = lines(&value);
        assert_eq!(serde_json::from_str::<Value>(&written.join("\n")).unwrap(), value);
        assert_eq!(written[1], r#"  "a": [1, { "b": null }, []],"#);
        assert_eq!(written.len(), 9);
    }
}
