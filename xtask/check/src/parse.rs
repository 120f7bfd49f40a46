//! From a template's text, YAML with or without short tags or JSON, to nodes. Whatever the text is, this ends soon, with
//! nodes or with what is wrong and where.

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

use crate::node::{Entry, Kind, Node, Place};

/// Beyond any template that CloudFormation takes.
const MOST_BYTES: usize = 4_000_000;
const MOST_NODES: usize = 400_000;
const MOST_DEPTH: usize = 120;
const MOST_RESOURCES: usize = 2_000;

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFault {
    pub place: Place,
    pub what: String,
}

pub fn parse_bytes(bytes: &[u8]) -> Result<Node, ParseFault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let line = 1 + good.matches('\n').count();
            let column = 1 + good.rsplit('\n').next().map_or(0, |last| last.chars().count());
            Err(fault(Place { line, column }, "the file is not UTF-8 text"))
        }
    }
}

pub fn parse(text: &str) -> Result<Node, ParseFault> {
    if text.len() > MOST_BYTES {
        return Err(fault(Place { line: 1, column: 1 }, "the file is larger than any template can be"));
    }
    let mut building = Building::default();
    for next in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = next.map_err(|error| fault(start(error.marker()), error.info()))?;
        if building.take(event, span)? {
            break;
        }
    }
    let root = building.done.ok_or_else(|| fault(Place { line: 1, column: 1 }, "the file is empty"))?;
    let resources = root.get("Resources").entries();
    if let Some(entry) = resources.get(MOST_RESOURCES) {
        return Err(fault(
            entry.key_place,
            format!("there are {} resources, and a stack has 500 at most", resources.len()),
        ));
    }
    match root.kind {
        Kind::Map(_) => Ok(root),
        _ => Err(fault(root.place, "a template is a mapping of sections, such as Resources")),
    }
}

fn fault(place: Place, what: impl Into<String>) -> ParseFault {
    ParseFault { place, what: what.into() }
}

fn start(marker: &granit_parser::Marker) -> Place {
    Place { line: marker.line(), column: marker.col() + 1 }
}

/// What is open while events come in.
#[derive(Default)]
struct Building {
    open: Vec<Open>,
    nodes: usize,
    done: Option<Node>,
}

struct Open {
    place: Place,
    tag: Option<String>,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    /// With the key that waits for its value, and the lines of all keys.
    Map(Vec<Entry>, Option<(String, Place)>, HashMap<String, usize>),
}

impl Building {
    /// Whether the document has ended.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<bool, ParseFault> {
        let place = start(&span.start);
        match event {
            Event::Scalar(text, style, _, tag) => {
                let tag = short(tag.as_deref());
                let kind = if tag.is_some() { Kind::Text(text.into_owned()) } else { scalar(text, style) };
                self.put(tagged(tag, Node::new(kind, place)))?;
            }
            Event::SequenceStart(_, _, tag) => self.open(place, tag.as_deref(), Content::List(Vec::new()))?,
            Event::MappingStart(_, _, tag) => {
                self.open(place, tag.as_deref(), Content::Map(Vec::new(), None, HashMap::new()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { place, tag, content }) = self.open.pop() else { return Ok(true) };
                let kind = match content {
                    Content::List(items) => Kind::List(items),
                    Content::Map(entries, ..) => Kind::Map(entries),
                };
                self.put(tagged(tag, Node::new(kind, place)))?;
            }
            Event::Alias(_) => return Err(fault(place, "CloudFormation takes no YAML aliases: write the value out")),
            Event::DocumentEnd | Event::StreamEnd => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn open(&mut self, place: Place, tag: Option<&Tag>, content: Content) -> Result<(), ParseFault> {
        if self.open.len() >= MOST_DEPTH {
            return Err(fault(place, format!("values are nested more than {MOST_DEPTH} deep")));
        }
        self.open.push(Open { place, tag: short(tag), content });
        Ok(())
    }

    fn put(&mut self, node: Node) -> Result<(), ParseFault> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(fault(node.place, "the file holds more values than any template can"));
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.done = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map(entries, key, lines)) => {
                if let Some((key, key_place)) = key.take() {
                    entries.push(Entry { key, key_place, value: node });
                    return Ok(());
                }
                let name = node.text().ok_or_else(|| fault(node.place, "a key is text"))?.to_owned();
                if name == "<<" {
                    return Err(fault(node.place, "CloudFormation takes no YAML merge keys: write the values out"));
                }
                if let Some(line) = lines.insert(name.clone(), node.place.line) {
                    return Err(fault(node.place, format!("the key {name} is there already, in line {line}")));
                }
                *key = Some((name, node.place));
            }
        }
        Ok(())
    }
}

