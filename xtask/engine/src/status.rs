//! How a stage stands.

use crate::cloud::{Cloud, Resource, StackState, Standing};
use crate::engine::Engine;
use crate::failure::Outcome;
use crate::refusal::Asked;

/// One stack as it stands; without a state, it is absent.
#[derive(Debug)]
pub struct StackStanding {
    pub name: String,
    pub state: Option<StackState>,
    pub resources: Vec<Resource>,
}

/// Every stack that the stage can have, in any status.
pub async fn status<C: Cloud>(engine: &Engine<'_, C>) -> Outcome<Vec<StackStanding>> {
    let looks = engine.target.known.iter().map(|name| look(engine, name));
    futures_util::future::try_join_all(looks).await
}

async fn look<C: Cloud>(engine: &Engine<'_, C>, name: &str) -> Outcome<StackStanding> {
    let failing = || format!("cannot look at stack {name}");
    let state = engine.cloud.stack(name).await.asked(failing)?;
    let resources = match &state {
        Some(state) if state.status.standing() != Standing::Absent => {
            engine.cloud.resources(&state.id).await.asked(failing)?
        }
        _ => Vec::new(),
    };
    Ok(StackStanding { name: name.to_owned(), state, resources })
}
