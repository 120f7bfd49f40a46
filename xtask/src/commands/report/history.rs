//! What stacks tell of their last deploy.

use check::world::{Stack, World};
use engine::cloud::{Cloud, Event};
use engine::failure::Outcome;
use engine::refusal::Asked;
use picture::timeline::{Happening, Needs, STACK, Timeline, timeline};

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
    Ok(timeline(&happenings, &Written(world)))
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

/// What has to be there before what, as the templates say.
struct Written<'a>(&'a World);

impl Needs for Written<'_> {
    fn resources(&self, stack: &str, id: &str) -> Vec<String> {
        self.0.in_stack(stack, id).map(|resource| resource.refers_to().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn stacks(&self, name: &str) -> Vec<String> {
        let Some(stack) = self.0.stacks.iter().find(|stack| stack.name == name) else { return Vec::new() };
        let imports = |export: &str| stack.imports.iter().any(|(import, _)| import == export);
        let exports = |other: &Stack| other.outputs.iter().filter_map(|output| output.export.as_deref()).any(imports);
        self.0.stacks.iter().filter(|other| exports(other)).map(|other| other.name.clone()).collect()
    }
}
