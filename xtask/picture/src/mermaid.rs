//! The graph as Mermaid, which code hosts and editors show.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::graph::{Family, Graph, Kind, Line, Node};

/// A flowchart with a frame for each pipeline, and in it one for each stack. Names are not read by Mermaid but for their ids,
/// which are made up here.
pub fn mermaid(title: &str, lanes: &[(String, Graph)]) -> String {
    let mut out = format!("---\ntitle: \"{}\"\n---\nflowchart LR\n", plain(title));
    let mut styled: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut numbered: BTreeMap<Line, Vec<usize>> = BTreeMap::new();
    let mut number = 0;
    for (lane, (name, graph)) in lanes.iter().enumerate() {
        let framed = !name.is_empty();
        if framed {
            let _ = writeln!(out, "  subgraph p{lane}[\"{}\"]", plain(name));
        }
        let mut stacks: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (node, one) in graph.nodes.iter().enumerate() {
            stacks.entry(&one.stack).or_default().push(node);
        }
        for (frame, (stack, nodes)) in stacks.iter().enumerate() {
            if !stack.is_empty() {
                let _ = writeln!(out, "    subgraph p{lane}s{frame}[\"{}\"]", plain(stack));
            }
            for node in nodes {
                let id = format!("p{lane}n{node}");
                let _ = writeln!(out, "      {id}{}", shape(&graph.nodes[*node]));
                styled.entry(graph.nodes[*node].kind.family().class()).or_default().push(id);
            }
            if !stack.is_empty() {
                out.push_str("    end\n");
            }
        }
        if framed {
            out.push_str("  end\n");
        }
        for edge in &graph.edges {
            let arrow = match edge.verb.line() {
                Line::Data | Line::Begin => "-->",
                Line::Notice | Line::Failure => "-.->",
            };
            let _ = writeln!(out, "  p{lane}n{} {arrow}|\"{}\"| p{lane}n{}", edge.from, edge.verb.says(), edge.to);
            numbered.entry(edge.verb.line()).or_default().push(number);
            number += 1;
        }
    }
    for family in Family::ALL {
        if let Some(ids) = styled.get(family.class()) {
            let _ = writeln!(out, "  classDef {} stroke-width:2px,stroke:{}", family.class(), stroke(family));
            let _ = writeln!(out, "  class {} {}", ids.join(","), family.class());
        }
    }
    if let Some(failed) = numbered.get(&Line::Failure) {
        let failed: Vec<_> = failed.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "  linkStyle {} stroke:#c0392b", failed.join(","));
    }
    out
}

/// Mid-tones, which show on light and dark grounds alike.
fn stroke(family: Family) -> &'static str {
    match family {
        Family::Store => "#3a9460",
        Family::Work => "#4a7fd6",
        Family::Flow => "#b9751a",
        Family::Begin => "#9259d0",
    }
}

fn shape(node: &Node) -> String {
    let mut text = format!("<b>{}</b><br/>{}", plain(&node.label), node.kind.name());
    if !node.fact.is_empty() {
        let _ = write!(text, "<br/>{}", plain(&node.fact));
    }
    let (open, close) = match node.kind {
        Kind::Bucket | Kind::Catalog | Kind::Database | Kind::Queries | Kind::Table | Kind::Warehouse => ("[(", ")]"),
        Kind::Queue | Kind::Stream | Kind::Delivery => ("([", "])"),
        Kind::Topic => ("{{", "}}"),
        Kind::Schedule | Kind::Rule => ("((", "))"),
        Kind::Outside => (">", "]"),
        Kind::Function | Kind::Job | Kind::Machine | Kind::Replication | Kind::Task => ("[", "]"),
    };
    format!("{open}\"{text}\"{close}")
}

/// Text in quotes: what could end them, or be taken for markup, by its number.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || " -_.:,/=()+*·×%".contains(c) => out.push(c),
            c if c.is_whitespace() || c.is_control() => out.push(' '),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}
