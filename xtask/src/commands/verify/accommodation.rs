//! Catalogues: each read again, and the preferred partner's offers worked out a second time.

use contract::accommodation as agreed;
use contract::consolidate::Choose;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::Value;
use stacks::stack::ingestion::priority_table;
use stacks::stack::{InboxPlace, data_sources};
use std::collections::HashMap;
use std::fmt;

use super::bodies::{Bodies, Difference, Rejects, depth, letters_of, lines};
use super::{Balance, Looked};
use crate::cloud::{Depth, ListPlace};
use crate::session::Session;

/// Where the list of preferred partners stands.
pub(crate) fn preferred(table: &str) -> ListPlace<'_> {
    ListPlace { table, key: (agreed::KEY, agreed::LIST_ITEM), list: agreed::LIST }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Catalogues {
    files: usize,
    /// Files that cannot be read; their notifications have to wait in the dead-letter queue.
    unreadable: Vec<String>,
    offers: usize,
    /// What has to be there, and what is there: consolidated offers.
    wanted: usize,
    written: usize,
    #[serde(flatten)]
    difference: Difference,
    dropped: usize,
    rejected_wanted: usize,
    #[serde(flatten)]
    rejects: Rejects,
    queue: Depth,
    dead_letters: Depth,
    #[serde(skip)]
    problem: Option<String>,
}

/// What one file has to come to.
#[derive(Default)]
struct Expected {
    offers: usize,
    dropped: usize,
    rejected: usize,
    /// Ids with names.
    kept: Vec<(String, Value)>,
}

pub(super) struct CatalogueBooks<'a> {
    bodies: Bodies<'a>,
    inbox: InboxPlace,
    choose: Choose,
    output: String,
    /// The place of each preferred partner.
    ranks: HashMap<String, usize>,
}

impl<'a> CatalogueBooks<'a> {
    pub(super) async fn of(session: &'a Session) -> Outcome<Self> {
        let stage = &session.stage;
        let pipeline = stage.pipelines.accommodation.as_ref();
        let settings = pipeline.ok_or_else(|| session.lacks("accommodation"))?;
        let inbox = session.inbox("accommodation")?;
        let table = priority_table(stage);
        let list = session.cloud.list(preferred(&table)).await.asked(|| format!("cannot read table {table}"))?;
        let list = list.ok_or_else(|| {
            Failure::new(format!("table {table} holds no list of preferred partners"))
                .hint(format!("write one: cargo xtask seed accommodation --stage {} --file partners.txt", stage.name))
        })?;
        let mut ranks = HashMap::new();
        for (rank, partner) in list.into_iter().enumerate() {
            ranks.entry(partner).or_insert(rank);
        }
        let output = data_sources::output_bucket(stage);
        Ok(Self { bodies: Bodies { cloud: &session.cloud }, inbox, choose: settings.choose, output, ranks })
    }

    fn expected(&self, lines: &[String]) -> Expected {
        let mut expected = Expected::default();
        let mut best: HashMap<String, (usize, Value)> = HashMap::new();
        let mut of_file: Option<(usize, String, Value)> = None;
        for offer in offers(lines) {
            expected.offers += 1;
            let Some((partner, id, name)) = offer else {
                expected.rejected += 1;
                continue;
            };
            let Some(rank) = self.ranks.get(&partner).copied() else { continue };
            // The later offer wins where one partner offers twice.
            if best.get(&id).is_none_or(|(known, _)| rank <= *known) {
                best.insert(id.clone(), (rank, name.clone()));
            }
            if of_file.as_ref().is_none_or(|(known, ..)| rank <= *known) {
                of_file = Some((rank, id, name));
            }
        }
        expected.kept = match self.choose {
            Choose::PerAccommodation => best.into_iter().map(|(id, (_, name))| (id, name)).collect(),
            Choose::PerFile => of_file.into_iter().map(|(_, id, name)| (id, name)).collect(),
        };
        expected.dropped = expected.offers - expected.rejected - expected.kept.len();
        expected
    }
}

