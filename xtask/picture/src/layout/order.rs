//! In which order the boxes of a column stand, so that few arrows cross.

use super::Grid;

/// How often the columns are gone through, from left to right and back.
const ROUNDS: usize = 12;

pub(super) fn untangle(columns: &mut Grid) {
    let mut best = (crossings(columns), columns.columns.clone());
    for round in 0..ROUNDS {
        let forth = round % 2 == 0;
        let last = columns.columns.len();
        for step in 0..last {
            let column = if forth { step } else { last - 1 - step };
            sort(columns, column, forth);
        }
        swap_neighbours(columns);
        let now = crossings(columns);
        if now < best.0 {
            best = (now, columns.columns.clone());
        }
    }
    columns.columns = best.1;
}

/// Each stands where those stand, on average, that it is joined to on one side; who is joined to none keeps its place.
fn sort(all: &mut Grid, column: usize, from_left: bool) {
    let position = positions(all);
    let mut keyed: Vec<(u64, usize)> = all.columns[column]
        .iter()
        .map(|slot| {
            let beside: Vec<u64> = all.beside(*slot, from_left).map(|other| position[other]).collect();
            let own = position[*slot] * SCALE;
            let mean = (beside.iter().sum::<u64>() * SCALE).checked_div(beside.len() as u64);
            (mean.unwrap_or(own), *slot)
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    all.columns[column] = keyed.into_iter().map(|(_, slot)| slot).collect();
}

/// Means are compared in whole numbers.
const SCALE: u64 = 5040;

fn positions(all: &Grid) -> Vec<u64> {
    let mut position = vec![0; all.slots.len()];
    for column in &all.columns {
        for (number, slot) in column.iter().enumerate() {
            position[*slot] = number as u64;
        }
    }
    position
}

impl Grid {
    /// The slots that one is joined to, to its left or to its right.
    pub(super) fn beside(&self, slot: usize, left: bool) -> impl Iterator<Item = usize> {
        self.joins.iter().filter_map(move |(from, to)| match (left, slot) {
            (true, slot) if slot == *to => Some(*from),
            (false, slot) if slot == *from => Some(*to),
            _ => None,
        })
    }
}

/// Two that stand above each other change places wherever that saves a crossing.
fn swap_neighbours(all: &mut Grid) {
    for column in 0..all.columns.len() {
        for upper in 1..all.columns[column].len() {
            let before = crossings_at(all, column);
            all.columns[column].swap(upper - 1, upper);
            if crossings_at(all, column) >= before {
                all.columns[column].swap(upper - 1, upper);
            }
        }
    }
}

fn crossings(all: &Grid) -> usize {
    (0..all.columns.len()).map(|column| crossings_right_of(all, column, &positions(all))).sum()
}

fn crossings_at(all: &Grid, column: usize) -> usize {
    let position = positions(all);
    let left = column.checked_sub(1).map_or(0, |left| crossings_right_of(all, left, &position));
    left + crossings_right_of(all, column, &position)
}

fn crossings_right_of(all: &Grid, column: usize, position: &[u64]) -> usize {
    let joins = all.joins.iter().filter(|(from, _)| all.slots[*from].column == column);
    let ends: Vec<_> = joins.map(|(from, to)| (position[*from], position[*to])).collect();
    let cross = |one: &(u64, u64), other: &(u64, u64)| {
        (one.0 < other.0 && one.1 > other.1) || (one.0 > other.0 && one.1 < other.1)
    };
    ends.iter().enumerate().map(|(number, one)| ends[..number].iter().filter(|other| cross(one, other)).count()).sum()
}
