//! From templates to the graph: what is drawn, what is folded into what, and what goes from where to where.

mod configured;
mod facts;
mod granted;
mod kinds;
mod owners;

use check::world::{Resource, World};
use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Edge, Graph, Kind, Node, Verb};
pub use kinds::kind_of;
pub use owners::Owners;

/// A stage's stacks, read. `prefix` begins the names of all that the stage has, and is left out.
pub struct Reading<'a> {
    pub world: &'a World,
    pub owners: Owners<'a>,
    prefix: &'a str,
}

/// Where names stand that no reference is made of.
const NAMES: [&str; 4] = ["ClusterIdentifier", "ReplicationTaskIdentifier", "TableInput.Name", "WorkgroupName"];

/// What is drawn, and arrows as they are found.
struct Sketch<'a> {
    reading: &'a Reading<'a>,
    nodes: Vec<Node>,
    at: BTreeMap<(&'a str, &'a str), usize>,
    /// As they were found: what a machine begins first comes first.
    arrows: Vec<Edge>,
}

impl<'a> Reading<'a> {
    pub fn new(world: &'a World, prefix: &'a str) -> Self {
        Self { world, owners: Owners::of(world), prefix }
    }

    /// What a resource is called here: its name without what all names share.
    pub fn label(&self, resource: &Resource) -> String {
        let name = resource.name();
        let elsewhere = || NAMES.iter().find_map(|path| resource.text(path)).unwrap_or_default();
        let name = if name.starts_with('{') { elsewhere() } else { name.as_str() };
        let name = self.short(name);
        let account = format!("-{}", self.world.location.account);
        let name = name.strip_suffix(&account).unwrap_or(name);
        if name.is_empty() { in_words(&resource.id) } else { name.to_owned() }
    }

    pub(crate) fn prefix(&self) -> &str {
        self.prefix
    }

    /// A name, without what all names share.
    pub fn short<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.prefix).unwrap_or(name)
    }

    /// The drawn resource behind a name, URL, ARN or a text that holds a reference.
    pub fn behind(&self, text: &str) -> Option<&'a Resource> {
        let found = self.world.find(text).or_else(|| {
            let start = text.find('{')?;
            let end = start + text[start..].find('}')?;
            self.world.find(&text[start..=end])
        });
        self.owners.drawn(found?)
    }

    pub fn graph(&self) -> Graph {
        let mut sketch = Sketch { reading: self, nodes: Vec::new(), at: BTreeMap::new(), arrows: Vec::new() };
        for resource in self.world.resources() {
            if let Some(kind) = kind_of(&resource.kind).filter(|_| !self.owners.is_code(resource)) {
                sketch.at.insert((&resource.stack, &resource.id), sketch.nodes.len());
                sketch.nodes.push(Node {
                    kind,
                    stack: self.short(&resource.stack).to_owned(),
                    id: resource.id.clone(),
                    label: self.label(resource),
                    fact: facts::of(self.world, resource),
                    pipeline: pipeline_of(resource),
                    helpers: self.owners.helpers(resource).map(|helper| helper.id.clone()).collect(),
                });
            }
        }
        configured::draw(&mut sketch);
        granted::draw(&mut sketch);
        sketch.finish()
    }
}

impl Sketch<'_> {
    fn number(&self, resource: &Resource) -> Option<usize> {
        self.at.get(&(resource.stack.as_str(), resource.id.as_str())).copied()
    }

    /// An arrow. Of two between the same boxes the one that says more stays, and an arrow back is no second one.
    fn arrow(&mut self, from: &Resource, verb: Verb, to: &Resource, place: Option<&str>) {
        let (Some(from), Some(to)) = (self.number(from), self.number(to)) else { return };
        self.between(from, verb, to, place);
    }

    fn between(&mut self, from: usize, verb: Verb, to: usize, place: Option<&str>) {
        if from == to {
            return;
        }
        let known =
            |one: &Edge| (one.from, one.to) == (from, to) || (verb == Verb::Reads && (one.from, one.to) == (to, from));
        let number = self.arrows.iter().position(known).unwrap_or_else(|| {
            self.arrows.push(Edge { from, to, verb, places: BTreeSet::new() });
            self.arrows.len() - 1
        });
        self.arrows[number].places.extend(place.map(str::to_owned).filter(|place| !place.is_empty()));
    }

    /// Something that no stack has, such as a web service.
    fn outside(&mut self, label: &str, pipeline: Option<String>) -> usize {
        let known = self.nodes.iter().position(|node| node.kind == Kind::Outside && node.label == label);
        known.unwrap_or_else(|| {
            let (id, fact) = (format!("outside {label}"), "over the internet".to_owned());
            let (stack, helpers) = (String::new(), Vec::new());
            self.nodes.push(Node { kind: Kind::Outside, stack, id, label: label.to_owned(), fact, pipeline, helpers });
            self.nodes.len() - 1
        })
    }

    /// What bears no pipeline's tag is of the pipeline that it has to do with, if that is one and it can bear none.
    fn finish(mut self) -> Graph {
        let edges = std::mem::take(&mut self.arrows);
        loop {
            let tagless = |node: &&(usize, &Node)| node.1.pipeline.is_none() && kinds::TAGLESS.contains(&node.1.kind);
            let all: Vec<_> = self.nodes.iter().enumerate().collect();
            let around = |node: usize| beside(&self.nodes, &edges, node);
            let found: Vec<_> =
                all.iter().filter(tagless).filter_map(|(number, _)| Some((*number, around(*number)?))).collect();
            if found.is_empty() {
                break;
            }
            for (number, pipeline) in found {
                self.nodes[number].pipeline = Some(pipeline);
            }
        }
        Graph { nodes: self.nodes, edges }
    }
}

/// The one pipeline that a box is joined to, also by a place in a bucket that several share.
fn beside(nodes: &[Node], edges: &[Edge], node: usize) -> Option<String> {
    let other = |edge: &Edge, node: usize| if edge.from == node { edge.to } else { edge.from };
    let touches = |edge: &&Edge, node: usize| edge.from == node || edge.to == node;
    let mut around = BTreeSet::new();
    for edge in edges.iter().filter(|edge| touches(edge, node)) {
        let next = other(edge, node);
        let meets = |one: &&Edge| touches(one, next) && !one.places.is_disjoint(&edge.places);
        around.extend(nodes[next].pipeline.as_ref());
        around.extend(edges.iter().filter(meets).filter_map(|one| nodes[other(one, next)].pipeline.as_ref()));
    }
    around.first().filter(|_| around.len() == 1).map(|pipeline| (*pipeline).clone())
}

/// By its tag, in either of the ways in which tags are written.
pub fn pipeline_of(resource: &Resource) -> Option<String> {
    let tags = resource.get("Tags");
    let listed = tags.items().iter().find(|tag| tag.get("Key").text() == Some("pipeline"));
    let value = listed.and_then(|tag| tag.get("Value").text()).or_else(|| tags.get("pipeline").text());
    value.filter(|pipeline| *pipeline != SHARED).map(str::to_owned)
}

/// What several pipelines use bears this instead of a pipeline's name.
const SHARED: &str = "shared";

/// `LoadLedger` as `load-ledger`.
fn in_words(id: &str) -> String {
    let mut words = String::new();
    for (number, c) in id.chars().enumerate() {
        if c.is_uppercase() && number > 0 {
            words.push('-');
        }
        words.extend(c.to_lowercase());
    }
    words
}
