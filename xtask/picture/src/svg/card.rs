//! A box: what kind of thing, in which stack, its name, and what to know of it.

use std::fmt::Write;

use crate::escape::escaped;
use crate::graph::Node;
use crate::layout::{Place, Size};
use crate::text::{lines, pixels};

/// A line of text in a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    class: &'static str,
    size: u32,
    is_bold: bool,
    /// From the line before it.
    below: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub lines: Vec<Line>,
}

/// The widest that text in a box gets.
const MOST: u32 = 190;
const SIDE: u32 = 14;
const TOP: u32 = 10;

impl Card {
    pub fn of(node: &Node) -> Self {
        let kind = match node.stack.as_str() {
            "" => node.kind.name().to_owned(),
            stack => format!("{} · {stack}", node.kind.name()),
        };
        let part = |text: &str, class, size, is_bold, below| {
            lines(text, size, is_bold, MOST)
                .into_iter()
                .map(move |text| Line { text, class, size, is_bold, below })
                .collect::<Vec<_>>()
        };
        let mut all = part(&kind, "kind", 11, false, 14);
        all.extend(part(&node.label, "name", 13, true, 17));
        all.extend(part(&node.fact, "fact", 11, false, 15));
        Self { lines: all }
    }

    pub fn size(&self) -> Size {
        let widest = self.lines.iter().map(Line::width).max().unwrap_or_default();
        Size { width: widest + 2 * SIDE, height: self.lines.iter().map(|line| line.below).sum::<u32>() + 2 * TOP }
    }

    pub(super) fn put(&self, out: &mut String, node: &Node, place: &Place) {
        let Place { x, y, width, height } = place;
        let mut says = format!("{} {}", node.kind.name(), node.id);
        if !node.helpers.is_empty() {
            says = format!("{says}, with {}", node.helpers.join(", "));
        }
        let _ = writeln!(
            out,
            "<g class=\"card {}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>",
            node.kind.family().class(),
            escaped(&says)
        );
        let mut base = y + TOP;
        for line in &self.lines {
            base += line.below;
            let _ = writeln!(
                out,
                "<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>",
                line.class,
                x + SIDE,
                base - 4,
                escaped(&line.text)
            );
        }
        out.push_str("</g>\n");
    }
}

impl Line {
    pub fn width(&self) -> u32 {
        pixels(&self.text, self.size, self.is_bold)
    }
}
