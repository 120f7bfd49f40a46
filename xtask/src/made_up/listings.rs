//! Hours of listings of flats, packed as crawlers deliver them.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{File, Wanted, compressed, of_file};

const DISTRICTS: [&str; 5] = ["Sample Heath", "Old Brewery", "Canal Side", "Mill Quarter", "North Gate"];

/// One file: a zip with one or more members, a gzip, or plain lines.
pub(crate) fn file(wanted: Wanted, number: u32) -> File {
    let mut random = of_file(wanted.seed, number);
    let mut lines = Vec::with_capacity(wanted.bytes + 4096);
    let mut count = 0;
    while lines.len() < wanted.bytes.max(1) {
        // No other file has this listing, and now and then this one has it twice.
        let id = u64::from(number) * 1_000_000 + if random.u32(0..50) == 0 { count / 2 } else { count };
        count += 1;
        let line = listing(&mut random, id, count).to_string();
        if random.f64() < wanted.invalid {
            lines.extend_from_slice(broken(&mut random, &line).as_bytes());
        } else {
            lines.extend_from_slice(line.as_bytes());
        }
        lines.push(b'\n');
    }
    let spoilt = random.f64() < wanted.unreadable;
    let (mut bytes, ending) = match random.u32(0..4) {
        0 if !spoilt => (lines, "jsonl"),
        1 => (compressed(&lines), "jsonl.gz"),
        _ => (zipped(&lines, random.usize(1..4)), "zip"),
    };
    if spoilt {
        bytes.truncate(bytes.len() / 2);
    }
    File { name: format!("seed {}/listings-{number:06}.{ending}", wanted.seed), bytes }
}

fn listing(random: &mut Rng, id: u64, count: u64) -> Value {
    if random.u32(0..20) == 0 {
        return json!({ "ok": false, "error": "the page was gone" });
    }
    let mut data = Map::new();
    let mut put = |key: &str, value: Value| {
        data.insert(key.to_owned(), value);
    };
    let rent = random.u32(300..3000);
    put("id", format!("{id}").into());
    // A listing that is told of twice is the later one from then on.
    put("publishDate", format!("2017-07-14T{:02}:{:02}:06.000+02:00", count / 60 % 24, count % 60).into());
    put("realEstate_apartmentType", ["APARTMENT", "LOFT", "MAISONETTE"][random.usize(0..3)].into());
    put("realEstate_balcony", if random.bool() { "true" } else { "false" }.into());
    put("realEstate_baseRent", if random.bool() { json!(rent) } else { json!(f64::from(rent) + 0.5) });
    put("realEstate_builtInKitchen", random.bool().into());
    put("realEstate_condition", "REFURBISHED, \"as new\"".into());
    put("realEstate_constructionYear", random.u32(1870..2020).into());
    put("realEstate_deposit", format!("{} Kaltmieten", random.u32(1..4)).into());
    put("realEstate_descriptionNote", "Bright rooms,\nquiet yard; \"second floor\"".into());
    put("realEstate_freeFrom", format!("{:02}.{:02}.17", random.u32(1..29), random.u32(1..13)).into());
    put("realEstate_livingSpace", (f64::from(random.u32(200..2000)) / 10.0).into());
    put("realEstate_numberOfRooms", random.u32(1..7).into());
    put("realEstate_totalRent", json!(f64::from(rent) + 120.25));
    put("realEstate_address_city", "Beispielstadt".into());
    put("realEstate_address_geoHierarchy_city_name", "Beispielstadt".into());
    put("realEstate_address_geoHierarchy_country_name", "Deutschland".into());
    put("realEstate_address_geoHierarchy_quarter_name", DISTRICTS[random.usize(0..5)].into());
    put("realEstate_address_geoHierarchy_region_name", "Beispielland".into());
    put("realEstate_address_postcode", format!("{:05}", random.u32(0..100_000)).into());
    put("contactDetails_company", format!("Agency No. {}", random.u32(1..40)).into());
    put("contactDetails_email", format!("desk{}@agency.example", random.u32(1..40)).into());
    put("contactDetails_lastname", "Example".into());
    put("contactDetails_phoneNumber", format!("0{}", random.u32(1_000_000..9_999_999)).into());
    json!({ "ok": true, "data": data })
}

fn broken(random: &mut Rng, line: &str) -> String {
    match random.u32(0..2) {
        0 => line[..line.floor_char_boundary(line.len() / 2)].to_owned(),
        _ => r#"{"ok": true, "data": {"realEstate_baseRent": 700}}"#.to_owned(),
    }
}

/// The lines, spread over members.
fn zipped(lines: &[u8], members: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let all: Vec<_> = lines.split_inclusive(|byte| *byte == b'\n').collect();
    let written = all.chunks(all.len().div_ceil(members).max(1)).enumerate().try_for_each(|(number, lines)| {
        zip.start_file(format!("part-{number}.jsonl"), SimpleFileOptions::default())?;
        lines.iter().try_for_each(|line| zip.write_all(line))?;
        Ok::<_, zip::result::ZipError>(())
    });
    let finished = written.and_then(|()| zip.finish());
    finished.map_or_else(|error| unreachable!("memory takes everything: {error}"), Cursor::into_inner)
}
