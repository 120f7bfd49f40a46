//! The floor of a deploy: the same stacks from the same templates by the fewest calls, without a plan, a lease, events, or any
//! care for what may go wrong. It runs in the tool as it ships, like the deploy that stands beside it.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Instant;

use super::tool::milliseconds;
use crate::output::Form;
use crate::project::Project;
use crate::session::{Emulator, Session};
use crate::{archives, local, target};
use engine::cloud::{Body, ChangeSetRequest, ChangeSetState, Cloud, Content, StackState, Standing};
use engine::failure::{Failure, Outcome};
use engine::hash;
use engine::refusal::Asked;
use engine::target::{Target, Wanted};

/// On which stage.
pub(super) const STAGE: &str = "local";

/// What CloudFormation takes inline.
const MOST_INLINE_BYTES: usize = 51_200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Step {
    /// Starts the emulator and its PostgreSQL
    Start,
    /// Makes what is not there and updates what has other parameters
    Calls,
}

/// What the calls took, without starting the process and making templates and archives.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Calls {
    pub(super) elapsed_ms: f64,
    pub(super) changed: usize,
}

pub(super) async fn run(step: Step) -> Outcome {
    let project = Project::find()?;
    match step {
        Step::Start => {
            local::ensure_databases(&project)?;
            local::ensure_running(&project).map(drop)
        }
        Step::Calls => Form::Json.tell(&Box::pin(calls()).await?),
    }
}

async fn calls() -> Outcome<Calls> {
    let session = Session::open(STAGE, Emulator::MustRun).await?;
    let rendered = session.rendered()?;
    let archives = archives::of(&session.project, &session.stage, &rendered).await?;
    let target = target::of(&session.stage, rendered, &archives, None)?;
    let cloud = &session.cloud;
    let (started, mut changed) = (Instant::now(), 0);
    for stack in &target.stacks {
        let before = cloud.stack(&stack.name).await.asked(|| format!("cannot look at {}", stack.name))?;
        let there = before.as_ref().filter(|state| state.status.standing() != Standing::Absent);
        if there.is_some_and(|state| state.parameters == stack.parameters) {
            continue;
        }
        upload(cloud, &target, stack, there).await?;
        bring(cloud, &target, stack, there.is_none()).await?;
        changed += 1;
    }
    Ok(Calls { elapsed_ms: milliseconds(started.elapsed()), changed })
}

/// The code that the stack takes and has not had before.
async fn upload(cloud: &impl Cloud, target: &Target, stack: &Wanted, there: Option<&StackState>) -> Outcome {
    let new =
        stack.parameters.iter().filter(|(name, key)| there.and_then(|state| state.parameters.get(*name)) != Some(key));
    for (_, key) in new {
        for archive in target.archives.iter().filter(|archive| archive.key == *key) {
            let put = cloud.put_object(&target.bucket, key, Content::File(&archive.path), &archive.sha256_base64);
            put.await.asked(|| format!("cannot upload {key}"))?;
        }
    }
    Ok(())
}

async fn bring(cloud: &impl Cloud, target: &Target, stack: &Wanted, creates: bool) -> Outcome {
    let what = || format!("the floor cannot bring up {}", stack.name);
    let template = if stack.body.len() <= MOST_INLINE_BYTES {
        Body::Inline(stack.body.clone())
    } else {
        let digest = hash::sha256(stack.body.as_bytes());
        let key = format!("templates/{}/{}.yaml", stack.name, hash::in_hex(&digest));
        let sha256 = hash::in_base64(&digest);
        cloud.put_object(&target.bucket, &key, Content::Text(&stack.body), &sha256).await.asked(what)?;
        Body::Stored { bucket: target.bucket.clone(), key }
    };
    let codes: Vec<_> = stack.parameters.values().map(String::as_bytes).collect();
    let request = ChangeSetRequest {
        stack: stack.name.clone(),
        name: format!("floor-{}", &hash::hex(&codes)[..24]),
        creates,
        template,
        parameters: stack.parameters.clone(),
        tags: stack.tags.clone(),
        capabilities: stack.template.capabilities(),
        role: target.role().map(str::to_owned),
        express: target.express,
    };
    cloud.create_change_set(&request).await.asked(what)?;
    loop {
        match cloud.change_set(&request.stack, &request.name).await.asked(what)?.state {
            ChangeSetState::Pending => cloud.pause(target.pace.poll).await,
            ChangeSetState::Ready => break,
            other => return Err(Failure::new(what()).since(format!("its change set is {other:?}"))),
        }
    }
    cloud.execute_change_set(&request.stack, &request.name, &request.name, false).await.asked(what)?;
    loop {
        let state = cloud.stack(&stack.name).await.asked(what)?;
        match state.as_ref().map(|state| state.status.standing()) {
            Some(Standing::Busy) => cloud.pause(target.pace.poll).await,
            Some(Standing::Settled) => return Ok(()),
            other => return Err(Failure::new(what()).since(format!("it is {other:?}"))),
        }
    }
}

/// For the one process that asks another for it.
impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} stacks in {:.0} ms", self.changed, self.elapsed_ms)
    }
}
