//! Looks at one stack, and works out what it needs.

use super::{Decision, StackPlan, Step, Wish, compare, exports};
use crate::cloud::{Cloud, CloudError, Event, Fault, Resource, StackState, StackStatus, Standing};
use crate::engine::Engine;
use crate::failure::Outcome;
use crate::follow::last_own;
use crate::reap::COPY_OF;
use crate::reason::root_cause;
use crate::refusal::Asked;
use crate::stateful::holds_data;
use crate::target::Wanted;
use crate::template::{PropertyChange, Template};
use crate::token;

/// One stack's share of the plan.
pub async fn look<C: Cloud>(engine: &Engine<'_, C>, wanted: &Wanted, after: Vec<String>) -> Outcome<StackPlan> {
    let cloud = &engine.cloud;
    let name = &wanted.name;
    let failing = || format!("cannot look at stack {name}");
    let mut plan = StackPlan { after, ..StackPlan::to_be(name, Wish::of(wanted)) };
    let Some((state, own)) = agreed(engine, name).await.asked(failing)? else {
        plan.compare(engine, &Template::default(), None);
        return Ok(plan);
    };
    if let Some(copy_of) = &engine.target.copy_of
        && state.status.standing() != Standing::Absent
        && state.tags.get(COPY_OF) != Some(copy_of)
    {
        plan.decisions.push(Decision::not_a_copy(copy_of));
    }
    let told = own.as_ref().and_then(|event| StackStatus::named(&event.status));
    let status = told.filter(|told| told.standing() == Standing::Busy).unwrap_or(state.status);
    match status.standing() {
        Standing::Busy => plan.is_underway(engine, &state, status, own.as_ref()),
        Standing::Absent => plan.compare(engine, &Template::default(), None),
        Standing::Stillborn => {
            plan.action = Step::Recreate;
            plan.compare(engine, &Template::default(), None);
            let remains = cloud.resources(&state.id).await.asked(failing)?;
            plan.recreates(engine, &remains);
        }
        Standing::Settled | Standing::Halted => {
            let body = absent_is_none(cloud.template(name).await).asked(failing)?.unwrap_or_default();
            // The same text is the same template, which is the usual case and need not be read.
            let same = body.trim_end() == plan.wanted.body.trim_end();
            let deployed = if same { plan.wanted.template.clone() } else { Template::parse(&body).unwrap_or_default() };
            plan.updates(engine, &state, &deployed).await?;
            plan.deployed = Some(body);
        }
        Standing::RollbackHalted => {
            plan.action = Step::ContinueRollback;
            let resources = cloud.resources(&state.id).await.asked(failing)?;
            let stuck = resources.iter().filter(|resource| resource.status == "UPDATE_FAILED").map(told_of);
            plan.notes.push(format!("the rollback of an update failed at {}", stuck.collect::<Vec<_>>().join(", ")));
        }
        Standing::Stuck => {
            plan.action = Step::Stuck;
            let resources = cloud.resources(&state.id).await.asked(failing)?;
            plan.decisions.push(Decision::stuck(&engine.target.stage, &state, &resources));
        }
    }
    if state.status == StackStatus::UpdateRollbackComplete {
        plan.notes.extend(last_failure(engine, &state).await);
    }
    if engine.wishes.drift && status.standing() == Standing::Settled {
        plan.drift = cloud.drift(name).await.asked(|| format!("cannot detect the drift of stack {name}"))?;
    }
    plan.state = Some(state);
    Ok(plan)
}

impl StackPlan {
    fn compare<C: Cloud>(&mut self, engine: &Engine<'_, C>, deployed: &Template, state: Option<&StackState>) {
        let values = &self.wanted.parameters;
        let old = |key: &String| state.and_then(|state| state.parameters.get(key));
        let differing = values.iter().filter(|(key, value)| old(key) != Some(*value));
        if state.is_some() {
            self.parameters = differing
                .map(|(key, value)| PropertyChange {
                    path: key.clone(),
                    old: old(key).cloned().into(),
                    new: value.clone().into(),
                })
                .collect();
        }
        self.resources = compare::resources(engine.schemas, deployed, &self.wanted.template, &self.parameters);
        self.outputs = deployed.output_differences(&self.wanted.template);
    }

    /// Whether the stack is what was wanted already.
    fn is_wanted(&self, state: &StackState, deployed: &Template) -> bool {
        let settled = state.status.standing() == Standing::Settled;
        let same = *deployed == self.wanted.template && state.parameters == self.wanted.parameters;
        settled && same && self.wanted.tags_stand(&state.tags)
    }

