//! Graphs that nobody would have made: whatever their labels are, the drawings are whole.

use picture::graph::{Edge, Graph, Kind, Node, Verb};
use picture::mermaid::mermaid;
use picture::svg::{Drawing, Drawn, svg};
use proptest::prelude::*;
use std::collections::BTreeSet;

const KINDS: [Kind; 5] = [Kind::Bucket, Kind::Function, Kind::Queue, Kind::Schedule, Kind::Topic];
const VERBS: [Verb; 4] = [Verb::Writes, Verb::Triggers, Verb::Publishes, Verb::GivesUp];

fn graph() -> impl Strategy<Value = Graph> {
    let node = ("[ -~]{0,40}|.{0,20}", "[ -~]{0,30}|.{0,20}", "[a-z]{0,8}|.{0,8}", 0..KINDS.len());
    let node = node.prop_map(|(label, fact, stack, kind)| Node {
        kind: KINDS[kind],
        stack,
        id: label.clone(),
        label,
        fact,
        pipeline: Some("one".to_owned()),
        helpers: Vec::new(),
    });
    prop::collection::vec(node, 1..14).prop_flat_map(|nodes| {
        let number = nodes.len();
        let edge = (0..number, 0..number, 0..VERBS.len(), prop::option::of("[ -~]{1,20}"));
        let edge = edge.prop_map(|(from, to, verb, place)| Edge {
            from,
            to,
            verb: VERBS[verb],
            places: place.into_iter().collect::<BTreeSet<_>>(),
        });
        prop::collection::vec(edge, 0..20).prop_map(move |edges| Graph { nodes: nodes.clone(), edges })
    })
}

/// The text between tags, and whether every tag that was opened was closed again.
fn is_well_formed(xml: &str) -> bool {
    let mut open = Vec::new();
    for part in xml.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else { return false };
        if text.contains('>') || text.chars().any(|c| c.is_control() && c != '\n') {
            return false;
        }
        match (tag.strip_prefix('/'), tag.ends_with('/')) {
            (Some(name), _) if open.pop() != Some(name) => return false,
            (Some(_), _) | (None, true) => {}
            (None, false) => open.extend(tag.split(' ').next()),
        }
    }
    open.is_empty()
}

proptest! {
    #[test]
    fn text_stays_in_its_box_and_boxes_apart(graph in graph()) {
        let drawn = Drawn::of(&[("one".to_owned(), graph)]);
        for lane in &drawn.lanes {
            for (number, (card, place)) in lane.cards.iter().zip(&lane.layout.boxes).enumerate() {
                for line in &card.lines {
                    prop_assert!(line.width() < place.width, "{line:?} in {place:?}");
                }
                prop_assert!(lane.layout.boxes[..number].iter().all(|other| !other.meets(place)));
            }
            prop_assert!(lane.layout.width < drawn.width && lane.y + lane.height < drawn.height);
        }
    }

    #[test]
    fn the_drawing_is_well_formed(graph in graph(), title in ".{0,30}") {
        let lanes = [(title.clone(), graph)];
        for is_part in [true, false] {
            let text = svg(&Drawing { title: &title, lanes: &lanes, id: "x", is_part });
            let without_style = match (text.find("<style>"), text.find("</style>")) {
                (Some(from), Some(to)) => format!("{}{}", &text[..from], &text[to + 8..]),
                _ => text.clone(),
            };
            prop_assert!(is_well_formed(&without_style), "{without_style}");
            prop_assert_eq!(&text, &svg(&Drawing { title: &title, lanes: &lanes, id: "x", is_part }));
        }
    }

    /// Every line is one of the few forms that Mermaid knows, with ids of ours and text in quotes.
    #[test]
    fn mermaid_holds_no_text_but_in_quotes(graph in graph(), title in ".{0,30}") {
        let text = mermaid(&title, &[(title.clone(), graph.clone())]);
        for line in text.lines().skip(4) {
            let line = line.trim();
            let quotes = line.matches('"').count();
            prop_assert!(quotes == 0 || quotes == 2, "{line}");
            let outside: String = line.split('"').step_by(2).collect();
            let is_plain = |c: char| c.is_ascii_alphanumeric() || " []()>{}|-.,:#".contains(c);
            prop_assert!(outside.chars().all(is_plain), "{line}");
            let inside = line.split('"').nth(1).unwrap_or_default();
            let inside = inside.replace("<b>", "").replace("</b>", "").replace("<br/>", "");
            prop_assert!(!inside.contains(['<', '>', '`', '\\', '&']), "{line}");
        }
        prop_assert_eq!(text.lines().filter(|line| line.contains("<b>")).count(), graph.nodes.len());
    }
}
