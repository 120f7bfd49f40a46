//! Who may do what to what, as a table for each pipeline, and word for word beneath.

use serde::Serialize;
use std::collections::BTreeSet;

use crate::access::{May, Principal, Way, access};
use crate::read::Reading;

#[derive(Serialize)]
pub(super) struct Matrix {
    name: String,
    /// The things that somebody here may do something to.
    things: Vec<String>,
    rows: Vec<Row>,
    full: Vec<Full>,
}

#[derive(Serialize)]
struct Row {
    who: String,
    kind: String,
    /// For each thing what may be done to it; empty for nothing.
    cells: Vec<String>,
}

/// One who, one what, all actions.
#[derive(Serialize)]
struct Full {
    who: String,
    role: String,
    what: String,
    actions: String,
    only: String,
}

pub(super) fn matrices(reading: &Reading<'_>) -> Vec<Matrix> {
    let access = access(reading);
    let names: BTreeSet<&Option<String>> = access.keys().map(|who| &who.pipeline).collect();
    let matrix = |name: &Option<String>| {
        let own: Vec<_> = access.iter().filter(|(who, _)| who.pipeline == *name).collect();
        // Everybody logs: that is for the full list.
        let shown = |may: &May| may.ways.iter().any(|way| *way != Way::Logs);
        let things: BTreeSet<&String> =
            own.iter().flat_map(|(_, may)| may.iter()).filter(|(_, may)| shown(may)).map(|(thing, _)| thing).collect();
        let row = |who: &Principal, cells| Row { who: who.label.clone(), kind: who.kind.clone(), cells };
        let rows = own.iter().map(|(who, may)| {
            row(who, things.iter().map(|thing| may.get(*thing).map(in_words).unwrap_or_default()).collect())
        });
        let full = own.iter().flat_map(|(who, may)| {
            may.iter().map(|(what, may)| Full {
                who: format!("{} {}", who.kind, who.label),
                role: who.role.clone(),
                what: what.clone(),
                actions: may.actions.iter().cloned().collect::<Vec<_>>().join(", "),
                only: may.only.iter().cloned().collect::<Vec<_>>().join("; "),
            })
        });
        Matrix {
            name: name.clone().map_or_else(|| "Shared".to_owned(), |name| format!("Pipeline {name}")),
            things: things.iter().map(|thing| (*thing).clone()).collect(),
            rows: rows.collect(),
            full: full.collect(),
        }
    };
    names.into_iter().map(matrix).collect()
}

fn in_words(may: &May) -> String {
    may.ways.iter().map(|way| way.name()).collect::<Vec<_>>().join(", ")
}
