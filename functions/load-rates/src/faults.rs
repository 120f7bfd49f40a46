//! Batches and files that are not as they should be: nothing changes, people are told what, where and what to do, and
//! nothing fails.

use contract::{
    load_rates::LoadWish,
    rates::{Outcome, part},
};
use proptest::prelude::*;
use runtime::{
    Fault, Handler,
    testing::{Upset, Upsets},
};
use std::io::{Seek, Write};

use crate::{
    bench::{
        CURATED, Db, OURS, PORTS_FILE, REFERENCE, REGIONS_FILE, SPARKS, World, batch, bytes, price, prices, run,
        verdict,
    },
    part::Part,
    refusal::Refusal,
    report::Status,
};

/// A database with a batch, a newer one that is spoilt, and why it is refused.
fn refused(spoil: impl FnOnce(&World)) -> Refusal {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.curated(1, &[prices(2, 3, 100)]);
    world.invoke(&db);
    let dump = db.dump();
    world.curated(2, &[prices(2, 3, 100), prices(2, 3, 900)]);
    spoil(&world);
    let answer = world.invoke(&db);
    assert_eq!(answer.response.status, Status::Refused);
    assert!(answer.counts.rejected > 0 && answer.counts.out == 0);
    assert_eq!(db.dump(), dump, "nothing was changed");
    let refusal = answer.response.reason.unwrap();
    let [(subject, text)] = &world.notices.published()[..] else { panic!("one notice") };
    assert!(subject.ends_with("the newest prices refused"), "{subject}");
    assert!(text.contains(&format!("Batch:  {CURATED}{}\n", batch(2).visible())), "{text}");
    assert!(text.contains(&refusal.reason) && text.contains(&refusal.remedy), "{text}");
    if let Some(file) = &refusal.file {
        assert!(text.contains(&format!("File:   {file}\n")), "{text}");
    }
    // Mended, it is loaded.
    world.reference(REGIONS_FILE, PORTS_FILE);
    world.curated(2, &[prices(1, 3, 100)]);
    assert_eq!(world.invoke(&db).response.status, Status::Loaded);
    refusal
}

fn first_part() -> String {
    format!("{CURATED}{}{}", batch(2).data(), part(0))
}

#[test]
fn codes_that_are_no_ports_are_named() {
    let rows = vec![price("CNSGH", "ZZZZZ", "2026-01-01", 1), price("YYYYY", "CNGGZ", "2026-01-01", 1)];
    let refusal = refused(|world| world.curated(2, &[prices(1, 3, 1), rows]));
    assert!(refusal.reason.ends_with("codes that are no ports: YYYYY, ZZZZZ"), "{}", refusal.reason);
    let many = |n: i32| ("CNSGH".to_owned(), format!("Q{n:04}"), "2026-01-01".parse().unwrap(), 1);
    let refusal = refused(|world| world.curated(2, &[(0..50).map(many).collect()]));
    assert!(refusal.reason.ends_with(" and 30 more"), "{}", refusal.reason);
}

#[test]
fn a_price_is_not_there_twice_not_below_zero_and_of_a_day() {
    let again = price("CNSGH", "NLRTM", "2026-01-01", 100);
    let refusal = refused(|world| world.curated(2, &[prices(1, 3, 100), vec![again]]));
    assert!(refusal.reason.contains("a price twice: ") && refusal.reason.contains("2026-01-01, 100)"), "{refusal:?}");
    for (day, cost, why) in
        [("2026-01-01", -1, "the price -1"), ("1969-12-31", 1, "-1 days"), ("2200-01-01", 1, "84006")]
    {
        let rows = vec![price("CNSGH", "NLRTM", "2026-01-01", 1), price("CNSGH", "NLRTM", day, cost)];
        let refusal = refused(|world| world.curated(2, &[rows, prices(1, 1, 7)]));
        assert!(refusal.reason.starts_with("row 2 ") && refusal.reason.contains(why), "{}", refusal.reason);
        assert_eq!(refusal.file.unwrap(), first_part());
    }
}

