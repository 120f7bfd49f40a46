//! The graph as SVG: a lane for each pipeline, light or dark as the reader's system is.

mod card;
mod legend;

use std::fmt::Write;

use crate::escape::escaped;
use crate::graph::{Edge, Graph};
use crate::layout::{Layout, Route, layout};
use crate::palette;
use card::Card;

/// A drawing to be made.
pub struct Drawing<'a> {
    pub title: &'a str,
    /// Pipelines by name, as [`Graph::lanes`] gives them; a lane without a name has no heading.
    pub lanes: &'a [(String, Graph)],
    /// Begins every id in it: a page holds several drawings.
    pub id: &'a str,
    /// In a page, whose style is that of the drawing too.
    pub is_part: bool,
}

/// Everything that was placed, for whoever wants to look at it: drawings are tested by what stands where.
pub struct Drawn {
    pub width: u32,
    pub height: u32,
    pub lanes: Vec<Lane>,
}

pub struct Lane {
    pub heading: Option<String>,
    /// Where its frame begins, and how large that is.
    pub y: u32,
    pub height: u32,
    pub cards: Vec<Card>,
    pub layout: Layout,
}

/// Around everything.
const MARGIN: u32 = 16;
/// Between a lane's frame and what is in it.
const INSIDE: u32 = 18;
/// A lane's heading.
const HEADING: u32 = 30;
/// Between lanes.
const BETWEEN: u32 = 16;

/// The rules of style, for drawings and the pages that hold them.
pub const STYLE: &str = include_str!("style.css");

impl Drawn {
    pub fn of(lanes: &[(String, Graph)]) -> Self {
        let mut drawn = Self { width: legend::WIDTH, height: MARGIN, lanes: Vec::new() };
        for (name, graph) in lanes {
            let cards: Vec<_> = graph.nodes.iter().map(Card::of).collect();
            let sizes: Vec<_> = cards.iter().map(Card::size).collect();
            let arrows: Vec<_> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
            let layout = layout(&sizes, &arrows);
            let heading = (!name.is_empty()).then(|| name.clone());
            let height = layout.height + 2 * INSIDE + if heading.is_some() { HEADING } else { 0 };
            drawn.width = drawn.width.max(layout.width + 2 * INSIDE).max(heading.as_deref().map_or(0, heading_width));
            drawn.lanes.push(Lane { heading, y: drawn.height, height, cards, layout });
            drawn.height += height + BETWEEN;
        }
        drawn.width += 2 * MARGIN;
        drawn.height += legend::HEIGHT;
        drawn
    }
}

fn heading_width(heading: &str) -> u32 {
    crate::text::pixels(heading, 15, true) + 2 * INSIDE
}

/// The text of the drawing; the same for the same graph.
pub fn svg(drawing: &Drawing<'_>) -> String {
    let drawn = Drawn::of(drawing.lanes);
    let Drawn { width, height, .. } = drawn;
    let Drawing { id, title, .. } = drawing;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escaped(title),
        escaped(&description(drawing.lanes))
    );
    if !drawing.is_part {
        let _ = writeln!(out, "<style>\n{}{STYLE}</style>", palette::variables(".picture"));
        let _ = writeln!(out, "<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>");
    }
    for (lane, (_, graph)) in drawn.lanes.iter().zip(drawing.lanes) {
        put_lane(&mut out, lane, graph, width);
    }
    legend::put(&mut out, MARGIN, height - legend::HEIGHT);
    out.push_str("</svg>\n");
    out
}

/// What the drawing shows, in sentences.
fn description(lanes: &[(String, Graph)]) -> String {
    let lane = |(name, graph): &(String, Graph)| {
        let sentences = graph.sentences().join("; ");
        if name.is_empty() { format!("{sentences}.") } else { format!("Pipeline {name}: {sentences}.") }
    };
    lanes.iter().map(lane).collect::<Vec<_>>().join(" ")
}

fn put_lane(out: &mut String, lane: &Lane, graph: &Graph, width: u32) {
    let Lane { y, height, .. } = lane;
    let _ = writeln!(
        out,
        "<rect class=\"lane\" x=\"{MARGIN}\" y=\"{y}\" width=\"{}\" height=\"{height}\" rx=\"12\"/>",
        width - 2 * MARGIN
    );
    let mut top = y + INSIDE;
    if let Some(heading) = &lane.heading {
        let _ = writeln!(
            out,
            "<text class=\"heading\" x=\"{}\" y=\"{}\">{}</text>",
            MARGIN + INSIDE,
            top + 8,
            escaped(heading)
        );
        top += HEADING;
    }
    let _ = writeln!(out, "<g transform=\"translate({} {top})\">", MARGIN + INSIDE);
    for (edge, route) in graph.edges.iter().zip(&lane.layout.routes) {
        if let Some(route) = route {
            put_arrow(out, graph, edge, route);
        }
    }
    for ((card, place), node) in lane.cards.iter().zip(&lane.layout.boxes).zip(&graph.nodes) {
        card.put(out, node, place);
    }
    out.push_str("</g>\n");
}

/// How long an arrow's head is.
const HEAD: u32 = 8;

fn put_arrow(out: &mut String, graph: &Graph, edge: &Edge, route: &Route) {
    let class = edge.verb.line().class();
    let mut path = String::new();
    let last = route.points.len() - 1;
    for (number, point) in route.points.iter().enumerate() {
        // The line ends where the head begins.
        let x = match (number == last, route.is_back) {
            (true, false) => point.0 - HEAD,
            (true, true) => point.0 + HEAD,
            (false, _) => point.0,
        };
        if number == 0 {
            let _ = write!(path, "M{x} {}", point.1);
        } else if number % 2 == 1 {
            let before = route.points[number - 1];
            let middle = u32::midpoint(before.0, x);
            let _ = write!(path, " C{middle} {} {middle} {} {x} {}", before.1, point.1, point.1);
        } else {
            let _ = write!(path, " H{x}");
        }
    }
    let (x, y) = route.points[last];
    let back = if route.is_back { x + HEAD } else { x - HEAD };
    let name = |node: usize| &graph.nodes[node].label;
    let places: Vec<_> = edge.places.iter().map(String::as_str).collect();
    let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
    let says = format!("{} {} {}{places}", name(edge.from), edge.verb.says(), name(edge.to));
    let _ = writeln!(
        out,
        "<g class=\"arrow {class}\"><title>{}</title><path d=\"{path}\"/><polygon points=\"{x},{y} {back},{} {back},{}\"/></g>",
        escaped(&says),
        y.saturating_sub(4),
        y + 4
    );
}
