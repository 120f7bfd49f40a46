//! A loader that dies between any two messages to the server, or after the server did what the last one asked.

use postgres::{Break, Cut};
use warehouse::Target;

use crate::{
    bench::{Bench, load, load_of},
    files::{ADDRESS, AGENCY, FLAT, sheet},
};

#[test]
fn a_crash_anywhere_loads_once() {
    let bench = Bench::new();
    let mut crashes = 0;
    for (target, listing) in [(Target::Flats, FLAT), (Target::Address, ADDRESS), (Target::Agency, AGENCY)] {
        let (one, text) = (load_of(target, 14, "v1"), sheet(target, &[listing]));
        bench.empty();
        let whole = Cut::before(bench.server.port(), Break::Never).unwrap();
        load(&bench.through(whole.port()), &one, &text).unwrap();
        let expected = bench.dump();
        assert!(whole.messages() > 20, "{} messages are too few to be all", whole.messages());
        let mut done_unheard = 0;
        for message in 1..=whole.messages() {
            for at in [Break::Before(message), Break::After(message)] {
                bench.empty();
                crashes += 1;
                let cut = Cut::before(bench.server.port(), at).unwrap();
                // The last message only says good-bye.
                let is_crashed = load(&bench.through(cut.port()), &one, &text).is_err();
                let there = bench.dump();
                assert!(there.is_empty() || there == expected, "{at:?}: half of it is there:\n{there}");
                assert!(is_crashed || there == expected, "{at:?}: it is said to be there, and is not");
                done_unheard += usize::from(is_crashed && !there.is_empty());
                let again = load(&bench.warehouse(), &one, &text).unwrap();
                assert_eq!(again.before, !there.is_empty(), "{at:?}");
                assert_eq!(again.rows, 1);
                assert_eq!(bench.dump(), expected, "{at:?}");
            }
        }
        assert_eq!(done_unheard, 1, "the one crash in which all is done and nobody heard of it");
    }
    assert!(crashes > 150, "{crashes}");
}
