//! Where the widgets of a dashboard stand: in rows of 24 columns, each section in rows of its own.

use serde::Serialize;
use serde_json::Value;

/// What CloudWatch calls a widget, and how large it is.
#[derive(Debug)]
pub(super) struct Widget {
    pub(super) kind: &'static str,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) properties: Value,
}

#[derive(Debug, Serialize)]
pub(super) struct Placed {
    #[serde(rename = "type")]
    kind: &'static str,
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    properties: Value,
}

const COLUMNS: u32 = 24;

pub(super) fn arrange(sections: Vec<Vec<Widget>>) -> Vec<Placed> {
    let mut placed = Vec::new();
    let mut top = 0;
    for section in sections {
        let (mut x, mut tallest) = (0, 0);
        for Widget { kind, width, height, properties } in section {
            if x + width > COLUMNS {
                top += tallest;
                (x, tallest) = (0, 0);
            }
            placed.push(Placed { kind, x, y: top, width, height, properties });
            x += width;
            tallest = tallest.max(height);
        }
        top += tallest;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn widgets_stand_in_their_order_on_the_grid_and_never_on_each_other(
            sizes in prop::collection::vec(prop::collection::vec((1..=COLUMNS, 1..=12_u32), 0..8), 0..6)
        ) {
            let widget = |(width, height): &(u32, u32)| Widget { kind: "text", width: *width, height: *height, properties: Value::Null };
            let sections: Vec<Vec<_>> = sizes.iter().map(|section| section.iter().map(widget).collect()).collect();
            let placed = arrange(sections);
            prop_assert_eq!(placed.len(), sizes.iter().map(Vec::len).sum::<usize>());
            for (number, one) in placed.iter().enumerate() {
                prop_assert!(one.x + one.width <= COLUMNS);
                for other in &placed[..number] {
                    let apart = one.x >= other.x + other.width || other.x >= one.x + one.width
                        || one.y >= other.y + other.height || other.y >= one.y + one.height;
                    prop_assert!(apart, "{one:?} stands on {other:?}");
                    prop_assert!((other.y, other.x) < (one.y, one.x), "{one:?} stands before {other:?}");
                }
            }
        }
    }
}
