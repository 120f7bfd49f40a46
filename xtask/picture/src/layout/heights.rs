//! How high each box stands: as near as there is room to what it is joined to.

use super::{Grid, ROOM};

/// How often the columns are gone through.
const ROUNDS: usize = 10;

/// The top of each slot.
pub(super) fn of(all: &Grid) -> Vec<i64> {
    let mut tops = vec![0_i64; all.slots.len()];
    for column in &all.columns {
        let mut top = 0;
        for slot in column {
            tops[*slot] = top;
            top += height(all, *slot) + i64::from(ROOM);
        }
    }
    for round in 0..ROUNDS {
        let last = all.columns.len();
        for step in 0..last {
            let column = if round % 2 == 0 { step } else { last - 1 - step };
            settle(all, column, &mut tops);
        }
    }
    let highest = tops.iter().min().copied().unwrap_or_default();
    tops.iter().map(|top| top - highest).collect()
}

fn height(all: &Grid, slot: usize) -> i64 {
    i64::from(all.slots[slot].height)
}

/// Moves a column's slots to where they want to be, as far as they leave each other room. Slots that would meet form a group,
/// which stands where its members want to be on average; groups that would meet become one.
fn settle(all: &Grid, column: usize, tops: &mut [i64]) {
    let middle = |tops: &[i64], slot: usize| tops[slot] + height(all, slot) / 2;
    // Each group: how many, the sum of where its first slot would have to be, and its length.
    let mut groups: Vec<(i64, i64, i64, Vec<usize>)> = Vec::new();
    for &slot in &all.columns[column] {
        let beside: Vec<i64> = [true, false]
            .into_iter()
            .flat_map(|left| all.beside(slot, left))
            .map(|other| middle(tops, other))
            .collect();
        let number = i64::try_from(beside.len()).unwrap_or(1).max(1);
        let wanted =
            if beside.is_empty() { tops[slot] } else { beside.iter().sum::<i64>() / number - height(all, slot) / 2 };
        let mut group = (1, wanted, height(all, slot) + i64::from(ROOM), vec![slot]);
        while let Some(above) = groups.pop() {
            if above.1.div_euclid(above.0) + above.2 <= group.1.div_euclid(group.0) {
                groups.push(above);
                break;
            }
            let (count, sum, length, mut slots) = above;
            slots.extend(group.3);
            group = (count + group.0, sum + group.1 - group.0 * length, length + group.2, slots);
        }
        groups.push(group);
    }
    for (count, sum, _, slots) in groups {
        let mut top = sum.div_euclid(count);
        for slot in slots {
            tops[slot] = top;
            top += height(all, slot) + i64::from(ROOM);
        }
    }
}
