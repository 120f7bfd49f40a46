//! What stacks tell of their last deploy.

use check::world::World;
use engine::cloud::{Cloud, Event};
use engine::failure::Outcome;
use engine::refusal::Asked;
use picture::timeline::{Happening, STACK, Timeline, timeline};

use crate::session::Session;

/// A stack's history is long, and only its end is asked for.
const MOST_PAGES: usize = 20;

pub(super) async fn of(session: &Session, world: &World) -> Outcome<Timeline> {
    let mut happenings = Vec::new();
    for stack in &world.stacks {
        let name = &stack.name;
        let Some(state) = session.cloud.stack(name).await.asked(|| format!("cannot see stack {name}"))? else {
            continue;
        };
        let mut page = None;
        for _ in 0..MOST_PAGES {
            let (events, next) =
                session.cloud.events(&state.id, page).await.asked(|| format!("cannot see what happened to {name}"))?;
            let begins = events.iter().any(|event| begins(event, name));
            happenings.extend(events.into_iter().map(|event| happening(name, event)));
            page = next;
            if begins || page.is_none() {
                break;
            }
        }
    }
    Ok(timeline(&happenings, &|stack, resource| refers(world, stack, resource)))
}

/// Whether it is where an operation of the stack begins.
fn begins(event: &Event, stack: &str) -> bool {
    let status = event.status.as_str();
    event.kind == STACK && event.logical_id == stack && matches!(status, "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS")
}

fn happening(stack: &str, event: Event) -> Happening {
    Happening {
        stack: stack.to_owned(),
        resource: event.logical_id,
        kind: event.kind,
        status: event.status,
        at: event.at.as_secs_f64(),
    }
}

/// What has to be there before a resource: in its own stack, and, where it imports, in others.
fn refers(world: &World, stack: &str, id: &str) -> Vec<(String, String)> {
    let Some(resource) = world.in_stack(stack, id) else { return Vec::new() };
    let mut all: Vec<_> = resource.refers_to().map(|other| (stack.to_owned(), other.to_owned())).collect();
    resource.properties.walk(&mut |node| {
        let elsewhere = node.text().and_then(|text| world.find(text)).filter(|other| other.stack != stack);
        all.extend(elsewhere.map(|other| (other.stack.clone(), other.id.clone())));
    });
    all
}
