//! Rates: the newest batch that may be read, worked out a second time from the pages as they were received.

use chrono::NaiveDate;
use contract::rates::{
    AVERAGES, FEWEST_PRICES, Format, MANIFEST, Manifest, PORTS, REGIONS, SCHEMA, TABLE, VERDICTS, VISIBLE, Verdict,
};
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stacks::stack::ingestion::{rates_places, rates_queries};
use stacks::stage::Platform;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use tokio_postgres::Client;

use super::database::{postgres, told};
use super::{Balance, Looked};
use crate::session::Session;

/// A price, as it has to be in the lake.
type Price = (String, String, NaiveDate, i64);

/// What is compared: how many prices, and their average in hundredths.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
struct Sum {
    prices: u64,
    average_hundredths: u64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Found {
    batch: String,
    pages: usize,
    received: usize,
    wanted: Sum,
    lake: Sum,
    /// Where the database can be reached from here.
    database: Option<Stored>,
}

#[derive(Debug, Default, Serialize)]
struct Stored {
    /// The batch that is served.
    sum: Sum,
    /// Averages between places by day: as many as there are, and those that are not as they have to be.
    averages: usize,
    wrong: usize,
}

pub(super) struct RatesBooks<'a> {
    session: &'a Session,
    database: Option<Client>,
}

/// Of how many places averages are compared: of all where there are no more.
const PLACES: usize = 60;

impl<'a> RatesBooks<'a> {
    pub(super) async fn of(session: &'a Session) -> Outcome<Self> {
        if session.stage.pipelines.rates.is_none() {
            return Err(session.lacks("rates"));
        }
        let here = session.stage.platform == Platform::Emulator;
        let database = if here { Some(postgres(session).await?) } else { None };
        Ok(Self { session, database })
    }

    async fn bytes(&self, bucket: &str, key: &str) -> Outcome<Vec<u8>> {
        self.session.cloud.object(bucket, key).await.asked(|| format!("cannot read s3://{bucket}/{key}"))
    }

    async fn json<T: DeserializeOwned>(&self, bucket: &str, key: &str) -> Outcome<T> {
        let bytes = self.bytes(bucket, key).await?;
        serde_json::from_slice(&bytes)
            .map_err(|error| Failure::new(format!("s3://{bucket}/{key} is not what it has to be")).because(&error))
    }

    /// Every price of the batch once, and how many were received.
    async fn prices(&self, manifest: &Manifest) -> Outcome<(BTreeSet<Price>, usize)> {
        let [(bucket, prefix), _] = rates_places(&self.session.stage);
        let (mut prices, mut received) = (BTreeSet::new(), 0);
        for page in &manifest.pages {
            let key = format!("{prefix}{}{}", manifest.batch.raw(), page.name);
            let bytes = self.bytes(&bucket, &key).await?;
            let rows = read(&bytes, manifest.format);
            let rows = rows.ok_or_else(|| Failure::new(format!("s3://{bucket}/{key} is no page of prices")))?;
            received += rows.len();
            prices.extend(rows);
        }
        Ok((prices, received))
    }

    async fn lake(&self, batch: &str) -> Outcome<Sum> {
        let (database, workgroup) = rates_queries(&self.session.stage);
        let sql =
            format!("SELECT count(*), coalesce(sum(CAST(price AS bigint)), 0) FROM {TABLE} WHERE batch = '{batch}'");
        let rows = self.session.cloud.query(&workgroup, &database, &sql).await;
        let rows = rows.asked(|| format!("cannot query {database}.{TABLE}"))?;
        let number = |at: usize| rows.get(1)?.get(at)?.parse::<f64>().ok();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count and a sum of prices")]
        let [count, sum] = [0, 1].map(|at| number(at).unwrap_or_default() as u64);
        Ok(Sum::of(count, sum))
    }

    async fn tables(&self) -> Outcome<Places> {
        let [(bucket, prefix), _] = rates_places(&self.session.stage);
        let mut parents = HashMap::new();
        for table in [PORTS, REGIONS] {
            let key = format!("{prefix}{}{}", contract::rates::REFERENCE, table.file);
            let bytes = self.bytes(&bucket, &key).await?;
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            for row in reader.records().filter_map(Result::ok) {
                parents.insert(row[0].to_owned(), row[2].to_owned());
            }
        }
        Ok(Places(parents))
    }

