//! Every call to S3 fails, or is the last, in turn. The same wish again ends in the same bytes, and at no time may more be
//! read than is there: a batch that is visible has all of its parts, and its source is not asked for news before.

use contract::{
    curate::Ask,
    rates::{Format, Seen, Verdict},
};
use runtime::{
    Fault,
    testing::{Upset, Upsets},
};

use crate::bench::{CURATED, SOURCE, Texts, World, batch, page, rows, texts};

fn pages(price: &str) -> [String; 2] {
    let row = |n: usize| texts(["DEHAM", "CNSHA", "2026-01-01", &(n * 37 % 23).to_string()]);
    let many: Vec<Texts> = (0..20).map(row).collect();
    [page(Format::Csv, &many), page(Format::Csv, &[texts(["DEHAM", "CNSHA", "2026-01-02", price])])]
}

fn world(upsets: Upsets, price: &str, summary: Option<&World>) -> World {
    let world = World::upset(upsets);
    let pages = pages(price);
    world.pulled(&batch("a"), Format::Csv, &pages.each_ref().map(String::as_bytes));
    if let Some(made) = summary {
        // What the Spark job leaves behind is what the function writes before its verdict.
        let kept = |uri: &String| uri.contains("/data/") || uri.contains("/rejected/");
        made.objects
            .all()
            .into_iter()
            .filter(|(uri, _)| kept(uri))
            .for_each(|(uri, body)| world.objects.place(&uri, &body));
        let verdict = Verdict { engine: contract::rates::Engine::Glue, ..made.verdict() };
        let uri = format!("{CURATED}{}", batch("a").summary());
        world.objects.place(&uri, &serde_json::to_vec(&verdict).unwrap());
    }
    world
}

/// What anybody may see at any time.
fn look(world: &World, what: &str) {
    let names = world.names();
    let visible = batch("a").visible();
    if let Some(uris) = world.file(&visible) {
        let (uris, all) = (String::from_utf8(uris).unwrap(), world.objects.all());
        let found: usize = uris.lines().map(|uri| rows(&all[uri]).len()).sum();
        assert_eq!(found, 21, "{what}: it is visible and not whole");
        assert!(names.contains(&batch("a").verdict()), "{what}: it is visible and nobody decided so");
    }
    if names.contains(&format!("seen/{}", Seen::name(SOURCE))) {
        assert!(names.contains(&visible), "{what}: it was seen and is not visible");
    }
    if let Some(rejected) = world.file("rejected/a.jsonl") {
        assert_eq!(String::from_utf8(rejected).unwrap().lines().count(), 1, "{what}");
    }
}

fn at_each_call(price: &str, ask: Ask) {
    let made = world(Upsets::default(), price, None);
    made.ask(&batch("a"), Ask::Curate).unwrap();
    let summary = (ask == Ask::Publish).then_some(&made);
    let whole = world(Upsets::default(), price, summary);
    let answer = whole.ask(&batch("a"), ask).unwrap().response;
    let (expected, calls) = (whole.objects.all(), whole.upsets.calls());
    assert!(calls > 6, "{calls} calls");
    for call in 1..=calls {
        for upset in [
            Upset::CrashBefore,
            Upset::CrashAfter,
            Upset::After,
            Upset::Before(Fault::Passing),
            Upset::Before(Fault::AccessDenied),
        ] {
            let what = format!("{upset:?} at call {call} of {calls}");
            let world = world(Upsets::default().at(call, upset), price, summary);
            let first = world.ask(&batch("a"), ask);
            look(&world, &what);
            match upset {
                Upset::Before(Fault::Passing) => assert!(first.is_ok(), "{what}"),
                // Where the upload is complete and nobody heard of it, it cannot be completed again.
                Upset::After => {}
                _ => assert!(first.is_err(), "{what}"),
            }
            world.upsets.take_crash();
            assert_eq!(world.ask(&batch("a"), ask).unwrap().response, answer, "{what}");
            assert_eq!(world.objects.all(), expected, "{what}");
            assert!(world.objects.changed().is_empty(), "{what}: {:?}", world.objects.changed());
        }
    }
}

#[test]
fn a_good_batch_is_all_there_or_not_visible() {
    at_each_call("1", Ask::Curate);
}

#[test]
fn a_bad_batch_is_refused_wherever_it_is_cut_off() {
    at_each_call("x", Ask::Curate);
}

#[test]
fn what_spark_made_is_all_there_or_not_visible() {
    at_each_call("1", Ask::Publish);
}

#[test]
fn what_spark_refused_stays_refused() {
    at_each_call("x", Ask::Publish);
}
