//! Random batches against a plain recomputation, and pages of garbage.

use contract::{
    curate::Ask,
    rates::{Format, Outcome},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

use crate::bench::{Texts, World, batch, page};

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(vec![Format::Json, Format::Csv, Format::Xml])
}

/// Few different ones, so that some are there twice; a few of them wrong.
fn row() -> impl Strategy<Value = (Texts, bool)> {
    let code =
        || prop_oneof![30 => "[AB]{5}".prop_map(|text| (text, true)), 1 => "[ABc]{0,4}".prop_map(|text| (text, false))];
    let day = prop_oneof![
        30 => (1_u32..=28).prop_map(|day| (format!("2026-02-{day:02}"), true)),
        1 => (29_u32..=40).prop_map(|day| (format!("2026-02-{day:02}"), false)),
    ];
    let price = prop_oneof![
        30 => (0_u32..5).prop_map(|price| (price.to_string(), true)),
        1 => prop::sample::select(vec!["", "-1", "1.0", "2147483648"]).prop_map(|text| (text.to_owned(), false)),
    ];
    (code(), code(), day, price)
        .prop_map(|((orig, a), (dest, b), (day, c), (price, d))| ([orig, dest, day, price], a && b && c && d))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_batch_is_what_a_plain_recomputation_gives(
        format in format(),
        pages in prop::collection::vec(prop::collection::vec(row(), 0..12), 1..5),
    ) {
        let bodies: Vec<String> =
            pages.iter().map(|rows| page(format, &rows.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>())).collect();
        let world = World::with(format, &bodies.iter().map(String::as_bytes).collect::<Vec<_>>());
        let told = world.curate();
        let rows: Vec<&(Texts, bool)> = pages.iter().flatten().collect();
        let wrong = rows.iter().filter(|(_, good)| !good).count();
        let verdict = world.verdict();
        prop_assert_eq!(verdict.read, rows.len() as u64);
        if wrong > 0 || rows.is_empty() {
            prop_assert_eq!(told.outcome, Some(Outcome::Rejected));
            prop_assert_eq!(world.rejected().len(), wrong.max(1));
            prop_assert_eq!(world.names(), ["rejected/a.jsonl", "verdicts/a.json"]);
        } else {
            let expected: BTreeSet<Texts> = rows.iter().map(|(row, _)| row.clone()).collect();
            prop_assert_eq!(verdict.duplicates, (rows.len() - expected.len()) as u64);
            prop_assert_eq!(world.visible(), Vec::from_iter(expected));
        }
    }

    /// Whatever is pulled, there is a verdict, which says the same however the bytes come.
    #[test]
    fn garbage_is_refused_and_nothing_else_happens(
        format in format(),
        rows in prop::collection::vec(row(), 1..6),
        at in any::<prop::sample::Index>(),
        garbage in prop::collection::vec(any::<u8>(), 0..12),
        cut in any::<bool>(),
    ) {
        let mut body = page(format, &rows.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>()).into_bytes();
        let at = at.index(body.len());
        if cut { body.truncate(at) } else { drop(body.splice(at..at, garbage)) }
        let verdicts = [1, 3, 1_000_000].map(|piece| {
            let world = World { objects: runtime::testing::MemoryObjects::default().with_chunks_of(piece).into(), ..World::new() };
            world.pulled(&batch("a"), format, &[&body]);
            world.ask(&batch("a"), Ask::Curate).unwrap();
            world.objects.all()
        });
        prop_assert_eq!(&verdicts[0], &verdicts[2]);
        prop_assert_eq!(&verdicts[1], &verdicts[2]);
    }

    #[test]
    fn bytes_of_any_kind_are_refused(format in format(), body in prop::collection::vec(any::<u8>(), 0..60)) {
        let world = World::with(format, &[&body]);
        prop_assert_eq!(world.curate().outcome, Some(Outcome::Rejected));
    }
}
