//! References and functions of a template, worked out as far as the template and the other stacks tell. What cannot be
//! known is [`Kind::Unknown`], with the reason; nothing is guessed.

use std::collections::BTreeMap;

use crate::arn::{Location, naming_of};
use crate::node::{Entry, Kind, Node};

/// What a template's values may depend on.
pub struct Scope<'a> {
    pub stack: &'a str,
    pub root: &'a Node,
    /// Values that the parameters get; others have their defaults.
    pub values: &'a BTreeMap<String, String>,
    /// What other stacks export, worked out.
    pub exports: &'a BTreeMap<String, Node>,
    pub location: &'a Location,
}

/// Conditions that refer to each other in a circle end here.
const MOST_STEPS: usize = 60;

impl Scope<'_> {
    pub fn resolve(&self, node: &Node) -> Node {
        self.step(node, 0)
    }

    /// Whether a condition holds, if that can be known.
    pub fn condition(&self, name: &str) -> Option<bool> {
        self.holds(self.root.get("Conditions").get(name), 0)
    }

    fn step(&self, node: &Node, depth: usize) -> Node {
        if depth > MOST_STEPS {
            return unknown(node, "it refers to itself");
        }
        let kind = match &node.kind {
            Kind::List(items) => {
                let items = items.iter().map(|item| self.step(item, depth + 1));
                Kind::List(items.filter(|item| !is_no_value(item)).collect())
            }
            Kind::Map(entries) => {
                if let [Entry { key, value, .. }] = entries.as_slice()
                    && (key == "Ref" || key.starts_with("Fn::"))
                {
                    return self.function(node, key, value, depth + 1);
                }
                let entries =
                    entries.iter().map(|entry| Entry { value: self.step(&entry.value, depth + 1), ..entry.clone() });
                Kind::Map(entries.filter(|entry| !is_no_value(&entry.value)).collect())
            }
            other => other.clone(),
        };
        Node::new(kind, node.place)
    }

    fn function(&self, node: &Node, name: &str, argument: &Node, depth: usize) -> Node {
        let text = |text: String| Node::new(Kind::Text(text), node.place);
        match name {
            "Ref" => self.reference(node, argument.text().unwrap_or_default(), depth),
            "Fn::GetAtt" => {
                let parts: Vec<_> = argument.items().iter().filter_map(Node::text).collect();
                let path = parts.join(".");
                let (id, attribute) = path.split_once('.').unwrap_or((&path, ""));
                self.attribute(id, attribute, depth).map_or_else(|| unknown(node, &format!("{id}.{attribute}")), text)
            }
            "Fn::Sub" => self.substitute(node, argument, depth),
            "Fn::ImportValue" => {
                let export = self.step(argument, depth);
                let Some(export) = export.text() else { return export.clone() };
                match self.exports.get(export) {
                    Some(value) => Node::new(value.kind.clone(), node.place),
                    None => unknown(node, &format!("the export {export}, which no known stack has")),
                }
            }
            "Fn::Join" => {
                let argument = self.step(argument, depth);
                let [separator, list] = argument.items() else { return unknown(node, "a Join of another shape") };
                let parts: Option<Vec<_>> = list.items().iter().map(Node::text).collect();
                match (separator.text(), parts) {
                    (Some(separator), Some(parts)) => text(parts.join(separator)),
                    _ => unknown(node, "a Join of unknown parts"),
                }
            }
            "Fn::Select" => {
                let argument = self.step(argument, depth);
                let [index, list] = argument.items() else { return unknown(node, "a Select of another shape") };
                let index = index.text().and_then(|index| index.parse::<usize>().ok());
                let found = index.and_then(|index| list.items().get(index)).filter(|_| !list.is_unknown());
                found.cloned().unwrap_or_else(|| unknown(node, "a Select from an unknown list"))
            }
            "Fn::Split" => {
                let argument = self.step(argument, depth);
                let [separator, whole] = argument.items() else { return unknown(node, "a Split of another shape") };
                match (separator.text(), whole.text()) {
                    (Some(separator), Some(whole)) if !separator.is_empty() => Node::new(
                        Kind::List(whole.split(separator).map(|part| text(part.to_owned())).collect()),
                        node.place,
                    ),
                    _ => unknown(node, "a Split of something unknown"),
                }
            }
            "Fn::FindInMap" => {
                let argument = self.step(argument, depth);
                let keys: Vec<_> = argument.items().iter().filter_map(Node::text).collect();
                let [map, first, second] = keys.as_slice() else {
                    return unknown(node, "a FindInMap with unknown keys");
                };
                let found = self.root.get("Mappings").get(map).get(first).get(second);
                if found.is_missing() { unknown(node, "nothing in the mapping") } else { found.clone() }
            }
            "Fn::If" => {
                let [condition, then, otherwise] = argument.items() else {
                    return unknown(node, "an If of another shape");
                };
                match condition.text().and_then(|name| self.holds(self.root.get("Conditions").get(name), depth)) {
                    Some(true) => self.step(then, depth),
                    Some(false) => self.step(otherwise, depth),
                    None => {
                        let (then, otherwise) = (self.step(then, depth), self.step(otherwise, depth));
                        if then.kind == otherwise.kind {
                            then
                        } else {
                            unknown(node, "an If whose condition is unknown")
                        }
                    }
                }
            }
            other => unknown(node, &format!("the result of {other}")),
        }
    }

    fn reference(&self, node: &Node, id: &str, depth: usize) -> Node {
        let text = |text: &str| Node::new(Kind::Text(text.to_owned()), node.place);
        match id {
            "AWS::Region" => return text(&self.location.region),
            "AWS::AccountId" => return text(&self.location.account),
            "AWS::Partition" => return text("aws"),
            "AWS::URLSuffix" => return text("amazonaws.com"),
            "AWS::StackName" => return text(self.stack),
            "AWS::NoValue" => return Node::new(Kind::Unknown(NO_VALUE.to_owned()), node.place),
            _ => {}
        }
        let parameter = self.root.get("Parameters").get(id);
        if !parameter.is_missing() {
            let of_ssm = parameter.get("Type").text().is_some_and(|kind| kind.starts_with("AWS::SSM::"));
            let value = self.values.get(id).map(String::as_str).or_else(|| parameter.get("Default").text());
            return match value.filter(|_| !of_ssm) {
                Some(value) if parameter.get("Type").text().is_some_and(|kind| kind.contains("List")) => {
                    Node::new(Kind::List(value.split(',').map(|part| text(part.trim())).collect()), node.place)
                }
                Some(value) => text(value),
                None => unknown(node, &format!("the parameter {id}")),
            };
        }
        self.named(id, depth).map_or_else(
            || unknown(node, &format!("{id}, which is not in the template")),
            |(kind, name)| text(&naming_of(kind).map_or_else(|| name.clone(), |n| n.reference(&name, self.location))),
        )
    }

    /// A resource's type and name.
    fn named(&self, id: &str, depth: usize) -> Option<(&str, String)> {
        let resource = self.root.get("Resources").get(id);
        let kind = resource.get("Type").text()?;
        let given = naming_of(kind).filter(|naming| !naming.name.is_empty());
        let given = given.map(|naming| resource.get("Properties").at(naming.name)).filter(|name| !name.is_missing());
        let given = given.map(|name| self.step(name, depth + 1));
        let name = given.as_ref().and_then(Node::text).map(str::to_owned);
        Some((kind, name.unwrap_or_else(|| format!("{{{}.{id}}}", self.stack))))
    }

    fn attribute(&self, id: &str, attribute: &str, depth: usize) -> Option<String> {
        let (kind, name) = self.named(id, depth)?;
        Some(match (naming_of(kind), attribute) {
            (Some(naming), "Arn" | "TopicArn") => naming.arn(&name, self.location),
            (Some(_), "QueueName" | "TopicName" | "Name") => name,
            (Some(naming), "QueueUrl") => naming.reference(&name, self.location),
            _ => format!("{{{}.{id}.{attribute}}}", self.stack),
        })
    }

    fn substitute(&self, node: &Node, argument: &Node, depth: usize) -> Node {
        let (pattern, given) = match argument.items() {
            [pattern, given] => (pattern.text(), self.step(given, depth)),
            _ => (argument.text(), Node::default()),
        };
        let Some(pattern) = pattern else { return unknown(node, "a Sub of another shape") };
        let mut result = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let Some((name, after)) = after.split_once('}') else { break };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                result.extend(["${", literal, "}"]);
                continue;
            }
            let own = given.get(name.trim());
            let value = if !own.is_missing() {
                own.clone()
            } else if let Some((id, attribute)) = name.trim().split_once('.') {
                match self.attribute(id, attribute, depth) {
                    Some(text) => Node::new(Kind::Text(text), node.place),
                    None => unknown(node, name),
                }
            } else {
                self.reference(node, name.trim(), depth)
            };
            match value.text() {
                Some(text) => result.push_str(text),
                None => return unknown(node, &format!("a Sub with {name}")),
            }
        }
        result.push_str(rest);
        Node::new(Kind::Text(result), node.place)
    }

    fn holds(&self, condition: &Node, depth: usize) -> Option<bool> {
        if depth > MOST_STEPS {
            return None;
        }
        let [Entry { key, value, .. }] = condition.entries() else { return None };
        let each = || value.items().iter().map(|item| self.holds(item, depth + 1));
        match key.as_str() {
            "Condition" => self.holds(self.root.get("Conditions").get(value.text()?), depth + 1),
            "Fn::Equals" => {
                let resolved = self.step(value, depth + 1);
                let [one, other] = resolved.items() else { return None };
                Some(one.text()? == other.text()?)
            }
            "Fn::Not" => each().next()?.map(|holds| !holds),
            "Fn::And" if each().any(|holds| holds == Some(false)) => Some(false),
            "Fn::And" => each().collect::<Option<Vec<_>>>().map(|all| all.into_iter().all(|holds| holds)),
            "Fn::Or" if each().any(|holds| holds == Some(true)) => Some(true),
            "Fn::Or" => each().collect::<Option<Vec<_>>>().map(|all| all.into_iter().any(|holds| holds)),
            _ => None,
        }
    }
}

/// Marks what is to be taken out.
const NO_VALUE: &str = "AWS::NoValue";

fn is_no_value(node: &Node) -> bool {
    matches!(&node.kind, Kind::Unknown(why) if why == NO_VALUE)
}

fn unknown(node: &Node, why: &str) -> Node {
    Node::new(Kind::Unknown(why.to_owned()), node.place)
}