    async fn stored(&self, client: &Client, prices: &BTreeSet<Price>) -> Outcome<Stored> {
        let asked = || "cannot read the prices in the database".to_owned();
        let made = format!("SELECT to_regclass('{SCHEMA}.{AVERAGES}') IS NOT NULL");
        if !client.query_one(&made, &[]).await.map_err(told).asked(asked)?.get::<_, bool>(0) {
            return Ok(Stored::default());
        }
        let sums = format!("SELECT count(*), coalesce(sum(price), 0)::bigint FROM {SCHEMA}.{TABLE}");
        let row = client.query_one(&sums, &[]).await.map_err(told).asked(asked)?;
        let [count, sum] = [0, 1].map(|at| u64::try_from(row.get::<_, i64>(at)).unwrap_or_default());
        let places = self.tables().await?;
        let of: Vec<String> = places.some();
        let wanted = places.averages(prices, &of);
        let averages = format!(
            "SELECT orig, dest, day::text, coalesce(average_price::text, ''), prices::bigint FROM {SCHEMA}.{AVERAGES} WHERE orig = \
             ANY($1) AND dest = ANY($1)"
        );
        let rows = client.query(&averages, &[&of]).await.map_err(told).asked(asked)?;
        let there: BTreeMap<_, _> = rows
            .iter()
            .map(|row| {
                let average: String = row.get(3);
                let [orig, dest, day]: [String; 3] = [0, 1, 2].map(|at| row.get(at));
                ((orig, dest, day), (hundredths(&average), row.get::<_, i64>(4)))
            })
            .collect();
        let differs = |key| there.get(key) != wanted.get(key);
        let keys: BTreeSet<_> = there.keys().chain(wanted.keys()).collect();
        let wrong = keys.into_iter().filter(|key| differs(*key)).count();
        Ok(Stored { sum: Sum::of(count, sum), averages: wanted.len(), wrong })
    }
}

/// What each port and region is in.
struct Places(HashMap<String, String>);

/// Between two places on a day: the average in hundredths, where there are enough prices for one, and how many there are.
type Averages = BTreeMap<(String, String, String), (Option<i64>, i64)>;

impl Places {
    /// The place itself and all that it is in.
    fn around(&self, place: &str) -> Vec<String> {
        let mut all = vec![place.to_owned()];
        while let Some(parent) = all.last().and_then(|last| self.0.get(last)).filter(|parent| !parent.is_empty()) {
            all.push(parent.clone());
        }
        all
    }

    /// Regions first.
    fn some(&self) -> Vec<String> {
        let is_port = |name: &String| name.bytes().all(|byte| byte.is_ascii_uppercase());
        let mut all: Vec<_> = self.0.keys().cloned().collect();
        all.sort_by_key(|name| (is_port(name), name.clone()));
        all.truncate(PLACES);
        all
    }

    fn averages(&self, prices: &BTreeSet<Price>, of: &[String]) -> Averages {
        let mut sums: HashMap<(String, String, NaiveDate), (i64, i64)> = HashMap::new();
        for (orig, dest, day, price) in prices {
            for from in self.around(orig).into_iter().filter(|place| of.contains(place)) {
                for to in self.around(dest).into_iter().filter(|place| of.contains(place)) {
                    let sum = sums.entry((from.clone(), to, *day)).or_default();
                    sum.0 += price;
                    sum.1 += 1;
                }
            }
        }
        let average = |(sum, count): (i64, i64)| {
            // To the nearest hundredth, halves away from zero.
            let enough = count >= i64::from(FEWEST_PRICES);
            (enough.then(|| (200 * sum + count) / (2 * count)), count)
        };
        sums.into_iter().map(|((from, to, day), sum)| ((from, to, day.to_string()), average(sum))).collect()
    }
}

fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let part = format!("{part:0<2}");
    Some(whole.parse::<i64>().ok()? * 100 + part[..2].parse::<i64>().ok()?)
}

/// The prices of a page; none where it is no page, or has a row that is none.
fn read(bytes: &[u8], format: Format) -> Option<Vec<Price>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let price = |field: &dyn Fn(&str) -> Option<String>| -> Option<Price> {
        Some((field("orig_code")?, field("dest_code")?, field("day")?.parse().ok()?, field("price")?.parse().ok()?))
    };
    match format {
        Format::Json => {
            let page: Value = serde_json::from_str(text).ok()?;
            let rows = page.as_array().or_else(|| page["prices"].as_array())?;
            let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            rows.iter().map(|row| price(&|name| row.get(name).map(shown))).collect()
        }
        Format::Csv => {
            let mut reader = csv::Reader::from_reader(bytes);
            let header = reader.headers().ok()?.clone();
            let at = |name: &str| header.iter().position(|column| column == name);
            reader
                .records()
                .map(|row| {
                    let row = row.ok()?;
                    price(&|name| row.get(at(name)?).map(str::to_owned))
                })
                .collect()
        }
        Format::Xml => text
            .split("<price>")
            .skip(1)
            // The element of a row has the name of one of those in it, behind which there is no element.
            .fold(Vec::new(), |mut rows: Vec<String>, piece| {
                match rows.last_mut() {
                    Some(row) if !piece.trim_start().starts_with('<') => row.extend(["<price>", piece]),
                    _ => rows.push(piece.to_owned()),
                }
                rows
            })
            .iter()
            .map(|row| {
                price(&|name| {
                    let (_, rest) = row.split_once(&format!("<{name}>"))?;
                    Some(rest.split_once('<')?.0.to_owned())
                })
            })
            .collect(),
    }
}

