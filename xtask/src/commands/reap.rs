use clap::Args;
use engine::cloud::Cloud;
use engine::engine::Engine;
use engine::failure::{Exit, Failure, Outcome};
use engine::reap::{Found, Verdict, reap};
use engine::refusal::Asked;
use engine::target::{DeleteData, Target, Wishes};
use engine::time::{span, utc};
use serde::Serialize;
use stacks::names;
use stacks::stack::StackKind;
use stacks::stage::{Stage, StageName};
use std::fmt;
use std::time::Duration;

use crate::board::Board;
use crate::copies::{self, Somewhere};
use crate::knowledge::Knowledge;
use crate::output::Form;
use crate::progress::say;
use crate::project::Project;
use crate::{consent, target};

/// Destroy the copies whose time is over, with their data, and nothing else
///
/// Looks through every account and region that a stage file names, the credentials are of and the emulator has. What a copy
/// is, its tags say; the time is AWS's. A stage that is no copy is left alone, and so is one of which that is not certain.
#[derive(Debug, Args)]
pub(crate) struct Reap {
    /// Only this copy, if its time is over; can be given several times
    #[arg(long, value_name = "NAME")]
    stage: Vec<String>,
    /// Show what would be destroyed, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct ReapReport {
    copies: Vec<CopyReport>,
}

#[derive(Debug, Serialize)]
struct CopyReport {
    stage: String,
    place: String,
    /// How many stacks it has.
    stacks: usize,
    #[serde(flatten)]
    fate: Fate,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "fate")]
enum Fate {
    Alive {
        left_seconds: u64,
    },
    /// Its time is over, and only that was to be told.
    Over {
        since: String,
    },
    Reaped {
        objects_deleted: usize,
        elapsed_ms: u128,
    },
    Left {
        why: String,
    },
}

impl Reap {
    pub(crate) async fn run(&self) -> Outcome {
        let project = Project::find()?;
        let places = copies::places(&project).await?;
        if places.is_empty() {
            return Err(copies::nowhere());
        }
        let mut copies = Vec::new();
        for place in &places {
            let ground = copies::ground(&project, &place.stage)?;
            let now = place.cloud.time().await.asked(|| "cannot ask AWS for the time".to_owned())?;
            let stacks = place.cloud.stacks().await.asked(|| format!("cannot list the stacks of {}", place.said()))?;
            let wanted = |found: &Found| self.stage.is_empty() || self.stage.contains(&found.stage);
            for found in ground.look(stacks, now).into_iter().filter(wanted) {
                let fate = match &found.verdict {
                    Verdict::NoCopy if self.stage.is_empty() => continue,
                    Verdict::NoCopy => Fate::Left { why: "it is no copy".to_owned() },
                    Verdict::Alive { until } => Fate::Alive { left_seconds: until.saturating_sub(now).as_secs() },
                    Verdict::Doubtful(why) => Fate::Left { why: why.clone() },
                    Verdict::Expired { since } if self.dry_run => Fate::Over { since: utc(*since) },
                    Verdict::Expired { .. } => self.take(&project, place, &found, &ground).await,
                };
                let Found { stage, stacks, .. } = found;
                copies.push(CopyReport { stage, place: place.said(), stacks: stacks.len(), fate });
            }
        }
        if let Some(missing) = self.stage.iter().find(|name| !copies.iter().any(|copy| copy.stage == **name)) {
            say(&format!("warning: {missing} has no stack anywhere that was looked at"));
        }
        let left: Vec<_> = copies.iter().filter(|copy| matches!(copy.fate, Fate::Left { .. })).collect();
        let undecided = (!left.is_empty()).then(|| {
            let names: Vec<_> = left.iter().map(|copy| copy.stage.as_str()).collect();
            Failure::new(format!("left as they are: {}", names.join(", ")))
                .hint("what is none or not certainly one is for a person to destroy: cargo xtask destroy --stage NAME")
                .exit(Exit::Decision)
        });
        Form::json_if(self.json).tell(&ReapReport { copies })?;
        undecided.map_or(Ok(()), Err)
    }

    async fn take(&self, project: &Project, place: &Somewhere, found: &Found, ground: &engine::reap::Ground) -> Fate {
        let started = std::time::Instant::now();
        match self.destroyed(project, place, found, ground).await {
            Ok(objects_deleted) => Fate::Reaped { objects_deleted, elapsed_ms: started.elapsed().as_millis() },
            // The others have expired all the same.
            Err(failure) => Fate::Left { why: failure.to_string() },
        }
    }

    async fn destroyed(
        &self,
        project: &Project,
        place: &Somewhere,
        found: &Found,
        ground: &engine::reap::Ground,
    ) -> Outcome<usize> {
        let name = StageName::new(found.stage.as_str()).map_err(Failure::new)?;
        let stage = place.named(name);
        let Stage { name, account, .. } = &stage;
        let question =
            format!("Copy {name} in account {account} is over. Destroy it with all its data? Type the copy's name:");
        consent::ask(&stage, self.yes, &question, &[name.as_str()], "reap")?;
        let standing = |kind: &StackKind| found.stacks.iter().any(|stack| stack.name == names::stack(&stage, *kind));
        let known = StackKind::ALL.into_iter().filter(standing).map(|kind| names::stack(&stage, kind)).collect();
        // In whose role it was made, the stage says that it is a copy of.
        let copy = copies::again(project, place, &stage.name, &found.stacks);
        let service = copy.and_then(|copy| target::without_stacks(&copy).service);
        let target = Target { known, service, ..target::without_stacks(&stage) };
        let (wishes, board) = (Wishes { delete_data: DeleteData::All, ..Wishes::default() }, Board::new());
        let engine = Engine::new(&place.cloud, &target, &wishes, &Knowledge, &board);
        Ok(Box::pin(reap(&engine, ground)).await?.objects_deleted)
    }
}

impl fmt::Display for ReapReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for CopyReport { stage, place, stacks, fate } in &self.copies {
            write!(f, "{stage:<16} ")?;
            match fate {
                Fate::Alive { left_seconds } => {
                    writeln!(f, "goes on for {} in {place}", span(Duration::from_secs(*left_seconds)))?;
                }
                Fate::Over { since } => writeln!(f, "is over since {since}: {stacks} stacks in {place}")?,
                Fate::Reaped { objects_deleted, elapsed_ms } => {
                    let took = span(Duration::from_millis(u64::try_from(*elapsed_ms).unwrap_or_default()));
                    writeln!(f, "destroyed: {stacks} stacks and {objects_deleted} object versions, in {took}")?;
                }
                Fate::Left { why } => writeln!(f, "was left as it is: {why}")?,
            }
        }
        if self.copies.is_empty() {
            writeln!(f, "there are no copies")?;
        }
        Ok(())
    }
}
