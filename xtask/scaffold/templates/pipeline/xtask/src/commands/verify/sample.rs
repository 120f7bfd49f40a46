//! The sample pipeline: each file read again, and its records cleaned a second time.

use contract::sample as agreed;
use engine::failure::Outcome;
use serde::Serialize;
use serde_json::Value;
use stacks::stack::{InboxPlace, data_sources};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::bodies::{Bodies, Difference, Rejects, depth, letters_of, lines};
use super::{Balance, Looked};
use crate::cloud::Depth;
use crate::session::Session;

#[derive(Debug, Default, Serialize)]
pub(super) struct Records {
    files: usize,
    /// Files that cannot be read; their notifications have to wait in the dead-letter queue.
    unreadable: Vec<String>,
    lines: usize,
    /// What has to be there, and what is there: cleaned records.
    wanted: usize,
    written: usize,
    #[serde(flatten)]
    difference: Difference,
    rejected_wanted: usize,
    #[serde(flatten)]
    rejects: Rejects,
    queue: Depth,
    dead_letters: Depth,
}

pub(super) struct SampleBooks<'a> {
    bodies: Bodies<'a>,
    inbox: InboxPlace,
    output: String,
    max_record: usize,
}

impl<'a> SampleBooks<'a> {
    pub(super) fn of(session: &'a Session) -> Outcome<Self> {
        let stage = &session.stage;
        let settings = stage.pipelines.sample.as_ref().ok_or_else(|| session.lacks("sample"))?;
        Ok(Self {
            bodies: Bodies { cloud: &session.cloud },
            inbox: session.inbox("sample")?,
            output: data_sources::output_bucket(stage),
            max_record: usize::try_from(settings.max_record_kb).unwrap_or(usize::MAX).saturating_mul(1000),
        })
    }

    /// What a line has to come to; none if it has to be rejected.
    fn expected(&self, line: &str) -> Option<Fields> {
        let fields = fields(line).filter(|_| line.len() <= self.max_record)?;
        fields.get(agreed::ID).is_some_and(|id| id.starts_with('"')).then_some(fields)
    }
}

/// The fields of a record that say something, each as text.
type Fields = BTreeMap<String, String>;

fn fields(line: &str) -> Option<Fields> {
    let Value::Object(object) = serde_json::from_str(line).ok()? else { return None };
    let mut fields = Fields::new();
    for (key, value) in object {
        let plain = match &value {
            Value::Null => continue,
            Value::String(text) if text.trim().is_empty() => continue,
            Value::String(text) => Value::from(text.trim()).to_string(),
            // However it was written.
            Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
            other => other.to_string(),
        };
        fields.insert(key, plain);
    }
    Some(fields)
}

impl Looked for SampleBooks<'_> {
    type Found = Records;

    async fn look(&mut self) -> Outcome<Records> {
        let mut found = Records::default();
        let mut balance: HashMap<Fields, i64> = HashMap::new();
        self.bodies
            .each(&self.inbox.bucket, self.inbox.prefix, |key, bytes| {
                found.files += 1;
                let Some(lines) = lines(bytes) else {
                    found.unreadable.push(key.to_owned());
                    return;
                };
                for line in lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
                    found.lines += 1;
                    match self.expected(line) {
                        None => found.rejected_wanted += 1,
                        Some(record) => {
                            found.wanted += 1;
                            *balance.entry(record).or_default() -= 1;
                        }
                    }
                }
            })
            .await?;
        found.unreadable.sort();
        self.bodies
            .each(&self.output, agreed::CLEAN, |_, bytes| {
                for line in lines(bytes).unwrap_or_default().iter().filter(|line| !line.is_empty()) {
                    found.written += 1;
                    *balance.entry(fields(line).unwrap_or_default()).or_default() += 1;
                }
            })
            .await?;
        found.rejects = self.bodies.rejects(&self.output, agreed::REJECTED).await?;
        found.difference = Difference::of(balance.values());
        found.queue = depth(self.bodies.cloud, &self.inbox.queue).await?;
        found.dead_letters = depth(self.bodies.cloud, &self.inbox.dead_letters).await?;
        Ok(found)
    }
}

impl Balance for Records {
    fn is_balanced(&self) -> bool {
        self.files > 0
            && self.difference.is_none()
            && self.rejects.are(self.rejected_wanted)
            && self.queue == Depth::default()
            && letters_of(&self.unreadable, [&self.dead_letters])
    }
}

impl fmt::Display for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, lines, wanted, written, difference, rejected_wanted, .. } = self;
        writeln!(f, "files       {files:>9}   of them unreadable {}", self.unreadable.len())?;
        writeln!(f, "records     {lines:>9}   to be rejected {rejected_wanted}")?;
        writeln!(f, "to be kept  {wanted:>9}")?;
        writeln!(f, "written     {written:>9}   {difference}")?;
        writeln!(f, "{}", self.rejects)?;
        let Depth { waiting, at_work } = self.queue;
        writeln!(f, "queue       {waiting:>9}   at work {at_work}")?;
        writeln!(f, "dead        {:>9}", self.dead_letters.waiting + self.dead_letters.at_work)?;
        self.unreadable.iter().try_for_each(|key| writeln!(f, "unreadable: {key}"))
    }
}
