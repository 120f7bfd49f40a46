//! What is in the tables after loads.

use proptest::{prelude::*, strategy::ValueTree};
use std::collections::BTreeSet;
use warehouse::{Loaded, SCHEMA, Target};

use crate::{
    bench::{Bench, load, load_of},
    files::{ADDRESS, AGENCY, FLAT, sheet},
};

#[test]
fn a_listing_is_loaded_typed_and_once() {
    let bench = Bench::new();
    let warehouse = bench.warehouse();
    for (target, listing) in [(Target::Flats, FLAT), (Target::Address, ADDRESS), (Target::Agency, AGENCY)] {
        let (one, text) = (load_of(target, 14, "v1"), sheet(target, &[listing]));
        assert_eq!(load(&warehouse, &one, &text).unwrap(), Loaded { rows: 1, before: false });
        assert_eq!(load(&warehouse, &one, &text).unwrap(), Loaded { rows: 1, before: true });
    }
    let typed = bench.sql(&format!(
        "SET search_path TO {SCHEMA}; SET TIME ZONE 'UTC';
         SELECT publishDate, realEstate_balcony AND NOT realEstate_assistedLiving, realEstate_baseRent + 1,
                realEstate_constructionYear::int, realEstate_deposit, realEstate_freeFrom, realEstate_lift IS NULL,
                realEstate_cellar, realEstate_state IS NULL
         FROM flats;"
    ));
    assert_eq!(typed, "2017-07-14 14:20:06+00|t|1251.5000|1904|3 Kaltmieten|01.07.17|t|true|t\n");
    let joined = bench.sql(&format!(
        "SET search_path TO {SCHEMA};
         SELECT realEstate_address_geoHierarchy_country_name, realEstate_address_geoHierarchy_city_name,
                realEstate_address_geoHierarchy_quarter_name, realEstate_address_postcode, contactDetails_company,
                contactDetails_phoneNumberAreaCode
         FROM flats JOIN address USING (id) JOIN city USING (city_id) JOIN agency USING (id);
         SELECT target, object, version, row_count FROM loads ORDER BY target;"
    ));
    let loads = ["address", "agency", "flats"]
        .map(|table| format!("{table}|s3://curated/flats/clean/2017-07-14/14/batch/{table}.csv.gz|v1|1\n"));
    assert_eq!(
        joined,
        format!("Deutschland|Berlin|Mitte (Mitte)|01099|Muster & Söhne, Immobilien|030\n{}", loads.concat())
    );
}

#[test]
fn an_empty_file_is_loaded_and_nothing_comes_of_it() {
    let bench = Bench::new();
    let one = load_of(Target::Flats, 14, "v1");
    let loaded = load(&bench.warehouse(), &one, &sheet(Target::Flats, &[])).unwrap();
    assert_eq!(loaded, Loaded { rows: 0, before: false });
    assert!(load(&bench.warehouse(), &one, &sheet(Target::Flats, &[])).unwrap().before);
}

#[test]
fn the_latest_state_of_a_listing_stays() {
    let bench = Bench::new();
    let warehouse = bench.warehouse();
    let seen = |hour, modified: &str, rent: &str| {
        let flat = [("id", "1"), ("realEstate_lastModificationDate", modified), ("realEstate_baseRent", rent)];
        load(&warehouse, &load_of(Target::Flats, hour, rent), &sheet(Target::Flats, &[&flat])).unwrap();
        bench.sql(&format!("SELECT realEstate_baseRent::int FROM {SCHEMA}.flats;"))
    };
    assert_eq!(seen(12, "2017-07-14T12:00:00+02:00", "100"), "100\n");
    assert_eq!(seen(13, "2017-07-14T11:30:00+01:00", "200"), "200\n", "modified later, whatever the offset");
    assert_eq!(seen(14, "2017-07-14T12:00:00+02:00", "300"), "200\n", "seen later, and modified earlier");
    assert_eq!(seen(15, "2017-07-14T12:30:00+02:00", "400"), "400\n", "as old, and seen later");
    assert_eq!(seen(14, "2017-07-14T12:30:00+02:00", "500"), "400\n", "as old, and seen earlier");
    assert_eq!(seen(16, "", "600"), "400\n", "of no time at all");
}