impl Looked for RatesBooks<'_> {
    type Found = Found;

    async fn look(&mut self) -> Outcome<Found> {
        let [(raw, below), (curated, prefix)] = rates_places(&self.session.stage);
        let visible = format!("{prefix}{VISIBLE}");
        let listed = self.session.cloud.objects(&curated, &visible).await;
        let listed = listed.asked(|| format!("cannot list bucket {curated}"))?;
        let Some(newest) = listed.iter().max() else {
            return Err(Failure::new("no batch can be read yet")
                .hint(format!("pull one: cargo xtask send rates --stage {}", self.session.stage.name)));
        };
        // `pulled=YYYY-MM-DD/HHMMSS-<run>`
        let run = newest.rsplit('/').next().and_then(|name| name.split_once('-')).map(|(_, run)| run);
        let run = run.ok_or_else(|| Failure::new(format!("s3://{curated}/{newest} names no batch")))?;
        let verdict: Verdict = self.json(&curated, &format!("{prefix}{VERDICTS}{run}.json")).await?;
        let manifest: Manifest = self.json(&raw, &format!("{below}{}{MANIFEST}", verdict.batch.raw())).await?;
        let (prices, received) = self.prices(&manifest).await?;
        let sum: u64 = prices.iter().map(|(.., price)| u64::try_from(*price).unwrap_or_default()).sum();
        let database = match &self.database {
            Some(client) => Some(self.stored(client, &prices).await?),
            None => None,
        };
        Ok(Found {
            batch: run.to_owned(),
            pages: manifest.pages.len(),
            received,
            wanted: Sum::of(prices.len() as u64, sum),
            lake: self.lake(run).await?,
            database,
        })
    }
}

impl Sum {
    fn of(prices: u64, sum: u64) -> Self {
        Self { prices, average_hundredths: if prices == 0 { 0 } else { (200 * sum + prices) / (2 * prices) } }
    }
}

impl Balance for Found {
    fn is_balanced(&self) -> bool {
        let stored = |stored: &Stored| stored.sum == self.wanted && stored.wrong == 0;
        self.lake == self.wanted && self.database.as_ref().is_none_or(stored)
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prices, average_hundredths } = self;
        write!(f, "{prices:>9} prices, on average {}.{:02}", average_hundredths / 100, average_hundredths % 100)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { batch, pages, received, wanted, lake, database } = self;
        writeln!(
            f,
            "batch {batch}: {received} prices on {pages} pages, {} of them once more",
            *received as u64 - wanted.prices
        )?;
        writeln!(f, "wanted      {wanted}")?;
        writeln!(f, "Athena      {lake}")?;
        match database {
            Some(Stored { sum, averages, wrong }) => {
                writeln!(f, "PostgreSQL  {sum}")?;
                writeln!(f, "averages    {averages:>9} between places by day, {wrong} of them wrong")
            }
            None => writeln!(f, "PostgreSQL  cannot be reached from here"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up::rates::{Market, page, prices};

    #[test]
    fn a_page_is_read_as_it_was_made_up() {
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let made = prices(Market { seed: 1, rows: 50, twice: 3, days: 9, first, fault: None });
        let wanted: Vec<Price> = made
            .iter()
            .map(|it| (it.orig.clone(), it.dest.clone(), it.day.parse().unwrap(), it.amount.parse().unwrap()))
            .collect();
        for format in [Format::Json, Format::Csv, Format::Xml] {
            assert_eq!(read(&page(&made, format, Some("/x?page=2")), format).unwrap(), wanted, "{format:?}");
        }
        assert_eq!(read(b"{", Format::Json), None);
    }

    #[test]
    fn averages_are_of_places_and_of_what_they_are_in() {
        let pairs = [("AAAAA", "bay"), ("BBBBB", "sea"), ("bay", "sea"), ("sea", "")];
        let places = Places(pairs.map(|(place, parent)| (place.to_owned(), parent.to_owned())).into());
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let prices = [1, 2, 4].map(|price| ("AAAAA".to_owned(), "BBBBB".to_owned(), day, price)).into();
        let averages = places.averages(&prices, &places.some());
        assert_eq!(averages.len(), 3 * 2);
        assert!(averages.values().all(|average| *average == (Some(233), 3)));
        assert_eq!(hundredths("2.33"), Some(233));
        assert_eq!(hundredths(""), None);
    }
}
