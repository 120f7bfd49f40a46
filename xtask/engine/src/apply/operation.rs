//! One operation on one stack: begun once, whatever becomes of the reply, and followed to its end.

use std::time::Duration;

use crate::cloud::{Answer, Cloud, CloudError, Fault, StackState};
use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::follow::{Follower, follow, last_own};
use crate::lease::Lease;
use crate::refusal::{Asked, lost_sight, unheard};
use crate::token;

/// An operation that AWS has taken on.
pub(super) struct Operation {
    pub(super) follower: Follower,
    pub(super) token: String,
}

/// How often the history is looked at for an operation whose reply was lost or odd.
const LOOKS: u32 = 5;

impl Operation {
    /// Begins something on a stack. `what` is what is done, for the token: the same change at the same time is the same
    /// operation, however often it is asked for. Nothing is begun once another run holds the lease.
    pub(super) async fn begin<C: Cloud>(
        engine: &Engine<'_, C>,
        lease: Option<&Lease<'_, C>>,
        stack: (&str, &str),
        what: &str,
        call: impl AsyncFnOnce(&str) -> Answer,
    ) -> Outcome<Self> {
        let (id, name) = stack;
        let follower = Follower::from_now(&engine.cloud, id, name).await;
        let follower = follower.asked(|| format!("cannot read the events of stack {name}"))?;
        let fence = match lease {
            Some(lease) => {
                lease.check(&engine.target.stage).await?;
                lease.fence()
            }
            None => 0,
        };
        let token = token::of(fence, what, follower.begins_after());
        let operation = Self { follower, token };
        match call(&operation.token).await {
            Ok(()) => Ok(operation),
            // It may have been done all the same, by this call or by one whose reply was lost.
            Err(error) if matches!(error.fault, Fault::Unreachable | Fault::WrongState | Fault::NotFound) => {
                operation.look_for(engine, stack, error).await
            }
            Err(error) => Err(error).asked(|| format!("cannot begin the change of stack {name}")),
        }
    }

    async fn look_for<C: Cloud>(self, engine: &Engine<'_, C>, stack: (&str, &str), error: CloudError) -> Outcome<Self> {
        let (id, name) = stack;
        for _ in 0..LOOKS {
            match last_own(&engine.cloud, id).await {
                Ok(Some(event)) if event.token.as_deref() == Some(self.token.as_str()) => return Ok(self),
                Ok(_) => {}
                Err(error) => return Err(lost_sight(&engine.target.stage, &self.follower, name, &error)),
            }
            engine.cloud.pause(engine.target.pace.poll).await;
        }
        if error.fault == Fault::Unreachable {
            return Err(lost_sight(&engine.target.stage, &self.follower, name, &error));
        }
        Err(error).asked(|| format!("cannot begin the change of stack {name}"))
    }

    /// Waits for the end. `None` where the stack is gone.
    pub(super) async fn end<C: Cloud>(&mut self, engine: &Engine<'_, C>, stack: &str) -> Outcome<Option<StackState>> {
        let stage = &engine.target.stage;
        let end = follow(engine, &mut self.follower).await;
        let end = end.map_err(|error| lost_sight(stage, &self.follower, stack, &error))?;
        // How it stood before must not be taken for how the operation ended.
        match end {
            Some(now) if self.follower.told() != Some(now.status) => Err(unheard(stage, stack, now.status)),
            end => Ok(end),
        }
    }

    /// What failed to be cleared up after an update that is done all the same.
    pub(super) fn leftovers(&self) -> Vec<String> {
        let failed = self.follower.failures().iter().filter(|event| event.status == "DELETE_FAILED");
        failed
            .map(|event| {
                let reason = event.reason.as_deref().unwrap_or("no reason is given");
                format!("{} {} ({}): {reason}", event.kind, event.physical_id, event.logical_id)
            })
            .collect()
    }

    pub(super) fn took(&self) -> Vec<(String, Duration)> {
        self.follower.took()
    }
}

pub(super) fn gone(stage: &str, name: &str) -> Failure {
    Failure::new(format!("stage {stage}: stack {name} was deleted meanwhile"))
        .hint("run the same command again to create it")
}
