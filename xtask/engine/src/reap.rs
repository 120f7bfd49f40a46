//! Copies whose time is over: known by the tags of their stacks alone, and destroyed with their data. Whatever is not
//! certainly such a copy stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::apply::{Destroyed, Doom, destroy};
use crate::cloud::{Cloud, StackState, StackStatus};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::refusal::Asked;
use crate::time::utc;

/// The tag that names what a stage is a copy of.
pub const COPY_OF: &str = "copy-of";
/// The tag that says when a copy's time is over.
pub const EXPIRES: &str = "expires";

/// Which stacks can be a copy's.
#[derive(Debug)]
pub struct Ground {
    pub project: String,
    /// The last parts of our stacks' names.
    pub kinds: Vec<String>,
    /// Stages that are no copies, whatever their tags say.
    pub kept: BTreeSet<String>,
}

/// A stage as its stacks show it.
#[derive(Debug)]
pub struct Found {
    pub stage: String,
    pub stacks: Vec<StackState>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    NoCopy,
    Alive {
        until: Duration,
    },
    Expired {
        since: Duration,
    },
    /// It says that it is a copy, and something about it says otherwise.
    Doubtful(String),
}

impl Ground {
    /// Every stage of the project that has a stack, in alphabetical order.
    pub fn look(&self, stacks: Vec<StackState>, now: Duration) -> Vec<Found> {
        let mut stages: BTreeMap<String, Vec<StackState>> = BTreeMap::new();
        for stack in stacks.into_iter().filter(|stack| stack.status != StackStatus::DeleteComplete) {
            if let Some(stage) = self.stage_of(&stack.name) {
                stages.entry(stage.to_owned()).or_default().push(stack);
            }
        }
        let found = |(stage, stacks): (String, Vec<StackState>)| {
            let verdict = self.judge(&stage, &stacks, now);
            Found { stage, stacks, verdict }
        };
        stages.into_iter().map(found).collect()
    }

    fn stage_of<'a>(&self, stack: &'a str) -> Option<&'a str> {
        let rest = stack.strip_prefix(self.project.as_str())?.strip_prefix('-')?;
        let stage = self.kinds.iter().find_map(|kind| rest.strip_suffix(kind.as_str())?.strip_suffix('-'));
        stage.filter(|stage| !stage.is_empty())
    }

    fn judge(&self, stage: &str, stacks: &[StackState], now: Duration) -> Verdict {
        // In a stack that was never made there is nothing, and nobody has tagged it yet.
        let made: Vec<_> = stacks.iter().filter(|stack| stack.status != StackStatus::ReviewInProgress).collect();
        if !made.iter().any(|stack| stack.tags.contains_key(COPY_OF)) {
            return Verdict::NoCopy;
        }
        if self.kept.contains(stage) {
            return Verdict::Doubtful(format!("there is a stage {stage} that is no copy"));
        }
        let mut until = Duration::ZERO;
        let mut copy_of = None;
        for StackState { name, tags, .. } in made {
            let doubt = |what: String| Verdict::Doubtful(format!("stack {name} {what}"));
            let tag = |key: &str| tags.get(key).map(String::as_str);
            if tag("project") != Some(&self.project) || tag("stage") != Some(stage) {
                return doubt("is tagged as another stage's".to_owned());
            }
            let Some(of) = tag(COPY_OF) else { return doubt(format!("lacks the tag {COPY_OF}")) };
            if of == stage || copy_of.replace(of).is_some_and(|other| other != of) {
                return doubt(format!("says that it is a copy of {of}, which cannot be"));
            }
            let Some(expires) = tag(EXPIRES) else { return doubt(format!("lacks the tag {EXPIRES}")) };
            let Some(expires) = moment(expires) else {
                return doubt(format!("says that it expires '{expires}', which is no time"));
            };
            // A renewal that was interrupted has renewed some of them.
            until = until.max(expires);
        }
        if until > now { Verdict::Alive { until } } else { Verdict::Expired { since: until } }
    }
}

fn moment(text: &str) -> Option<Duration> {
    let at = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    u64::try_from(at.timestamp()).ok().map(Duration::from_secs)
}

/// Destroys a copy whose time is over. That it is one is looked at again while the stage's lease is held: somebody may have
/// renewed it, or put something else in its place.
pub async fn reap<'a, C: Cloud>(engine: &'a Engine<'a, C>, ground: &Ground) -> Outcome<Destroyed> {
    let stage = &engine.target.stage;
    let now = engine.cloud.time().await.asked(|| "cannot ask AWS for the time".to_owned())?;
    let certain = |doom: &Doom| {
        let stacks = doom.stacks.iter().map(|stack| stack.state.clone()).collect();
        let found = ground.look(stacks, now);
        match found.as_slice() {
            [Found { stage: found, verdict: Verdict::Expired { .. }, .. }] if found == stage => Ok(()),
            [Found { verdict: Verdict::Alive { until }, .. }] => {
                Err(spared(stage, &format!("it was renewed meanwhile, until {}", utc(*until))))
            }
            _ => Err(spared(stage, "it is not certain any more that all of it is an expired copy")),
        }
    };
    destroy(engine, None, &certain).await
}

fn spared(stage: &str, why: &str) -> Failure {
    Failure::new(format!("stage {stage} was left as it is"))
        .since(why)
        .hint(format!("look at it: cargo xtask status --stage {stage}"))
        .exit(Exit::Decision)
}
