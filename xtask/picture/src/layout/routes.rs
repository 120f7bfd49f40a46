//! How the arrows run: level past a column, and as a curve only between two columns, where no box is.

use super::{GAP, Grid, Layout, Place, Route, Size};

/// How near to a box's corner an arrow may leave it.
const CORNER: u32 = 8;

pub(super) fn draw(all: &Grid, tops: &[i64], sizes: &[Size], arrows: usize) -> Layout {
    let top = |slot: usize| u32::try_from(tops[slot]).unwrap_or_default();
    let widths: Vec<u32> = all
        .columns
        .iter()
        .map(|column| column.iter().filter_map(|slot| all.slots[*slot].node).map(|node| sizes[node].width).max())
        .map(Option::unwrap_or_default)
        .collect();
    let mut lefts = Vec::new();
    let mut x = 0;
    for width in &widths {
        lefts.push(x);
        x += width + GAP;
    }
    let boxes = (0..sizes.len())
        .map(|node| {
            let column = all.slots[node].column;
            Place { x: lefts[column], y: top(node), width: widths[column], height: sizes[node].height }
        })
        .collect();
    let bottom = (0..all.slots.len()).map(|slot| top(slot) + all.slots[slot].height).max().unwrap_or_default();

    // Where the arrows of a box touch its side: in the order of where they come from or go to.
    let ports = |slot: usize, left: bool| -> Vec<(usize, u32)> {
        let joined = all.joins.iter().enumerate().filter(|(_, (from, to))| slot == if left { *to } else { *from });
        let other = |join: usize| if left { all.joins[join].0 } else { all.joins[join].1 };
        let mut joined: Vec<usize> = joined.map(|(join, _)| join).collect();
        joined.sort_by_key(|join| (top(other(*join)) + all.slots[other(*join)].height / 2, *join));
        let (number, height) = (u32::try_from(joined.len()).unwrap_or(1), all.slots[slot].height);
        let usable = height.saturating_sub(2 * CORNER);
        let step = |port: u32| top(slot) + (height - usable) / 2 + usable * (2 * port + 1) / (2 * number);
        joined.into_iter().zip(0..).map(|(join, port)| (join, step(port))).collect()
    };
    let mut ends = vec![(0, 0); all.joins.len()];
    for slot in 0..all.slots.len() {
        for (join, y) in ports(slot, false) {
            ends[join].0 = y;
        }
        for (join, y) in ports(slot, true) {
            ends[join].1 = y;
        }
    }
    let mut join = 0;
    let mut routes = Vec::with_capacity(arrows);
    for chain in &all.chains {
        routes.push(chain.as_ref().map(|(slots, is_back)| {
            let mut points = Vec::new();
            for pair in slots.windows(2) {
                let (from, to) = (all.slots[pair[0]].column, all.slots[pair[1]].column);
                let (leaves, arrives) = ends[join];
                points.extend([(lefts[from] + widths[from], leaves), (lefts[to], arrives)]);
                join += 1;
            }
            if *is_back {
                points.reverse();
            }
            Route { points, is_back: *is_back }
        }));
    }
    Layout { boxes, routes, width: x.saturating_sub(GAP), height: bottom }
}
