use clap::Args;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use serde_json::{Value, json};
use stacks::stack::{InboxPlace, inboxes};
use stacks::stage::nearest;
use std::collections::BTreeMap;
use std::fmt;

use crate::cloud::{Aws, BATCH, Letter};
use crate::commands::send::notification;
use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

/// Bring dead letters back into their queue, once what they failed of is mended
///
/// A few of them are tried first, with the function itself: if one still fails, nothing is moved, and what it says is told.
/// A letter about an object that was replaced since then is moved as one about the object that is there now.
#[derive(Debug, Args)]
pub(crate) struct Redrive {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// The queue, by its name without project and stage, such as accommodation or flats
    queue: String,
    /// Move them without trying any
    #[arg(long)]
    untried: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
struct Redriven {
    found: usize,
    moved: usize,
    /// Of them, how many now tell of what replaced their object.
    renewed: usize,
    /// Objects that are not there any more: their letters stay.
    gone: Vec<String>,
    /// What still fails, with the reason.
    failing: BTreeMap<String, String>,
}

/// How many letters are tried before any is moved.
const TRIED: usize = 5;
/// Long enough to gather, try and move them.
const HIDDEN_SECONDS: i32 = 900;

impl Redrive {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let all = inboxes(&session.stage);
        let Some(inbox) = all.iter().find(|inbox| inbox.name == self.queue || inbox.dead_letters == self.queue) else {
            let names: Vec<_> = all.iter().map(|inbox| inbox.name).collect();
            let failure = Failure::invalid(format!("stage {} has no queue '{}'", self.stage, self.queue));
            return Err(match nearest(&self.queue, names.iter().copied()) {
                Some(meant) => failure.hint(format!("did you mean '{meant}'?")),
                None => failure.hint(format!("its queues: {}", names.join(", "))),
            });
        };
        let mut mover = Mover::open(&session.cloud, inbox).await?;
        let told = mover.redrive(self.untried).await;
        // Whatever happened, what was not moved is shown to others again at once.
        mover.release().await;
        let redriven = told?;
        Form::json_if(self.json).tell(&redriven)?;
        if redriven.failing.is_empty() {
            return Ok(());
        }
        Err(Failure::new("the cause is still there: nothing was moved")
            .hint("mend it and run the same command again, or move them all the same with --untried"))
    }
}

struct Mover<'a> {
    cloud: &'a Aws,
    inbox: &'a InboxPlace,
    queue: String,
    dead_letters: String,
    /// All that were taken out and are not moved yet.
    letters: Vec<Letter>,
}

impl<'a> Mover<'a> {
    async fn open(cloud: &'a Aws, inbox: &'a InboxPlace) -> Outcome<Self> {
        let asked = |queue| move || format!("cannot find queue {queue}");
        let queue = cloud.queue_url(&inbox.queue).await.asked(asked(&inbox.queue))?;
        let dead_letters = cloud.queue_url(&inbox.dead_letters).await.asked(asked(&inbox.dead_letters))?;
        Ok(Self { cloud, inbox, queue, dead_letters, letters: Vec::new() })
    }

    async fn redrive(&mut self, untried: bool) -> Outcome<Redriven> {
        let mut redriven = Redriven::default();
        let task = Task::start(&format!("gathering dead letters from {}", self.inbox.dead_letters));
        loop {
            let some = self.cloud.receive(&self.dead_letters, HIDDEN_SECONDS).await;
            let some = some.asked(|| format!("cannot read queue {}", self.inbox.dead_letters))?;
            if some.is_empty() {
                break;
            }
            self.letters.extend(some);
        }
        drop(task);
        redriven.found = self.letters.len();
        let mut ready = Vec::new();
        for letter in &self.letters {
            match self.renewed(letter).await? {
                Renewed::Same => ready.push((letter.body.clone(), letter.clone())),
                Renewed::Now(body) => {
                    redriven.renewed += 1;
                    ready.push((body, letter.clone()));
                }
                Renewed::Gone(object) => redriven.gone.push(object),
            }
        }
        if !untried {
            redriven.failing = self.failing(&ready).await?;
        }
        if !redriven.failing.is_empty() {
            return Ok(redriven);
        }
        let task = Task::of(&format!("moving letters to {}", self.inbox.queue), ready.len() as u64);
        for some in ready.chunks(BATCH) {
            let (bodies, letters): (Vec<_>, Vec<_>) = some.iter().cloned().unzip();
            // Sent before it is deleted: cut off in between, it is there twice, and does no harm twice.
            self.cloud.send_messages(&self.queue, &bodies).await.asked(|| "cannot move letters".to_owned())?;
            self.cloud
                .delete_messages(&self.dead_letters, &letters)
                .await
                .asked(|| "cannot move letters".to_owned())?;
            self.letters.retain(|kept| letters.iter().all(|moved| moved.id != kept.id));
            redriven.moved += letters.len();
            task.advance(letters.len() as u64);
        }
        Ok(redriven)
    }

    /// The letter as it has to be sent, if its object was replaced since.
    async fn renewed(&self, letter: &Letter) -> Outcome<Renewed> {
        let Some(Object { bucket, key, version }) = object(&letter.body) else { return Ok(Renewed::Same) };
        let now = self.cloud.object_now(&bucket, &key).await.asked(|| format!("cannot look at {key}"))?;
        Ok(match now {
            None => Renewed::Gone(format!("s3://{bucket}/{key}")),
            Some(now) if version.as_ref().is_some_and(|version| *version != now.version) => {
                Renewed::Now(notification(&bucket, &key, &now))
            }
            Some(_) => Renewed::Same,
        })
    }