#[test]
fn of_several_rows_in_one_file_the_latest_stays_and_cities_are_there_once() {
    let bench = Bench::new();
    let warehouse = bench.warehouse();
    let flat =
        |modified, rent| [("id", "1"), ("realEstate_lastModificationDate", modified), ("realEstate_baseRent", rent)];
    let flats = [flat("2017-07-14T10:00:00Z", "1"), flat("2017-07-14T11:00:00Z", "2"), flat("", "3")];
    let text = sheet(Target::Flats, &flats.each_ref().map(|flat| &flat[..]));
    assert_eq!(load(&warehouse, &load_of(Target::Flats, 12, "v"), &text).unwrap().rows, 3);
    assert_eq!(bench.sql(&format!("SELECT realEstate_baseRent::int FROM {SCHEMA}.flats;")), "2\n");

    let city = |id, name| [("id", id), ("realEstate_address_geoHierarchy_city_name", name)];
    let addresses = [city("1", "Berlin"), city("2", "Berlin"), city("3", "Potsdam"), city("4", "")];
    let text = sheet(Target::Address, &addresses.each_ref().map(|address| &address[..]));
    for version in ["v1", "v2"] {
        load(&warehouse, &load_of(Target::Address, 12, version), &text).unwrap();
    }
    let cities =
        format!("SELECT COUNT(*) FROM {SCHEMA}.city; SELECT COUNT(*) FROM {SCHEMA}.address WHERE city_id IS NULL;");
    assert_eq!(bench.sql(&cities), "2\n1\n");
}

/// Some files, in some order, some of them again: the tables are the same.
#[test]
fn the_order_of_loads_does_not_show() {
    let bench = Bench::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let file = (0..3_u32, prop::collection::vec((0..4_u32, 0..3_u32, 0..9_u32), 0..4));
    let files = prop::collection::vec(file, 1..5);
    for case in 0..6 {
        let files = files.new_tree(&mut runner).unwrap().current();
        let mut ends = BTreeSet::new();
        for way in 0..3 {
            bench.empty();
            let warehouse = bench.warehouse();
            let mut order: Vec<usize> = (0..files.len()).collect();
            order.rotate_left(way % files.len());
            if way == 2 {
                order.reverse();
                order.extend(0..files.len());
            }
            for index in order {
                let (hour, rows) = &files[index];
                let rows: Vec<[String; 3]> = rows
                    .iter()
                    .map(|(id, minute, rent)| {
                        [id.to_string(), format!("2017-07-14T10:0{minute}:00Z"), rent.to_string()]
                    })
                    .collect();
                let names = ["id", "realEstate_lastModificationDate", "realEstate_baseRent"];
                let rows: Vec<Vec<(&str, &str)>> =
                    rows.iter().map(|row| names.into_iter().zip(row.iter().map(String::as_str)).collect()).collect();
                let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
                let one = load_of(Target::Flats, *hour, &format!("v{index}"));
                load(&warehouse, &one, &sheet(Target::Flats, &rows)).unwrap();
            }
            ends.insert(bench.dump());
        }
        assert_eq!(ends.len(), 1, "case {case}: {files:?}\n{ends:#?}");
    }
}

/// What one function writes the other one loads.
#[test]
fn files_have_the_columns_that_are_agreed_on() {
    for (sheet, target) in contract::flats::SHEETS.iter().zip(Target::ALL) {
        assert_eq!(sheet.table, target.table());
        assert_eq!(sheet.columns, target.columns().iter().map(|column| column.name).collect::<Vec<_>>());
    }
}
