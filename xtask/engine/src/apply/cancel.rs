//! Takes back what was begun: updates that are going on are cancelled, and roll back.

use super::settle::adopt;
use super::together::all;
use crate::cloud::{Cloud, Fault, StackState, StackStatus};
use crate::engine::Engine;
use crate::failure::Outcome;
use crate::follow::last_own;
use crate::host::News;
use crate::refusal::Asked;
use crate::token;

/// Cancels every update of ours, and waits until they are rolled back. How each stack stands then.
pub async fn cancel<C: Cloud>(engine: &Engine<'_, C>) -> Outcome<Vec<StackState>> {
    let cancelled = engine.target.stacks.iter().map(|wanted| cancel_one(engine, &wanted.name));
    Ok(all(cancelled).await?.into_iter().flatten().collect())
}

async fn cancel_one<C: Cloud>(engine: &Engine<'_, C>, name: &str) -> Outcome<Option<StackState>> {
    let failing = || format!("cannot cancel the update of stack {name}");
    let Some(state) = engine.cloud.stack(name).await.asked(failing)? else { return Ok(None) };
    let own = last_own(&engine.cloud, &state.id).await.asked(failing)?;
    let Some(own) = own.filter(|event| event.token.as_deref().is_some_and(token::is_ours)) else { return Ok(None) };
    match StackStatus::named(&own.status) {
        Some(StackStatus::UpdateInProgress) => {}
        Some(StackStatus::CreateInProgress) => {
            let note = format!("{name} is being created, which cannot be cancelled; destroy takes it away afterwards");
            engine.host.tell(News::Note(&note));
            return Ok(None);
        }
        _ => return Ok(None),
    }
    // The token of what is cancelled, so that a later run knows the rollback as ours as well.
    let token = token::of(0, "cancel", &own.id);
    match engine.cloud.cancel_update(&state.id, &token).await {
        // It has ended, or was cancelled already.
        Err(error) if error.fault == Fault::WrongState => {}
        answer => answer.asked(failing)?,
    }
    adopt(engine, &state, own.token.as_deref()).await
}
