//! What colours and lines mean.

use std::fmt::Write;

use crate::graph::{Family, Line};

pub(super) const HEIGHT: u32 = 36;
pub(super) const WIDTH: u32 = 830;

/// From one entry to the next.
const STEP: u32 = 88;

pub(super) fn put(out: &mut String, left: u32, top: u32) {
    let middle = top + HEIGHT / 2 - 4;
    let mut x = left;
    for family in Family::ALL {
        let _ = writeln!(
            out,
            "<g class=\"card {}\"><rect x=\"{x}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"3\"/>\
             <text class=\"fact\" x=\"{}\" y=\"{}\">{}</text></g>",
            family.class(),
            middle - 7,
            x + 20,
            middle + 4,
            family.says()
        );
        x += STEP;
    }
    x += 16;
    for line in Line::ALL {
        let _ = writeln!(
            out,
            "<g class=\"arrow {}\"><path d=\"M{x} {middle} H{}\"/><polygon points=\"{},{middle} {},{} {},{}\"/></g>\
             <text class=\"fact\" x=\"{}\" y=\"{}\">{}</text>",
            line.class(),
            x + 22,
            x + 30,
            x + 22,
            middle - 4,
            x + 22,
            middle + 4,
            x + 36,
            middle + 4,
            line.says()
        );
        x += STEP + 16;
    }
}
