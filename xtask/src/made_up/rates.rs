//! Prices between ports that do not exist, with the regions that they are in.

use chrono::{Days, NaiveDate};
use clap::ValueEnum;
use contract::rates::{Format, PORTS, PULLED, REFERENCE, REGIONS};
use fastrand::Rng;
use std::fmt::Write;

use super::File;

/// What a batch is to be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Market {
    pub(crate) seed: u64,
    pub(crate) rows: u32,
    /// How many of them are there twice.
    pub(crate) twice: u32,
    pub(crate) days: u32,
    pub(crate) first: NaiveDate,
    pub(crate) fault: Option<Fault>,
}

/// One thing that is wrong with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// One price in the middle is no number: the batch is refused
    Price,
    /// One day that no calendar has: the batch is refused
    Day,
    /// One code of four letters: the batch is refused
    Code,
    /// One port that is in no table: the batch is curated, and the database refuses it
    UnknownPort,
    /// The source has no such page: pulling fails at once
    SourceGone,
    /// The source is closed: pulling is given up when its time is over
    SourceDown,
    /// The source begins a page and never ends it: pulling runs out of time
    SourceHangs,
}

/// One price, as text: what is wrong with it may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) orig: String,
    pub(crate) dest: String,
    pub(crate) day: String,
    pub(crate) amount: String,
}

/// Slug, name and parent: as deep as real ones are.
const REGION_TABLE: [(&str, &str, &str); 8] = [
    ("all_seas", "All seas", ""),
    ("east_sea", "The sea in the east", "all_seas"),
    ("west_sea", "The sea in the west", "all_seas"),
    ("east_north", "East, the north of it", "east_sea"),
    ("east_south", "East, the south of it", "east_sea"),
    ("east_south_bay", "The bay in the south of the east", "east_south"),
    ("west_north", "West, the north of it", "west_sea"),
    ("west_islands", "Islands in the west, \"the small ones\"", "west_sea"),
];

/// Of each region that has some.
const PORTS_A_REGION: usize = 5;

fn ports() -> Vec<(String, String, &'static str)> {
    let regions = REGION_TABLE.iter().enumerate().skip(3);
    let port = |(region, number): (usize, usize), slug| {
        let letter = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
        let code =
            format!("X{}{}{}{}", letter(region), letter(number * 7), letter(number * 3 + region), letter(number));
        (code, format!("Port {} of {slug}", number + 1), slug)
    };
    regions.flat_map(|(at, (slug, ..))| (0..PORTS_A_REGION).map(move |number| port((at, number), *slug))).collect()
}

/// The tables of ports and regions, below the folder of the raw bucket.
pub(crate) fn reference() -> Vec<File> {
    let mut regions = format!("{}\n", REGIONS.columns.join(","));
    for (slug, name, parent) in REGION_TABLE {
        let _ = writeln!(regions, "{slug},\"{}\",{parent}", name.replace('"', "\"\""));
    }
    let mut table = format!("{}\n", PORTS.columns.join(","));
    for (code, name, parent) in ports() {
        let _ = writeln!(table, "{code},{name},{parent}");
    }
    let file = |name: &str, text: String| File { name: format!("{REFERENCE}{name}"), bytes: text.into_bytes() };
    vec![file(REGIONS.file, regions), file(PORTS.file, table)]
}

/// The prices of a batch, the same for the same market.
pub(crate) fn prices(market: Market) -> Vec<Price> {
    let mut rng = Rng::with_seed(market.seed);
    let ports = ports();
    let mut all: Vec<Price> = (0..market.rows)
        .map(|_| {
            let [orig, dest] = [(); 2].map(|()| ports[rng.usize(0..ports.len())].0.clone());
            let day = market.first + Days::new(rng.u64(0..u64::from(market.days.max(1))));
            Price { orig, dest, day: day.to_string(), amount: rng.u32(200..9000).to_string() }
        })
        .collect();
    let twice: Vec<Price> = (0..market.twice.min(market.rows)).map(|at| all[at as usize].clone()).collect();
    all.extend(twice);
    rng.shuffle(&mut all);
    let middle = all.len() / 2;
    if let Some(price) = all.get_mut(middle) {
        let (field, wrong) = match market.fault {
            Some(Fault::Price) => (&mut price.amount, "on request"),
            Some(Fault::Day) => (&mut price.day, "2026-02-30"),
            Some(Fault::Code) => (&mut price.orig, "XABC"),
            Some(Fault::UnknownPort) => (&mut price.dest, "ZZZZZ"),
            Some(Fault::SourceGone | Fault::SourceDown | Fault::SourceHangs) | None => return all,
        };
        wrong.clone_into(field);
    }
    all
}

/// One page as a source writes it. A page of CSV names the next one in a header of the answer.
pub(crate) fn page(prices: &[Price], format: Format, next: Option<&str>) -> Vec<u8> {
    let [orig, dest, day, price] = PULLED;
    let mut text = String::new();
    match format {
        Format::Json => {
            text.push_str("{\"prices\": [");
            for (number, row) in prices.iter().enumerate() {
                let value =
                    row.amount.parse::<u32>().map_or_else(|_| format!("\"{}\"", row.amount), |it| it.to_string());
                let comma = if number == 0 { "" } else { "," };
                let Price { orig: from, dest: to, day: on, .. } = row;
                let _ = write!(
                    text,
                    "{comma}\n{{\"{orig}\": \"{from}\", \"{dest}\": \"{to}\", \"{day}\": \"{on}\", \"{price}\": {value}}}"
                );
            }
            text.push_str("\n]");
            let _ = next.map(|next| write!(text, ", \"next\": \"{next}\""));
            text.push('}');
        }
        Format::Csv => {
            let _ = writeln!(text, "{day},{orig},{dest},{price}");
            for row in prices {
                let _ = writeln!(text, "{},{},{},{}", row.day, row.orig, row.dest, row.amount);
            }
        }
        Format::Xml => {
            let next = next.map(|next| format!(" next=\"{}\"", next.replace('&', "&amp;"))).unwrap_or_default();
            let _ = writeln!(text, "<prices{next}>");
            for row in prices {
                let _ = writeln!(
                    text,
                    "<price><{orig}>{}</{orig}><{dest}>{}</{dest}><{day}>{}</{day}><{price}>{}</{price}></price>",
                    row.orig, row.dest, row.day, row.amount
                );
            }
            text.push_str("</prices>\n");
        }
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn market(fault: Option<Fault>) -> Market {
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        Market { seed: 3, rows: 1000, twice: 50, days: 30, first, fault }
    }

    #[test]
    fn the_same_market_has_the_same_prices_and_some_of_them_twice() {
        let all = prices(market(None));
        assert_eq!(all, prices(market(None)));
        assert_eq!(all.len(), 1050);
        let once: BTreeSet<_> = all.iter().map(|price| format!("{price:?}")).collect();
        assert!(once.len() <= 1000, "{}", once.len());
    }

    #[test]
    fn ports_have_codes_of_their_own_and_regions_that_there_are() {
        let ports = ports();
        let codes: BTreeSet<_> = ports.iter().map(|(code, ..)| code.clone()).collect();
        assert_eq!(codes.len(), ports.len());
        assert!(codes.iter().all(|code| code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        assert!(ports.iter().all(|(.., parent)| REGION_TABLE.iter().any(|(slug, ..)| slug == parent)));
    }

    #[test]
    fn a_fault_is_one_row() {
        let (good, bad) = (prices(market(None)), prices(market(Some(Fault::Day))));
        assert_eq!(good.iter().zip(&bad).filter(|(good, bad)| good != bad).count(), 1);
    }
}
