//! What a stage runs, as boxes and arrows.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Bucket,
    Catalog,
    Database,
    Delivery,
    Function,
    Job,
    Machine,
    /// Somewhere else, reached over the network.
    Outside,
    Queries,
    Queue,
    Replication,
    Rule,
    Schedule,
    Stream,
    Table,
    Task,
    Topic,
    Warehouse,
}

/// What kinds have in common, which is what they are coloured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Holds data.
    Store,
    /// Works.
    Work,
    /// Hands on.
    Flow,
    /// Begins something.
    Begin,
}

/// What an arrow says. It points where data, or the word to begin, goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    Delivers,
    GivesUp,
    Loads,
    Publishes,
    Reads,
    Scales,
    Sends,
    Starts,
    Tells,
    Triggers,
    Writes,
}

/// How an arrow is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    Data,
    Begin,
    Notice,
    Failure,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    pub kind: Kind,
    /// The stack that has it; empty for what is outside.
    pub stack: String,
    /// Its logical id.
    pub id: String,
    pub label: String,
    /// What to know of it, in a few words; may be empty.
    pub fact: String,
    /// The pipeline that it is of; none where several share it.
    pub pipeline: Option<String>,
    /// Logical ids of what is there for its sake only: its role, its logs, its alarms.
    pub helpers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub verb: Verb,
    /// Where in a bucket.
    pub places: BTreeSet<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Catalog => "catalog table",
            Self::Database => "database",
            Self::Delivery => "delivery stream",
            Self::Function => "function",
            Self::Job => "Spark job",
            Self::Machine => "state machine",
            Self::Outside => "outside",
            Self::Queries => "queries",
            Self::Queue => "queue",
            Self::Replication => "replication",
            Self::Rule => "rule",
            Self::Schedule => "schedule",
            Self::Stream => "stream",
            Self::Table => "table",
            Self::Task => "container task",
            Self::Topic => "topic",
            Self::Warehouse => "warehouse",
        }
    }

    pub fn family(self) -> Family {
        match self {
            Self::Bucket | Self::Catalog | Self::Database | Self::Queries | Self::Table | Self::Warehouse => {
                Family::Store
            }
            Self::Function | Self::Job | Self::Machine | Self::Replication | Self::Task => Family::Work,
            Self::Delivery | Self::Queue | Self::Stream | Self::Topic => Family::Flow,
            Self::Outside | Self::Rule | Self::Schedule => Family::Begin,
        }
    }
}

impl Family {
    pub const ALL: [Self; 4] = [Self::Begin, Self::Flow, Self::Work, Self::Store];

    /// Its class in a drawing.
    pub fn class(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Work => "work",
            Self::Flow => "flow",
            Self::Begin => "begin",
        }
    }

    pub fn says(self) -> &'static str {
        match self {
            Self::Store => "holds data",
            Self::Work => "works",
            Self::Flow => "hands on",
            Self::Begin => "begins",
        }
    }
}

impl Verb {
    pub fn says(self) -> &'static str {
        match self {
            Self::Delivers => "delivers to",
            Self::GivesUp => "gives up to",
            Self::Loads => "loads",
            Self::Publishes => "publishes to",
            Self::Reads => "is read by",
            Self::Scales => "scales",
            Self::Sends => "sends to",
            Self::Starts => "starts",
            Self::Tells => "tells",
            Self::Triggers => "triggers",
            Self::Writes => "writes to",
        }
    }

    pub fn line(self) -> Line {
        match self {
            Self::Delivers | Self::Loads | Self::Reads | Self::Sends | Self::Writes => Line::Data,
            Self::Scales | Self::Starts | Self::Tells | Self::Triggers => Line::Begin,
            Self::Publishes => Line::Notice,
            Self::GivesUp => Line::Failure,
        }
    }
}

impl Line {
    pub const ALL: [Self; 4] = [Self::Data, Self::Begin, Self::Notice, Self::Failure];

    pub fn class(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Begin => "sets-off",
            Self::Notice => "notice",
            Self::Failure => "failure",
        }
    }

    pub fn says(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Begin => "sets off",
            Self::Notice => "notices",
            Self::Failure => "what was given up",
        }
    }
}

impl Graph {
    /// The pipelines that it has, in alphabetical order.
    pub fn pipelines(&self) -> BTreeSet<&str> {
        self.nodes.iter().filter_map(|node| node.pipeline.as_deref()).collect()
    }

    /// One pipeline, with what it shares with others, as far as it touches it.
    #[must_use]
    pub fn pipeline(&self, name: &str) -> Self {
        let own = |node: usize| self.nodes[node].pipeline.as_deref() == Some(name);
        let edges = || self.edges.iter().filter(|edge| own(edge.from) || own(edge.to));
        let mut kept: BTreeMap<usize, usize> =
            (0..self.nodes.len()).filter(|node| own(*node)).map(|node| (node, 0)).collect();
        kept.extend(edges().flat_map(|edge| [(edge.from, 0), (edge.to, 0)]));
        let mut nodes = Vec::new();
        for (old, new) in &mut kept {
            *new = nodes.len();
            nodes.push(self.nodes[*old].clone());
        }
        let edges = edges().map(|edge| Edge { from: kept[&edge.from], to: kept[&edge.to], ..edge.clone() }).collect();
        let mut part = Self { nodes, edges };
        part.say_places();
        part
    }

    /// Pipelines one by one; what touches none of them comes last, under the empty name.
    pub fn lanes(&self) -> Vec<(String, Self)> {
        let mut lanes: Vec<_> =
            self.pipelines().into_iter().map(|name| (name.to_owned(), self.pipeline(name))).collect();
        let is_drawn = |node: &Node| lanes.iter().any(|(_, lane)| lane.nodes.iter().any(|one| one.is_same(node)));
        let rest: Vec<_> = self.nodes.iter().filter(|node| !is_drawn(node)).cloned().collect();
        if !rest.is_empty() {
            let at = |old: usize| rest.iter().position(|node| node.is_same(&self.nodes[old]));
            let edges = self.edges.iter();
            let edges = edges
                .filter_map(|edge| Some(Edge { from: at(edge.from)?, to: at(edge.to)?, ..edge.clone() }))
                .collect();
            lanes.push((String::new(), Self { nodes: rest, edges }));
        }
        lanes
    }

    /// A bucket is told by where in it things happen.
    fn say_places(&mut self) {
        for (number, node) in self.nodes.iter_mut().enumerate().filter(|(_, node)| node.kind == Kind::Bucket) {
            let touching = self.edges.iter().filter(|edge| edge.from == number || edge.to == number);
            let places: BTreeSet<&str> = touching.flat_map(|edge| &edge.places).map(String::as_str).collect();
            // What lies below another place is told by that.
            let below = |place: &str| places.iter().any(|other| *other != place && place.starts_with(other));
            let shown: Vec<_> = places.iter().filter(|place| !below(place)).copied().collect();
            node.fact = shown.join(", ");
        }
    }

    /// In words, for whoever does not see it.
    pub fn sentences(&self) -> Vec<String> {
        let name = |node: usize| format!("{} {}", self.nodes[node].kind.name(), self.nodes[node].label);
        self.edges.iter().map(|edge| format!("{} {} {}", name(edge.from), edge.verb.says(), name(edge.to))).collect()
    }
}

impl Node {
    fn is_same(&self, other: &Self) -> bool {
        self.stack == other.stack && self.id == other.id
    }
}
