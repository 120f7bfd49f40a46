//! Others who work on the same stacks, beside them, or with other credentials.

use super::super::bench::End;
use super::super::random::rough;
use super::super::stage::{FIRST, LARGER, LARGEST, STACKS, named, stage};
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::apply::Deployed;
use crate::cloud::StackStatus;
use crate::failure::Exit;
use crate::preflight;
use crate::sim::{Thing, Weather, World};
use crate::target::{Target, Wishes};

/// A deploy in which somebody does something right before one of its calls.
fn meddled(scene: &Scene<'_>, target: &Target, call: usize, how: impl Fn(&mut World, u64) + 'static) -> End<Deployed> {
    let run = scene.bench.run("meddled", Weather::default()).meddled(call, how);
    let end = scene.bench.clock.run(run.deploy(&scene.bench, target, &Wishes::default()));
    scene.bench.clock.forget();
    end
}

/// Somebody deletes a stack and makes it again under its name, at any call: what was planned for the old one is not done
/// to the new one, and what was begun on the old one has not ended well (fault 21).
pub(super) fn make_it_again(scene: &mut Scene<'_>) -> Verdict {
    let target = scene.grounds.larger.clone();
    let stack = STACKS[1 + scene.way % 2];
    let end = meddled(scene, &target, 1 + scene.way / 2, move |world, now| world.remake(now, stack));
    let end = end.ok_or("it does not end")?;
    let done_before = {
        let world = scene.bench.world.borrow();
        let old = world.stacks.iter().find(|old| old.state.name == stack);
        let done = |old: &crate::sim::Stack| {
            old.events.iter().any(|(_, e)| e.logical_id == stack && e.status == "UPDATE_COMPLETE")
        };
        old.is_some_and(done)
    };
    match &end {
        Ok(done) if !done_before => {
            scene.stands_as(&target).map_err(|fault| format!("it was not noticed: {fault}"))?;
            let planned = done.plan.stacks.iter().find(|plan| plan.name == stack).and_then(|plan| plan.state.as_ref());
            let changed = done.done.stacks.iter().find(|applied| applied.state.name == stack).map(|a| &a.state.id);
            ensure(planned.map(|state| &state.id) == changed, || "it was done to another stack".to_owned())?;
        }
        Ok(_) => {}
        Err(failure) => {
            let text = failure.to_string();
            ensure(text.contains("next:"), || format!("it does not say what to do: {text}"))?;
            ensure(failure.exit != Exit::StillRunning, || format!("it waits for what is gone: {text}"))?;
        }
    }
    scene.bench.rest();
    scene.rough(&target, &Wishes::default())?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// Somebody updates a stack at any call: nothing is put over their change that was not planned from it.
pub(super) fn change_it(scene: &mut Scene<'_>) -> Verdict {
    let (target, theirs) = (scene.grounds.larger.clone(), stage(LARGEST));
    let wanted = theirs.stacks[1 + scene.way % 2].clone();
    let (name, body) = (wanted.name.clone(), wanted.body.clone());
    let end = meddled(scene, &target, 1 + scene.way / 2, move |world, now| {
        let Some(at) = world.find(&wanted.name).filter(|at| world.stacks[*at].operation.is_none()) else { return };
        let stack = &mut world.stacks[at];
        (stack.template, stack.body) = (wanted.template.clone(), wanted.body.as_str().into());
        stack.generation += 1;
        stack.turn(now, StackStatus::UpdateComplete, None);
    });
    let failure = match end.ok_or("it does not end")? {
        Ok(done) => {
            let plan = done.plan.stacks.iter().find(|plan| plan.name == name);
            let known = plan.is_some_and(|plan| plan.deployed.as_deref() == Some(body.as_str()));
            let over = !known && put_over_theirs(&scene.bench.world.borrow(), &name);
            ensure(!over, || format!("{name} was updated over a change that nobody had planned from"))?;
            None
        }
        Err(failure) => Some(failure),
    };
    if let Some(failure) = failure {
        ensure(failure.exit == Exit::Decision, || format!("it ends with {:?}: {failure}", failure.exit))?;
        ensure(failure.to_string().contains("next:"), || format!("it does not say what to do: {failure}"))?;
    }
    scene.bench.rest();
    scene.sound(&[])
}

/// Whether something of ours began on a stack after somebody else's change.
fn put_over_theirs(world: &World, name: &str) -> bool {
    let own = world
        .stack(name)
        .map(|stack| stack.events.iter().map(|(_, event)| event).filter(|event| event.logical_id == name));
    let mut theirs = false;
    own.into_iter().flatten().any(|event| {
        theirs |= event.token.is_none() && event.status == "UPDATE_COMPLETE";
        theirs && event.token.is_some()
    })
}

/// A stack of the same name stands before the first deploy: it is not taken for ours without a question.
pub(super) fn were_first(scene: &mut Scene<'_>) -> Verdict {
    let empty = &scene.grounds.empty;
    scene.from(empty);
    let now = scene.bench.clock.now();
    let name = STACKS[scene.way % STACKS.len()];
    let text = r#"{"Resources": {"Vault": {"Type": "AWS::DynamoDB::Table", "Properties": {}}}}"#;
    let template = crate::template::Template::parse(text).unwrap_or_default();
    scene.change(|world| world.stand(now, name, &template));
    scene.asks(&["Vault", "which holds data"], || scene.deploy(&scene.grounds.first, &Wishes::default()))?;
    scene.sound(&[])
}

/// A cloud that throttles every fifth call, and leaves some unanswered, is waited for (fault 3).
pub(super) fn throttle(scene: &mut Scene<'_>) -> Verdict {
    let (target, weather) =
        (scene.grounds.larger.clone(), Weather { throttled: 200, unanswered: 40, ..Weather::default() });
    let (end, _) = scene.bench.deploy("only", &target, &Wishes::default(), weather.clone());
    end.ok_or("it does not end")?.map_err(|failure| failure.to_string())?;
    scene.stands_as(&target)?;
    let (end, _) = scene.bench.destroy("only", &target, &Wishes::default(), weather);
    end.ok_or("it does not end")?.map_err(|failure| failure.to_string())?;
    scene.sound(&[])
}

/// Somebody took a name that an update needs (fault 16).
pub(super) fn took_the_name(scene: &mut Scene<'_>) -> Verdict {
    let target = scene.grounds.larger.clone();
    let thing = Thing { kind: "AWS::SQS::Queue".to_owned(), owner: None, code: None, fresh: false };
    scene.change(|world| drop(world.things.insert("sim-extra".to_owned(), thing)));
    let words = ["UPDATE_ROLLBACK_COMPLETE", "Extra", "sim-extra already exists", "the name is taken"];
    failed(scene.deploy(&target, &Wishes::default()), Exit::Failed, &words)?;
    scene.sound(&[])?;
    ensure(scene.thing("sim-extra") == Some(false), || "what was there is gone".to_owned())?;
    scene.change(|world| drop(world.things.remove("sim-extra")));
    scene.rough(&target, &Wishes::default())?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// What somebody changed by hand is shown when asked for, and only then (fault 18).
pub(super) fn change_by_hand(scene: &mut Scene<'_>) -> Verdict {
    scene.change(|world| world.climate.drifted = vec!["Files".to_owned()]);
    let target = &scene.grounds.first;
    for drift in [false, true] {
        let plan = scene.bench.plan(target, &Wishes { drift, ..Wishes::default() });
        let plan = plan.map_err(|failure| failure.to_string())?;
        let shown: Vec<_> = plan.stacks.iter().flat_map(|stack| &stack.drift).map(|d| d.logical_id.as_str()).collect();
        ensure(shown == ["Files"][..usize::from(drift)], || format!("it shows {shown:?}"))?;
    }
    Ok(())
}

/// The credentials are of another account (fault 5).
pub(super) fn own_the_account(scene: &mut Scene<'_>) -> Verdict {
    let run = scene.bench.run("only", Weather::default());
    let right = scene.bench.clock.run(preflight::account(&run.sim, "sim", "1"));
    ensure(matches!(right, Some(Ok(_))), || "the right account is refused".to_owned())?;
    let wrong = scene.bench.clock.run(preflight::account(&run.sim, "sim", "2")).ok_or("it does not end")?;
    failed(wrong, Exit::Invalid, &["account 2", "account 1", "environments/sim.yaml"]).map(drop)
}

/// Two stages are deployed at the same time in any weather, and one of them is destroyed: the other does not notice.
pub(super) fn share_the_cloud(scene: &mut Scene<'_>) -> Verdict {
    let empty = &scene.grounds.empty;
    scene.from(empty);
    let targets = [scene.grounds.first.clone(), named("two", LARGER)];
    let weathers = [rough(&mut scene.chance), rough(&mut scene.chance)];
    let bench = &scene.bench;
    let runs: Vec<_> = weathers.into_iter().map(|weather| bench.run(&scene.name(), weather)).collect();
    let wishes = Wishes::default();
    let work = runs.iter().zip(&targets).map(|(run, target)| run.deploy(bench, target, &wishes));
    bench.clock.run(futures_util::future::join_all(work));
    bench.clock.forget();
    for target in &targets {
        scene.deployed(target)?;
    }
    scene.stands_as(&targets[0])?;
    scene.stands_as(&targets[1])?;
    scene.destroy(&named("two", FIRST), &wishes).map_err(|failure| failure.to_string())?;
    scene.stands_as(&targets[0])
}