    /// Tries some letters, spread over all of them; the function does no harm by doing its work.
    async fn failing(&self, letters: &[(String, Letter)]) -> Outcome<BTreeMap<String, String>> {
        let step = letters.len().div_ceil(TRIED).max(1);
        let task = Task::start(&format!("trying some of {} letters with {}", letters.len(), self.inbox.function));
        let mut failing = BTreeMap::new();
        for (body, letter) in letters.iter().step_by(step) {
            task.now(&format!("trying letter {} with {}", letter.id, self.inbox.function));
            let event = json!({ "Records": [{
                "messageId": letter.id, "receiptHandle": "tried", "body": body, "attributes": {}, "messageAttributes": {},
                "eventSource": "aws:sqs", "eventSourceARN": "", "awsRegion": "", "md5OfBody": "",
            }] });
            let invoked = self.cloud.invoke(&self.inbox.function, &event.to_string()).await;
            let invoked = invoked.asked(|| format!("cannot invoke {}", self.inbox.function))?;
            let answer: Value = serde_json::from_slice(&invoked.answer).unwrap_or_default();
            let returned = answer["batchItemFailures"].as_array().is_some_and(|all| !all.is_empty());
            if invoked.failed || returned {
                let what =
                    object(body).map_or_else(|| letter.id.clone(), |it| format!("s3://{}/{}", it.bucket, it.key));
                let why = reason(&invoked.log).or_else(|| answer["errorMessage"].as_str().map(str::to_owned));
                failing.insert(what, why.unwrap_or_else(|| "the function does not say why".to_owned()));
            }
        }
        Ok(failing)
    }

    async fn release(&self) {
        for letter in &self.letters {
            // Where this fails, they are hidden for a quarter of an hour.
            let _ = self.cloud.release(&self.dead_letters, letter).await;
        }
    }
}

enum Renewed {
    Same,
    Now(String),
    Gone(String),
}

struct Object {
    bucket: String,
    key: String,
    version: Option<String>,
}

/// The first object that a letter tells of: from S3 itself, or over the event bus.
fn object(body: &str) -> Option<Object> {
    let body: Value = serde_json::from_str(body).ok()?;
    let text = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    if let Some(record) = body.pointer("/Records/0") {
        let key = text(record, "/s3/object/key")?.replace('+', " ");
        let key = percent_encoding::percent_decode_str(&key).decode_utf8().ok()?.into_owned();
        let version = text(record, "/s3/object/versionId");
        return Some(Object { bucket: text(record, "/s3/bucket/name")?, key, version });
    }
    let (bucket, key) = (text(&body, "/detail/bucket/name")?, text(&body, "/detail/object/key")?);
    Some(Object { bucket, key, version: text(&body, "/detail/object/version-id") })
}

/// The last error in a function's log, whose lines are JSON or, on the emulator, plain.
fn reason(log: &str) -> Option<String> {
    log.lines().rev().find_map(|line| {
        if let Ok(entry) = serde_json::from_str::<Value>(line.trim()) {
            let is_error = entry["level"].as_str().is_some_and(|level| level.eq_ignore_ascii_case("error"));
            let message = entry.pointer("/fields/message").or_else(|| entry.get("message"))?.as_str()?;
            return is_error.then(|| message.to_owned());
        }
        let (_, message) = line.split_once("ERROR ")?;
        // Behind the span that it was logged in.
        Some(message.split_once("}: ").map_or(message, |(_, message)| message).trim().to_owned())
    })
}

impl fmt::Display for Redriven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, moved, renewed, .. } = self;
        writeln!(f, "{found} dead letters, {moved} moved, {renewed} of them about what replaced their object")?;
        self.gone.iter().try_for_each(|object| writeln!(f, "stays, since its object is gone: {object}"))?;
        self.failing.iter().try_for_each(|(object, why)| writeln!(f, "still fails: {object}: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{object, reason};
    use crate::cloud::Now;
    use crate::commands::send::notification;

    #[test]
    fn a_letter_tells_of_its_object_however_it_came() {
        let now = Now { version: "v1".to_owned(), since: "2026-01-02T03:04:05Z".to_owned() };
        let own = object(&notification("b", "a b/ü+%.gz", &now)).unwrap();
        assert_eq!((own.bucket.as_str(), own.key.as_str(), own.version.as_deref()), ("b", "a b/ü+%.gz", Some("v1")));
        let bus = r#"{"detail": {"bucket": {"name": "b"}, "object": {"key": "a+b", "version-id": "v"}}}"#;
        assert_eq!(object(bus).map(|it| it.key), Some("a+b".to_owned()));
        assert!(object("no JSON").is_none() && object("{}").is_none());
    }

    #[test]
    fn the_reason_is_the_last_error_of_the_log() {
        let log = "START\n{\"level\":\"ERROR\",\"fields\":{\"message\":\"one\"}}\n{\"level\":\"INFO\",\"fields\":{\"message\":\"x\"}}\nEND";
        assert_eq!(reason(log).as_deref(), Some("one"));
        assert_eq!(reason("nothing"), None);
        assert_eq!(reason("2026-01-01T00:00:00Z ERROR two\nEND").as_deref(), Some("two"));
    }
}
