//! Partners' catalogues of accommodations, in every form in which they may come.

use fastrand::Rng;
use serde_json::{Value, json};

use super::{File, Wanted, compressed, of_file};

/// The partners that are preferred where nobody says otherwise, the first of them most. Others offer too.
pub(crate) const PREFERRED: [&str; 6] =
    ["Blue Harbour", "Alpenglow", "Casa Vela", "Nordlys Stays", "Old Mill Rooms", "Palm Court"];
const OTHERS: [&str; 3] = ["Roadside Inns", "Tent & Trail", "Zebra Lodges"];

/// One file.
pub(crate) fn file(wanted: Wanted, number: u32) -> File {
    let mut random = of_file(wanted.seed, number);
    let mut bytes = Vec::with_capacity(wanted.bytes + 1024);
    let form = random.u32(0..4);
    let is_list = form == 0 && wanted.invalid == 0.0;
    while bytes.len() < wanted.bytes.max(1) {
        let line = match form {
            1 => (0..random.usize(1..5)).map(|_| offer(&mut random, wanted)).collect::<Value>().to_string(),
            _ => offer(&mut random, wanted).to_string(),
        };
        if is_list {
            bytes.extend_from_slice(if bytes.is_empty() { b"[" } else { b",\n" });
        }
        // Within a list, what is no JSON would spoil the list.
        if !is_list && random.f64() < wanted.invalid {
            bytes.extend_from_slice(broken(&mut random, form, &line).as_bytes());
        } else {
            bytes.extend_from_slice(line.as_bytes());
        }
        if !is_list {
            bytes.push(b'\n');
        }
    }
    if is_list {
        bytes.push(b']');
    }
    let mut name = format!("seed {}/catalogue-{number:06}.jsonl", wanted.seed);
    let spoilt = random.f64() < wanted.unreadable;
    if spoilt || random.bool() {
        bytes = compressed(&bytes);
        name.push_str(".gz");
    }
    if spoilt {
        bytes.truncate(bytes.len() / 2);
    }
    File { name, bytes }
}

fn offer(random: &mut Rng, wanted: Wanted) -> Value {
    let partners = PREFERRED.len() + OTHERS.len();
    let partner = random.usize(0..partners);
    let partner = PREFERRED.iter().chain(&OTHERS).nth(partner).unwrap_or(&"Nobody");
    // Few enough that partners compete for them.
    let id = random.usize(0..(wanted.bytes / 1000).max(10));
    let city = ["Sampletown", "Beispielstadt", "Ville-Modèle"][random.usize(0..3)];
    json!({
        "partner_name": partner,
        "accommodation_id": format!("{id:07}"),
        "accommodation_data": {
            "accommodation_name": format!("{partner} – house {}", random.u32(1..100_000)),
            "accommodation_address": format!("{} Example Street", random.u32(1..400)),
            "accommodation_geocodes": [random.f64() * 180.0 - 90.0, random.f64() * 360.0 - 180.0],
            "accommodation_city": city,
        },
    })
}

fn broken(random: &mut Rng, form: u32, line: &str) -> String {
    match random.u32(0..3) {
        // Half a list could as well be the beginning of a file that is one list.
        0 if form != 1 => line[..line.floor_char_boundary(line.len() / 2)].to_owned(),
        0 | 1 => r#"{"partner_name": "Blue Harbour", "accommodation_data": {}}"#.to_owned(),
        _ => r#"{"accommodation_id": "0000001", "accommodation_data": {}}"#.to_owned(),
    }
}
