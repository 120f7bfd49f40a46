//! Which column each box is in: behind all that leads to it, unless arrows go round in a circle, where one goes back.

use super::{Grid, Size, Slot};

/// The height that an arrow takes which passes a column.
const PASSING: u32 = 4;

pub(super) fn of(sizes: &[Size], arrows: &[(usize, usize)]) -> Grid {
    let back = backwards(sizes.len(), arrows);
    let forth: Vec<_> = arrows
        .iter()
        .zip(&back)
        .filter(|((from, to), _)| from != to)
        .map(|((from, to), back)| if *back { (*to, *from) } else { (*from, *to) })
        .collect();
    let column = assigned(sizes.len(), &forth);
    let mut all = Grid {
        slots: (0..sizes.len())
            .map(|node| Slot { height: sizes[node].height, node: Some(node), column: column[node] })
            .collect(),
        columns: vec![Vec::new(); column.iter().max().map_or(0, |last| last + 1)],
        ..Grid::default()
    };
    for (slot, column) in column.iter().enumerate() {
        all.columns[*column].push(slot);
    }
    for ((from, to), back) in arrows.iter().zip(&back) {
        if from == to {
            all.chains.push(None);
            continue;
        }
        let (first, last) = if *back { (*to, *from) } else { (*from, *to) };
        let mut chain = vec![first];
        for passed in column[first] + 1..column[last] {
            let slot = all.slots.len();
            all.slots.push(Slot { height: PASSING, node: None, column: passed });
            all.columns[passed].push(slot);
            chain.push(slot);
        }
        chain.push(last);
        all.joins.extend(chain.windows(2).map(|pair| (pair[0], pair[1])));
        all.chains.push(Some((chain, *back)));
    }
    all
}

/// Which arrows go back: those that a walk along the arrows finds to close a circle. It begins where nothing leads to.
fn backwards(nodes: usize, arrows: &[(usize, usize)]) -> Vec<bool> {
    let mut back = vec![false; arrows.len()];
    let mut leaving = vec![Vec::new(); nodes];
    let mut reached = vec![false; nodes];
    for (arrow, (from, to)) in arrows.iter().enumerate().filter(|(_, (from, to))| from != to) {
        leaving[*from].push(arrow);
        reached[*to] = true;
    }
    let (mut begun, mut done) = (vec![false; nodes], vec![false; nodes]);
    let starts = (0..nodes).filter(|node| !reached[*node]).chain((0..nodes).filter(|node| reached[*node]));
    for start in starts {
        if begun[start] {
            continue;
        }
        begun[start] = true;
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some(&arrow) = leaving[*node].get(*next) else {
                done[*node] = true;
                path.pop();
                continue;
            };
            *next += 1;
            let to = arrows[arrow].1;
            if !begun[to] {
                begun[to] = true;
                path.push((to, 0));
            } else if !done[to] {
                back[arrow] = true;
            }
        }
    }
    back
}

/// The longest way to each box; what nothing leads to stands right before what it leads to.
fn assigned(nodes: usize, forth: &[(usize, usize)]) -> Vec<usize> {
    let mut column = vec![0; nodes];
    // As often as the longest way is long, which ends since no way is a circle.
    loop {
        let mut moved = false;
        for (from, to) in forth {
            if column[*to] <= column[*from] {
                column[*to] = column[*from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    for node in 0..nodes {
        let first = forth.iter().filter(|(from, _)| *from == node).map(|(_, to)| column[*to]).min();
        if let Some(first) = first.filter(|_| !forth.iter().any(|(_, to)| *to == node)) {
            column[node] = first - 1;
        }
    }
    column
}