    async fn updates<C: Cloud>(&mut self, engine: &Engine<'_, C>, state: &StackState, deployed: &Template) -> Outcome {
        let halted = state.status.standing() == Standing::Halted;
        if self.is_wanted(state, deployed) {
            self.action = Step::Nothing;
            return Ok(());
        }
        self.kept_exports = exports::keep_imported(engine, deployed, &mut self.wanted).await?;
        // Parameters that only a kept export needs keep their value.
        for (key, value) in &state.parameters {
            let declared = !self.wanted.template.value()["Parameters"][key].is_null();
            if declared && !self.wanted.parameters.contains_key(key) {
                self.wanted.parameters.insert(key.clone(), value.clone());
            }
        }
        self.action = if halted { Step::Retry } else { Step::Update };
        if halted {
            self.notes.push(format!(
                "an operation failed and was left as {}; it is tried again. Rolling it back by hand deletes the stack if it \
                 never was complete",
                state.status.name()
            ));
        }
        if self.is_wanted(state, deployed) {
            self.action = Step::Nothing;
            return Ok(());
        }
        self.compare(engine, deployed, Some(state));
        self.notes.extend(self.wanted.tags_to_change(&state.tags));
        let wanted = &self.wanted.template;
        self.decisions.extend(compare::decisions(
            &engine.target.stage,
            engine.schemas,
            deployed,
            wanted,
            &self.resources,
        ));
        self.decisions.extend(exports::changed_while_imported(engine, deployed, wanted, &self.resources).await?);
        Ok(())
    }

    /// Something is going on: an earlier run's operation, mere clearing up, or somebody else's.
    fn is_underway<C: Cloud>(
        &mut self,
        engine: &Engine<'_, C>,
        state: &StackState,
        status: StackStatus,
        own: Option<&Event>,
    ) {
        self.action = Step::Follow;
        let token = own.and_then(|event| event.token.as_deref());
        self.underway = token.map(str::to_owned);
        let clears_up = matches!(
            status,
            StackStatus::UpdateCompleteCleanupInProgress | StackStatus::UpdateRollbackCompleteCleanupInProgress
        );
        self.notes.push(format!("{} is going on; what comes then is planned after it", status.name()));
        if !clears_up && !token.is_some_and(token::is_ours) && !engine.wishes.wait {
            self.action = Step::Stuck;
            let since = own.map_or_else(|| "some time".to_owned(), |event| crate::time::utc(event.at));
            let state = StackState { status, ..state.clone() };
            self.decisions.push(Decision::another_is_at_work(&state, token, &since));
        }
    }

    /// What is left of a creation that failed goes, unless there is something in it that somebody may miss.
    fn recreates<C: Cloud>(&mut self, engine: &Engine<'_, C>, remains: &[Resource]) {
        for resource in remains.iter().filter(|r| holds_data(&r.kind) && r.status != "DELETE_COMPLETE") {
            let Resource { logical_id, kind, .. } = resource;
            let why =
                Some(format!("the stack has to be deleted before it can be made, and {logical_id} is still in it"));
            self.decisions.push(Decision::loses_data(&engine.target.stage, "delete", logical_id, kind, why));
        }
    }
}

/// How often a description is asked again that says otherwise than the history.
const STALE_READS: u32 = 10;

/// The stack with its last own event; `None` where it is absent. Right after an execution the description may still be that
/// of before; the events are not, and are read first, so that both cannot be older than what has just ended.
pub(crate) async fn agreed<C: Cloud>(
    engine: &Engine<'_, C>,
    name: &str,
) -> Result<Option<(StackState, Option<Event>)>, CloudError> {
    for _ in 0..STALE_READS {
        let own = last_own(&engine.cloud, name).await?;
        let Some(state) = engine.cloud.stack(name).await? else { return Ok(None) };
        let told = own.as_ref().and_then(|event| StackStatus::named(&event.status));
        let same = own.as_ref().is_none_or(|event| event.physical_id == state.id);
        if same && told.is_none_or(|told| told == state.status || told.standing() == Standing::Busy) {
            return Ok(Some((state, own)));
        }
        engine.cloud.pause(engine.target.pace.poll).await;
    }
    let Some(state) = engine.cloud.stack(name).await? else { return Ok(None) };
    let own = last_own(&engine.cloud, &state.id).await?;
    Ok(Some((state, own)))
}

fn absent_is_none(answer: Result<String, CloudError>) -> Result<Option<String>, CloudError> {
    match answer {
        Err(error) if error.fault == Fault::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}

fn told_of(resource: &Resource) -> String {
    let reason = resource.reason.as_deref().unwrap_or("no reason is given");
    format!("{} ({}): {reason}", resource.logical_id, resource.kind)
}

/// What failed last time, for a stack that was rolled back. Nobody depends on it, so that it may be missing.
async fn last_failure<C: Cloud>(engine: &Engine<'_, C>, state: &StackState) -> Option<String> {
    let (events, _) = engine.cloud.events(&state.id, None).await.ok()?;
    let failures: Vec<_> = events.into_iter().rev().filter(|event| event.status.ends_with("_FAILED")).collect();
    let cause = root_cause(&failures)?;
    let reason = cause.reason.as_deref().unwrap_or("no reason is given");
    Some(format!("the last update was rolled back: {} ({}): {reason}", cause.logical_id, cause.kind))
}
