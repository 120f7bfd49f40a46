//! Boxes in columns, so that arrows run from left to right, no two boxes meet, and no arrow crosses a box.
//!
//! Four steps, each in its file: which column a box is in, in which order the boxes of a column stand, how high each stands,
//! and how the arrows run. All of it is arithmetic on whole numbers and in a fixed order: the same graph gives the same picture.

mod columns;
mod heights;
mod order;
mod routes;

/// A box to be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// A box that was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// Where an arrow runs: level, then as a curve, from one point to the next. It begins at the first and ends at the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub points: Vec<(u32, u32)>,
    /// Against the order of the columns: the arrow's head is at the left.
    pub is_back: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    pub boxes: Vec<Place>,
    /// In the order of the arrows; none for an arrow from a box to itself.
    pub routes: Vec<Option<Route>>,
    pub width: u32,
    pub height: u32,
}

/// Between two columns, for the arrows.
const GAP: u32 = 64;
/// Between two boxes of a column, and between arrows that pass it.
const ROOM: u32 = 18;

/// A box, or what keeps the way free for an arrow that passes a column.
#[derive(Debug, Clone)]
struct Slot {
    height: u32,
    /// None for an arrow that passes.
    node: Option<usize>,
    column: usize,
}

/// Everything that stands in columns, and what is joined: only ever from one column to the next.
#[derive(Debug, Default)]
struct Grid {
    slots: Vec<Slot>,
    /// The slots of each column, from top to bottom.
    columns: Vec<Vec<usize>>,
    joins: Vec<(usize, usize)>,
    /// For each arrow the slots that it runs through, and whether that is against its direction.
    chains: Vec<Option<(Vec<usize>, bool)>>,
}

/// Places boxes that arrows, each from a box to a box, join.
pub fn layout(sizes: &[Size], arrows: &[(usize, usize)]) -> Layout {
    let mut columns = columns::of(sizes, arrows);
    order::untangle(&mut columns);
    let tops = heights::of(&columns);
    routes::draw(&columns, &tops, sizes, arrows.len())
}

impl Place {
    pub fn right(&self) -> u32 {
        self.x + self.width
    }

    pub fn bottom(&self) -> u32 {
        self.y + self.height
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

#[cfg(test)]
mod tests;
