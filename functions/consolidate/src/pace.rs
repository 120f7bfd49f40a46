//! How fast the function is, beside what it costs only to read its input: a step of `cargo xtask bench --only functions`.

use contract::{
    Handle, Whole,
    accommodation::{KEY, LIST, LIST_ITEM, ROLL_OVER_BYTES},
    consolidate::{Choose, Env},
};
use runtime::{
    Handler,
    testing::{Dice, FileObjects, MemoryItems, MemoryNotices, Pace, Watch, queue_event, run, told},
};
use serde_json::json;
use std::{error::Error, path::Path};

use crate::{bench::TABLE, handle::Consolidator, offer::Offer};

/// Four offers of each accommodation, far from each other, by partners of which one is not listed.
fn line(number: u64) -> String {
    let mut dice = Dice::new(number);
    let id = dice.throw() % (1 + number / 4 + 1_000);
    let partner = ["alpenblick", "bergzeit", "citystay", "dorfhotels", "unlisted"][dice.below(5)];
    let street = ["Hauptstra\u{df}e", "Bahnhofstra\u{df}e", "Lindenallee", "Am Markt", "Seeweg"][dice.below(5)];
    let city = ["Berlin", "M\u{fc}nchen", "Ulm", "Konstanz", "L\u{fc}beck", "Garmisch-Partenkirchen"][dice.below(6)];
    let geocodes = format!(
        "{}.{:06},{}.{:06}",
        47 + dice.below(8),
        dice.below(1_000_000),
        6 + dice.below(9),
        dice.below(1_000_000)
    );
    json!({
        "partner_name": partner,
        "accommodation_id": format!("{:08x}-{id:012}", id.wrapping_mul(2_654_435_761) & 0xffff_ffff),
        "accommodation_data": {
            "accommodation_name": format!("Hotel \"{city}er Hof\" {id}"),
            "accommodation_address": format!("{street} {}, {:05} {city}, Deutschland", dice.below(200), dice.below(99_999)),
            "accommodation_geocodes": geocodes,
            "accommodation_city": city,
        },
    })
    .to_string()
}

fn work(root: &Path, key: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let items = MemoryItems::default();
    let list = json!({ LIST: ["alpenblick", "bergzeit", "citystay", "dorfhotels"] });
    items.place(TABLE, &[(KEY, LIST_ITEM)], list);
    let env = Env {
        source: Handle::named("s3://in/"),
        output: Handle::named("s3://out/accommodation/"),
        rejected: Handle::named("s3://out/accommodation/rejected/"),
        priorities: Handle::named(TABLE),
        choose: Choose::PerAccommodation,
        roll_over: Whole(ROLL_OVER_BYTES),
        notices: Handle::named("arn:topic"),
        tries: Whole(10),
    };
    let function = Consolidator::new(env, FileObjects::new(root), items, MemoryNotices::default(), Watch::default())?;
    let answer = run(function.handle(queue_event(&[told(&format!("s3://in/{key}"))])))?;
    assert_eq!((answer.counts.rejected, answer.counts.returned), (0, 0));
    assert!(answer.counts.out > 0);
    Ok(())
}

#[test]
#[ignore = "cargo xtask bench --only functions runs it, and says what of it"]
fn pace() {
    Pace { line, parse: |line| Offer::parse(line).is_ok(), work }.run().unwrap();
}