#[test]
fn what_is_said_of_a_batch_agrees_with_what_is_in_it() {
    let refusal = refused(|world| world.decided(&verdict(batch(2), &[18, 17])));
    assert!(refusal.reason.ends_with("it has 18 rows, and by the verdict 17"), "{}", refusal.reason);
    let refusal =
        refused(|world| world.decided(&contract::rates::Verdict { rows: 35, ..verdict(batch(2), &[18, 18]) }));
    assert!(refusal.reason.contains("35 rows, and its parts have 36"), "{}", refusal.reason);
    let refusal = refused(|world| {
        world.decided(&contract::rates::Verdict { outcome: Outcome::Rejected, ..verdict(batch(2), &[18, 18]) });
    });
    assert!(refusal.reason.contains("another than curated"), "{}", refusal.reason);
    let visible = format!("{CURATED}{}", batch(2).visible());
    for text in ["", "s3://elsewhere/x.parquet\n", &first_part()] {
        let refusal = refused(|world| world.objects.place(&visible, text.as_bytes()));
        assert_eq!(refusal.file.as_ref(), Some(&visible));
        assert!(refusal.reason.contains("and its verdict others (2)"), "{}", refusal.reason);
    }
    let said = format!("{CURATED}{}", batch(2).verdict());
    for spoil in [
        |world: &World, said: &str| world.objects.remove(said),
        |world: &World, said: &str| world.objects.place(said, b"{"),
    ] {
        assert_eq!(refused(|world| spoil(world, &said)).file.as_ref(), Some(&said));
    }
}

#[test]
fn a_part_that_is_no_such_table_is_named() {
    let spoilt = |file: &[u8]| refused(|world| world.objects.place(&first_part(), file));
    let whole = bytes(OURS, &prices(2, 3, 100));
    for (file, why) in [
        (&b""[..], "it is no Parquet"),
        (&whole[..whole.len() / 2], "it is no Parquet"),
        (&bytes(&OURS.replace("dest_code", "dest"), &prices(2, 3, 100)), "it has no column dest_code"),
        (&bytes(&OURS.replace("day (DATE)", "day"), &prices(2, 3, 100)), "its column day is of another type"),
    ] {
        let refusal = spoilt(file);
        assert!(refusal.reason.starts_with(why), "{}", refusal.reason);
        assert_eq!(refusal.file.unwrap(), first_part());
    }
    let gone = refused(|world| world.objects.remove(&first_part()));
    assert_eq!((gone.reason.as_str(), gone.file.unwrap()), ("it is not there", first_part()));
}

#[test]
fn a_wrong_file_of_ports_or_regions_is_named_with_its_line() {
    let spoilt = |name: &str, text: &str| {
        let refusal = refused(|world| world.objects.place(&format!("{REFERENCE}{name}"), text.as_bytes()));
        assert_eq!(refusal.file.unwrap(), format!("{REFERENCE}{name}"));
        (refusal.line, refusal.reason)
    };
    let (line, reason) = spoilt("ports.csv", &format!("{PORTS_FILE}DEHAM,Hamburg,asia\n"));
    assert_eq!((line, reason.as_str()), (Some(5), "the parent of DEHAM is asia, which no region is"));
    let (line, reason) = spoilt("regions.csv", &REGIONS_FILE.replace("world,World,", "world,World,china_south"));
    assert_eq!((line, reason.contains("is below itself")), (Some(2), true), "{reason}");
    let refusal = refused(|world| world.objects.remove(&format!("{REFERENCE}ports.csv")));
    assert_eq!((refusal.reason.as_str(), refusal.line), ("it is not there", None));
}

#[test]
fn what_may_not_be_read_or_reached_is_an_error_that_people_are_told_of() {
    let (db, world) = (Db::new(), World::new(Upsets::default().at(1, Upset::Before(Fault::AccessDenied))));
    world.curated(1, &[prices(1, 3, 100)]);
    let said = run(world.loader(&db, Db::port()).handle(LoadWish::default())).unwrap_err().to_string();
    assert!(said.contains("list") && said.contains("access denied"), "{said}");
    assert_eq!(world.told("the newest prices failed"), 1);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let said = run(world.loader(&db, closed).handle(LoadWish::default())).unwrap_err().to_string();
    assert!(said.contains("no connection to 127.0.0.1"), "{said}");
    assert_eq!(world.told("the newest prices failed"), 2);
}

fn rows_of(file: &[u8]) -> Result<usize, String> {
    let mut to = tempfile::tempfile().unwrap();
    to.write_all(file).unwrap();
    to.rewind().unwrap();
    let (mut part, mut rows) = (Part::open(to)?, 0);
    while let Some(chunk) = part.next()? {
        rows += chunk.day.len();
    }
    Ok(rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_spoilt_part_is_refused_or_read_and_nothing_worse(
        spots in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in prop::option::of(any::<prop::sample::Index>()),
        sparks: bool,
    ) {
        let mut file = bytes(if sparks { SPARKS } else { OURS }, &prices(20, 3, 100)).to_vec();
        prop_assert_eq!(rows_of(&file), Ok(180));
        for (spot, value) in spots {
            let at = spot.index(file.len());
            file[at] = value;
        }
        if let Some(length) = length {
            file.truncate(length.index(file.len()));
        }
        let _ = rows_of(&file);
    }
}