/// The name of a local tag such as `!Ref`; YAML's own tags say nothing new.
fn short(tag: Option<&Tag>) -> Option<String> {
    let tag = tag?.to_string();
    tag.strip_prefix('!').filter(|name| !name.is_empty() && !name.starts_with('!')).map(str::to_owned)
}

/// A short tag written out: `!GetAtt A.B` as `{"Fn::GetAtt": ["A", "B"]}`.
fn tagged(tag: Option<String>, node: Node) -> Node {
    let Some(tag) = tag else { return node };
    let place = node.place;
    let (key, value) = match (tag.as_str(), &node.kind) {
        ("Ref" | "Condition", _) => (tag, node),
        ("GetAtt", Kind::Text(path)) => {
            let (id, attribute) = path.split_once('.').unwrap_or((path, ""));
            let parts = [id, attribute].map(|part| Node::new(Kind::Text(part.to_owned()), place));
            ("Fn::GetAtt".to_owned(), Node::new(Kind::List(parts.into()), place))
        }
        _ => (format!("Fn::{tag}"), node),
    };
    Node::new(Kind::Map(vec![Entry { key, key_place: place, value }]), place)
}

/// A scalar without a tag: only a plain one can be anything but text.
fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Kind {
    if style != ScalarStyle::Plain {
        return Kind::Text(text.into_owned());
    }
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "on" | "On" => Kind::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "off" | "Off" => Kind::Bool(false),
        other => {
            let digits = other.trim_start_matches(['-', '+']);
            let number = digits.starts_with(|c: char| c.is_ascii_digit()).then(|| other.parse::<f64>().ok()).flatten();
            match number.filter(|number| number.is_finite()) {
                Some(number) => Kind::Number(number, text.into_owned()),
                None => Kind::Text(text.into_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_and_long_ones_are_the_same() {
        let short = parse("A: !Ref X\nB: !GetAtt Q.Arn\nC: !Sub 'a-${X}'\nD: !If [Prod, !Ref X, 1]").unwrap();
        let long = r#"{"A": {"Ref": "X"}, "B": {"Fn::GetAtt": ["Q", "Arn"]}, "C": {"Fn::Sub": "a-${X}"},
                       "D": {"Fn::If": ["Prod", {"Ref": "X"}, 1]}}"#;
        assert_eq!(short.to_string(), parse(long).unwrap().to_string());
        assert_eq!(short.get("B").place, Place { line: 2, column: 12 });
    }

    #[test]
    fn what_is_no_template_is_said_with_its_place() {
        let wrong = [
            ("", "empty"),
            ("- a", "mapping"),
            ("A: 1\nA: 2", "line 1"),
            ("A: &x 1\nB: *x", "aliases"),
            ("A: {<<: {B: 1}}", "merge"),
            ("A: [1", ""),
            ("{[a]: 1}", "key is text"),
        ];
        for (text, what) in wrong {
            let fault = parse(text).unwrap_err();
            assert!(fault.what.contains(what), "{text}: {fault:?}");
        }
        let deep = format!("A: {}", "[".repeat(100_000));
        assert!(parse(&deep).is_err());
        assert!(parse_bytes(b"A: \xff").unwrap_err().what.contains("UTF-8"));
    }

    #[test]
    fn scalars_are_what_cloudformation_takes_them_for() {
        let node = parse("A: 012345678901\nB: yes\nC: '5'\nD: 2010-09-09\nE: 1.5\nF:").unwrap();
        assert_eq!(node.get("A").text(), Some("012345678901"));
        assert_eq!(node.get("B").bool(), Some(true));
        assert_eq!(node.get("C").number(), Some(5.0));
        assert_eq!(node.get("D").text(), Some("2010-09-09"));
        assert_eq!(node.get("E").number(), Some(1.5));
        assert!(node.get("F").is_missing());
    }
}