/// Each offer as partner, id and name; none for what is no offer. A file is lines, lines of lists, or one list.
fn offers(lines: &[String]) -> Vec<Option<(String, String, Value)>> {
    let whole = || serde_json::from_str::<Vec<Value>>(&lines.join("\n")).ok();
    let first = lines.iter().find(|line| !line.trim().is_empty()).map(|line| line.trim_start());
    let one_list = first.is_some_and(|line| line.starts_with('[') && serde_json::from_str::<Value>(line).is_err());
    if let Some(list) = one_list.then(whole).flatten() {
        return list.iter().map(offer).collect();
    }
    let mut all = Vec::new();
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(Value::Array(list)) => all.extend(list.iter().map(offer)),
            Ok(value) => all.push(offer(&value)),
            Err(_) => all.push(None),
        }
    }
    all
}

fn offer(value: &Value) -> Option<(String, String, Value)> {
    let text = |key: &str| value.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let name = value.pointer("/accommodation_data/accommodation_name").cloned()?;
    Some((text("partner_name")?, text("accommodation_id")?, name))
}

impl Looked for CatalogueBooks<'_> {
    type Found = Catalogues;

    async fn look(&mut self) -> Outcome<Catalogues> {
        let mut found = Catalogues::default();
        let mut balance: HashMap<(String, String), i64> = HashMap::new();
        self.bodies
            .each(&self.inbox.bucket, self.inbox.prefix, |key, bytes| {
                found.files += 1;
                let Some(lines) = lines(bytes) else {
                    found.unreadable.push(key.to_owned());
                    return;
                };
                let expected = self.expected(&lines);
                found.offers += expected.offers;
                found.dropped += expected.dropped;
                found.rejected_wanted += expected.rejected;
                found.wanted += expected.kept.len();
                for (id, name) in expected.kept {
                    *balance.entry((id, name.to_string())).or_default() -= 1;
                }
            })
            .await?;
        found.unreadable.sort();

        let mut wrong = None;
        self.bodies
            .each(&self.output, &format!("{}year=", agreed::OUTPUT), |key, bytes| {
                for line in lines(bytes).unwrap_or_default().iter().filter(|line| !line.is_empty()) {
                    found.written += 1;
                    let value: Value = serde_json::from_str(line).unwrap_or_default();
                    let name = value.pointer("/accommodation_data/accommodation_name").cloned().unwrap_or_default();
                    match value["accommodation_id"].as_str() {
                        Some(id) => *balance.entry((id.to_owned(), name.to_string())).or_default() += 1,
                        None => wrong = Some(format!("a line of {key} is no consolidated offer")),
                    }
                }
            })
            .await?;
        found.rejects = self.bodies.rejects(&self.output, agreed::REJECTED).await?;
        found.difference = Difference::of(balance.values());
        found.queue = depth(self.bodies.cloud, &self.inbox.queue).await?;
        found.dead_letters = depth(self.bodies.cloud, &self.inbox.dead_letters).await?;
        found.problem = wrong;
        Ok(found)
    }
}

impl Balance for Catalogues {
    fn is_balanced(&self) -> bool {
        self.files > 0
            && self.problem.is_none()
            && self.difference.is_none()
            && self.rejects.are(self.rejected_wanted)
            && self.queue == Depth::default()
            && letters_of(&self.unreadable, [&self.dead_letters])
    }
}

impl fmt::Display for Catalogues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, offers, wanted, written, difference, dropped, .. } = self;
        writeln!(f, "files       {files:>9}   of them unreadable {}", self.unreadable.len())?;
        writeln!(f, "offers      {offers:>9}   not preferred {dropped}, to be rejected {}", self.rejected_wanted)?;
        writeln!(f, "to be kept  {wanted:>9}")?;
        writeln!(f, "written     {written:>9}   {difference}")?;
        writeln!(f, "{}", self.rejects)?;
        let Depth { waiting, at_work } = self.queue;
        writeln!(f, "queue       {waiting:>9}   at work {at_work}")?;
        writeln!(f, "dead        {:>9}", self.dead_letters.waiting + self.dead_letters.at_work)?;
        for key in &self.unreadable {
            writeln!(f, "unreadable: {key}")?;
        }
        self.problem.as_ref().map_or(Ok(()), |problem| writeln!(f, "{problem}"))
    }
}
