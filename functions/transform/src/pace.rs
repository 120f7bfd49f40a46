//! How fast the function is, beside what it costs only to read its input: a step of `cargo xtask bench --only functions`.

use contract::{
    Handle, Whole,
    flats::{ADDRESS, AGENCY, FLATS},
    transform::Env,
};
use runtime::{
    Handler,
    testing::{Dice, FileObjects, MemoryNotices, Pace, Watch, queue_event, run, told},
};
use serde_json::{Map, Value, json};
use std::{error::Error, path::Path};

use crate::{handle::Transformer, listing::Listing};

const WORDS: [&str; 48] = [
    "Die",
    "Wohnung",
    "liegt",
    "im",
    "dritten",
    "Obergeschoss",
    "eines",
    "gepflegten",
    "Altbaus",
    "mit",
    "Balkon",
    "und",
    "Blick",
    "auf",
    "den",
    "ruhigen",
    "Innenhof",
    "Das",
    "Bad",
    "hat",
    "ein",
    "Fenster",
    "K\u{fc}che",
    "neu",
    "eingebaut",
    "Parkett",
    "in",
    "allen",
    "R\u{e4}umen",
    "S-Bahn",
    "f\u{fc}nf",
    "Minuten",
    "Einkaufsm\u{f6}glichkeiten",
    "N\u{e4}he",
    "Heizkosten",
    "Nebenkosten",
    "enthalten",
    "Kaution",
    "drei",
    "Kaltmieten",
    "frei",
    "ab",
    "sofort",
    "Bitte",
    "vereinbaren",
    "Sie",
    "einen",
    "Termin",
];

fn words(dice: &mut Dice, many: usize) -> String {
    let words: Vec<String> = (0..many)
        .map(|_| match dice.below(12) {
            // Numbers and names, without which text packs better than any real text does.
            0 => format!("{}", dice.below(100_000)),
            _ => WORDS[dice.below(WORDS.len())].to_owned(),
        })
        .collect();
    words.join(" ")
}

/// A listing of some 3 kB, with most columns, a description, and as many keys of no column.
fn line(number: u64) -> String {
    let mut dice = Dice::new(number);
    let mut data = Map::new();
    for column in FLATS.iter().chain(&ADDRESS).chain(&AGENCY) {
        if dice.percent(15) && *column != "id" {
            continue;
        }
        let value: Value = match *column {
            "id" => (50_000_000 + number).to_string().into(),
            "publishDate" => format!("2017-07-{:02}T{:02}:20:06.000+02:00", 1 + dice.below(28), dice.below(24)).into(),
            "realEstate_descriptionNote" => {
                let many = 40 + dice.below(120);
                words(&mut dice, many).into()
            }
            name if name.ends_with("Rent") || name.ends_with("Costs") => {
                json!(f64::from(u32::try_from(dice.below(200_000)).unwrap()) / 100.0)
            }
            name if name.contains("number") || name.ends_with("Space") => json!(dice.below(120)),
            name if name.starts_with("realEstate_address") => words(&mut dice, 2).into(),
            name if name.starts_with("contactDetails") => words(&mut dice, 2).into(),
            _ => ["true", "false", "NO_INFORMATION", "YES"][dice.below(4)].into(),
        };
        data.insert((*column).to_owned(), value);
    }
    for other in 0..40 {
        data.insert(format!("realEstate_attachments_{other}_attachment_title"), words(&mut dice, 2).into());
    }
    json!({ "ok": !dice.percent(2), "data": data }).to_string()
}

fn work(root: &Path, key: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let env = Env {
        source: Handle::named("s3://in/"),
        clean: Handle::named("s3://out/clean/"),
        rejected: Handle::named("s3://out/rejected/"),
        notices: Handle::named("arn:topic"),
        tries: Whole(10),
    };
    let function = Transformer::new(env, FileObjects::new(root), MemoryNotices::default(), Watch::default())?;
    let answer = run(function.handle(queue_event(&[told(&format!("s3://in/{key}"))])))?;
    assert_eq!((answer.counts.rejected, answer.counts.returned), (0, 0));
    assert!(answer.counts.out > 0);
    Ok(())
}

#[test]
#[ignore = "cargo xtask bench --only functions runs it, and says what of it"]
fn pace() {
    Pace { line, parse: |line| Listing::parse(line).is_ok(), work }.run().unwrap();
}
