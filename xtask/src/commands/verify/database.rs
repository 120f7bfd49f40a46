//! What the warehouse holds, where it is a PostgreSQL that can be reached from here: the one on this machine.

use contract::flats::ID;
use engine::cloud::{Answer, Cloud, CloudError, Fault};
use engine::failure::Outcome;
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::Value;
use stacks::names;
use stacks::stack::StackKind;
use stacks::stage::{Platform, Warehouse};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use tokio_postgres::{Client, Config, NoTls};

use super::flats::{Listing, cell};
use crate::session::Session;

pub(super) struct Database {
    client: Client,
}

/// Rows of each table, and how many are not as they have to be.
#[derive(Debug, Default, Serialize)]
pub(super) struct Stored {
    tables: BTreeMap<&'static str, Rows>,
    loads_wanted: usize,
    loads: usize,
}

#[derive(Debug, Default, Serialize)]
struct Rows {
    wanted: usize,
    there: usize,
    wrong: usize,
}

/// A table with the columns that are compared, as the source names them; those behind the bar are numbers.
const TABLES: [(&str, &[&str], &[&str]); 3] = [
    (
        "flats",
        &["realEstate_deposit", "realEstate_freeFrom", "realEstate_descriptionNote", "realEstate_condition"],
        &["realEstate_baseRent", "realEstate_totalRent", "realEstate_livingSpace"],
    ),
    ("address", &["realEstate_address_geoHierarchy_quarter_name", "realEstate_address_postcode"], &[]),
    ("agency", &["contactDetails_company", "contactDetails_email", "contactDetails_phoneNumber"], &[]),
];

impl Database {
    /// None where the warehouse is another one, or stands in a network of its own.
    pub(super) async fn of(session: &Session) -> Outcome<Option<Self>> {
        let stage = &session.stage;
        let is_postgres = stage.pipelines.flats.as_ref().is_some_and(|flats| flats.warehouse == Warehouse::Postgres);
        if !is_postgres || stage.platform != Platform::Emulator {
            return Ok(None);
        }
        Ok(Some(Self { client: postgres(session).await? }))
    }

    /// Each listing has to be there once, as one of its latest tellings has it; each file has to be in the table of loads.
    pub(super) async fn compare(&self, listings: &[Listing], files: usize) -> Answer<Stored> {
        let mut stored = Stored { loads_wanted: files, ..Stored::default() };
        if !self.is_made().await? {
            stored.tables =
                TABLES.iter().map(|(table, ..)| (*table, Rows { wanted: listings.len(), ..Rows::default() })).collect();
            return Ok(stored);
        }
        let loads =
            self.client.query_one("SELECT count(*) FROM immobilienscout24_berlin.loads", &[]).await.map_err(told)?;
        stored.loads = usize::try_from(loads.get::<_, i64>(0)).unwrap_or_default();
        let latest = latest(listings);
        for (table, texts, numbers) in TABLES {
            let mut rows = Rows { wanted: latest.len(), ..Rows::default() };
            for (id, row) in self.rows(table, texts, numbers).await? {
                rows.there += 1;
                let tellings = latest.get(&id).map(Vec::as_slice).unwrap_or_default();
                let is_right = tellings.iter().any(|telling| values(telling, texts, numbers) == row);
                rows.wrong += usize::from(!is_right);
            }
            stored.tables.insert(table, rows);
        }
        Ok(stored)
    }

    /// Before the first load there is no table.
    async fn is_made(&self) -> Answer<bool> {
        let made = "SELECT to_regclass('immobilienscout24_berlin.loads') IS NOT NULL";
        Ok(self.client.query_one(made, &[]).await.map_err(told)?.get(0))
    }

    async fn rows(&self, table: &str, texts: &[&str], numbers: &[&str]) -> Answer<Vec<(String, Vec<String>)>> {
        let texts = texts.iter().map(|column| format!("coalesce({column}, '')"));
        let numbers = numbers.iter().map(|column| format!("coalesce(round({column}, 2)::text, '')"));
        let columns: Vec<_> = texts.chain(numbers).collect();
        let query = format!("SELECT id, {} FROM immobilienscout24_berlin.{table}", columns.join(", "));
        let rows = self.client.query(&query, &[]).await.map_err(told)?;
        Ok(rows.iter().map(|row| (row.get(0), (0..columns.len()).map(|at| row.get(at + 1)).collect())).collect())
    }
}

/// A connection to the stage's PostgreSQL, where it stands on this machine.
pub(super) async fn postgres(session: &Session) -> Outcome<Client> {
    let stage = &session.stage;
    let name = names::stack(stage, StackKind::DataSources);
    let known = session.cloud.stack(&name).await.asked(|| format!("cannot look at stack {name}"))?;
    let outputs = known.map(|stack| stack.outputs).unwrap_or_default();
    let output = |key: &str| outputs.get(key).cloned().unwrap_or_default();
    let secret = session.cloud.secret(&output("DatabaseSecret")).await;
    let secret = secret.asked(|| "cannot read the database's secret".to_owned())?;
    let secret: Value = serde_json::from_str(&secret).unwrap_or_default();
    let mut config = Config::new();
    config
        .host(output("DatabaseAddress"))
        .port(output("DatabasePort").parse().unwrap_or(5432))
        .dbname(names::catalog(stage, "data"))
        .user(secret["username"].as_str().unwrap_or_default())
        .password(secret["password"].as_str().unwrap_or_default());
    let (client, connection) =
        config.connect(NoTls).await.map_err(told).asked(|| "cannot reach the database".to_owned())?;
    tokio::spawn(connection);
    Ok(client)
}

/// Of each id, the listings with its latest date: which of them counts where there are several is not said.
fn latest(listings: &[Listing]) -> HashMap<String, Vec<&Listing>> {
    let mut latest: HashMap<String, Vec<&Listing>> = HashMap::new();
    for listing in listings {
        latest.entry(cell(listing.get(ID))).or_default().push(listing);
    }
    latest
}

fn values(listing: &Listing, texts: &[&str], numbers: &[&str]) -> Vec<String> {
    let number = |text: String| text.parse::<f64>().map(|number| format!("{number:.2}")).unwrap_or_default();
    let texts = texts.iter().map(|column| cell(listing.get(*column)));
    texts.chain(numbers.iter().map(|column| number(cell(listing.get(*column))))).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn told(error: tokio_postgres::Error) -> CloudError {
    let fault = if error.is_closed() { Fault::Unreachable } else { Fault::Other };
    let message = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
    CloudError { call: "PostgreSQL", fault, message }
}

impl Stored {
    pub(super) fn is_right(&self) -> bool {
        self.loads == self.loads_wanted
            && self.tables.values().all(|Rows { wanted, there, wrong }| wanted == there && *wrong == 0)
    }
}

impl fmt::Display for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (table, Rows { wanted, there, wrong }) in &self.tables {
            writeln!(f, "warehouse   {there:>9}   of {wanted} in {table}, {wrong} of them wrong")?;
        }
        writeln!(f, "loads       {:>9}   of {} files", self.loads, self.loads_wanted)
    }
}
