//! Expressions of workflows, as far as ours go: what the host puts in place of `${{ … }}` and decides by `if:`.

use serde_json::{Value, json};

/// Every `${{ … }}` in a text by its value.
pub(crate) fn filled(text: &str, context: &Value) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, behind) = after.split_once("}}").unwrap_or_else(|| panic!("not closed: {text}"));
        filled.push_str(before);
        filled.push_str(&said(&evaluate(expression, context)));
        rest = behind;
    }
    filled + rest
}

/// Whether a job or a step runs. Without `if:`, or with one that asks for no status, nothing before may have failed.
pub(crate) fn holds(condition: &Value, context: &Value) -> bool {
    let Some(text) = condition.as_str() else { return condition.as_bool().unwrap_or(true) };
    let text = text.trim();
    let bare = text.strip_prefix("${{").and_then(|text| text.strip_suffix("}}")).unwrap_or(text);
    is_true(&evaluate(bare, context))
}

fn evaluate(text: &str, context: &Value) -> Value {
    let mut reader = Reader { words: words(text), at: 0, context };
    let value = reader.any();
    assert_eq!(reader.at, reader.words.len(), "not read to its end: {text}");
    value
}

/// Names, strings in their quotes, and signs.
fn words(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    let is_name = |c: char| c.is_alphanumeric() || "_-".contains(c);
    while at < characters.len() {
        let start = at;
        at += 1;
        match characters[start] {
            c if c.is_whitespace() => continue,
            '\'' => {
                while characters[at] != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '&' | '|' | '=' => at += 1,
            '!' if characters.get(at) == Some(&'=') => at += 1,
            c if is_name(c) => {
                while at < characters.len() && is_name(characters[at]) {
                    at += 1;
                }
            }
            _ => {}
        }
        words.push(characters[start..at].iter().collect());
    }
    words
}

struct Reader<'a> {
    words: Vec<String>,
    at: usize,
    context: &'a Value,
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let there = self.words.get(self.at).is_some_and(|next| next == word);
        self.at += usize::from(there);
        there
    }

    fn must(&mut self, word: &str) {
        assert!(self.takes(word), "{word} is missing in {:?}", self.words);
    }

    fn any(&mut self) -> Value {
        let mut value = self.all();
        while self.takes("||") {
            let other = self.all();
            value = if is_true(&value) { value } else { other };
        }
        value
    }

    fn all(&mut self) -> Value {
        let mut value = self.compared();
        while self.takes("&&") {
            let other = self.compared();
            value = if is_true(&value) { other } else { value };
        }
        value
    }

    fn compared(&mut self) -> Value {
        let value = self.one();
        if self.takes("==") {
            return (said(&value) == said(&self.one())).into();
        }
        if self.takes("!=") {
            return (said(&value) != said(&self.one())).into();
        }
        value
    }

    fn one(&mut self) -> Value {
        if self.takes("!") {
            return (!is_true(&self.one())).into();
        }
        if self.takes("(") {
            let value = self.any();
            self.must(")");
            return value;
        }
        let word = self.words[self.at].clone();
        self.at += 1;
        if let Some(quoted) = word.strip_prefix('\'') {
            return quoted.trim_end_matches('\'').into();
        }
        if self.takes("(") {
            let mut given = Vec::new();
            while !self.takes(")") {
                given.push(self.any());
                self.takes(",");
            }
            return self.called(&word, &given);
        }
        let mut value = self.context.get(&word).cloned().unwrap_or_else(|| panic!("no context {word}"));
        loop {
            if self.takes(".") {
                let key = self.words[self.at].clone();
                self.at += 1;
                value = match &value {
                    Value::Array(all) if key != "*" => all.iter().map(|one| one[&key].clone()).collect(),
                    _ if key == "*" => value,
                    _ => value[&key].clone(),
                };
            } else if self.takes("[") {
                let key = self.any();
                self.must("]");
                value = value[said(&key)].clone();
            } else {
                return value;
            }
        }
    }

    fn called(&self, function: &str, given: &[Value]) -> Value {
        match function {
            "always" => true.into(),
            "cancelled" => false.into(),
            "contains" => given[0].as_array().unwrap().contains(&given[1]).into(),
            "format" => {
                let filled = given[1..].iter().enumerate();
                filled.fold(said(&given[0]), |text, (at, one)| text.replace(&format!("{{{at}}}"), &said(one))).into()
            }
            "hashFiles" => {
                let folder = std::path::Path::new(self.context["workspace"].as_str().unwrap());
                let there = given.iter().any(|file| folder.join(said(file)).is_file());
                if there { "a hash".into() } else { "".into() }
            }
            other => panic!("no function {other}"),
        }
    }
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && *value != json!("") && *value != json!(0)
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn expressions_mean_what_the_host_means() {
    let context = json!({
        "github": {"event": {"number": 7, "labels": [{"name": "copy"}, {"name": "x"}], "action": "closed"}},
        "vars": {"PLAN_ROLE_dev": "arn"},
        "matrix": {"stage": "dev"},
        "workspace": "/nowhere",
    });
    assert_eq!(filled("pr-${{ github.event.number }}!", &context), "pr-7!");
    assert_eq!(filled("${{ vars[format('PLAN_ROLE_{0}', matrix.stage)] }}", &context), "arn");
    for (condition, expected) in [
        ("contains(github.event.labels.*.name, 'copy')", true),
        ("contains(github.event.labels.*.name, 'cop')", false),
        ("github.event.action == 'closed' && github.event.none == ''", true),
        ("github.event.action != 'closed' || github.event.none", false),
        ("!(github.event.action == 'open') && (always() || cancelled())", true),
        ("${{ !cancelled() && hashFiles('plan.md') != '' }}", false),
    ] {
        assert_eq!(holds(&condition.into(), &context), expected, "{condition}");
    }
}
