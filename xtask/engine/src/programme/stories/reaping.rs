//! Mixes of stages and clocks: copies that live and that are over, stages that only look like copies, and whoever renews one
//! at the last moment. What is over goes with all its data; nothing else is touched.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::random::{judge_end, rough};
use super::super::stage::{FIRST, STACKS, named, unkept};
use super::Verdict;
use super::scene::{Scene, ensure};
use crate::reap::{COPY_OF, EXPIRES, Found, Ground, Verdict as Judged};
use crate::sim::{Weather, World};
use crate::target::{Target, Wishes};

/// What a stage is; only the second kind may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Alive,
    Over,
    /// It was renewed on one of its stacks, when whoever did it was interrupted.
    HalfRenewed,
    Own,
    /// Tagged as a copy that is over, and yet a stage that has a file.
    OwnTagged,
    /// One of its stacks is no copy's.
    HalfTagged,
    OfAnotherStage,
    OfTwoStages,
    OfItself,
    Timeless,
    WithoutExpiry,
    /// Of a project whose name begins like ours.
    AnotherProject,
}

const KINDS: [Kind; 12] = [
    Kind::Over,
    Kind::Alive,
    Kind::HalfRenewed,
    Kind::Own,
    Kind::OwnTagged,
    Kind::HalfTagged,
    Kind::OfAnotherStage,
    Kind::OfTwoStages,
    Kind::OfItself,
    Kind::Timeless,
    Kind::WithoutExpiry,
    Kind::AnotherProject,
];

const PROJECT: &str = "mill";
/// Names that begin with each other's, and end with a stack's.
const NAMES: [&str; 7] = ["pr", "pr-1", "pr-12", "pr-1-load", "load", "stream-stream", "pr-data-sources"];

struct Stage {
    kind: Kind,
    target: Target,
}

fn text(at: u64) -> String {
    let at = i64::try_from(at / 1000).unwrap_or_default();
    chrono::DateTime::from_timestamp(at, 0).unwrap_or_default().to_rfc3339()
}

impl Stage {
    fn draw(chance: &mut fastrand::Rng, name: &str, now: u64) -> Self {
        // Every third is over, since these are what it is about.
        let kind = if chance.u32(0..3) == 0 { Kind::Over } else { KINDS[chance.usize(0..KINDS.len())] };
        let project = if kind == Kind::AnotherProject { "mill-x" } else { PROJECT };
        let mut target = named(&format!("{project}-{name}"), FIRST);
        if chance.bool() {
            let careless = unkept(FIRST);
            for (wanted, other) in target.stacks.iter_mut().zip(careless.stacks) {
                wanted.body = other.body.replace("sim-", &format!("{project}-{name}-"));
                wanted.template = crate::template::Template::parse(&wanted.body).unwrap_or_default();
            }
        }
        name.clone_into(&mut target.stage);
        let (past, future) = (now - chance.u64(0..now / 2), now + chance.u64(3_600_000..90_000_000));
        let odd = chance.usize(0..STACKS.len());
        for (number, wanted) in target.stacks.iter_mut().enumerate() {
            let is_odd = number == odd;
            let mut tag = |key: &str, value: String| wanted.tags.insert(key.to_owned(), value);
            tag("project", project.to_owned());
            let another = kind == Kind::OfAnotherStage && is_odd;
            tag("stage", if another { "another".to_owned() } else { name.to_owned() });
            if kind == Kind::Own || (kind == Kind::HalfTagged && is_odd) {
                continue;
            }
            let of = match kind {
                Kind::OfItself => name,
                Kind::OfTwoStages if is_odd => "prod",
                _ => "staging",
            };
            tag(COPY_OF, of.to_owned());
            match kind {
                Kind::WithoutExpiry if is_odd => None,
                Kind::Timeless if is_odd => tag(EXPIRES, "soon".to_owned()),
                Kind::Alive => tag(EXPIRES, text(future)),
                Kind::HalfRenewed if is_odd => tag(EXPIRES, text(future)),
                _ => tag(EXPIRES, text(past)),
            };
        }
        Self { kind, target }
    }

    /// Everything of it that stands in the cloud: its stacks, what they own, and what is in their buckets.
    fn standing(&self, world: &World) -> String {
        let stacks: Vec<_> = self.target.known.iter().filter_map(|name| world.stack(name)).collect();
        let things = self.things(world);
        let objects = world.objects.keys().filter(|(bucket, key)| things.contains(bucket) && !key.contains("lease"));
        let objects: Vec<_> = objects.collect();
        let states: Vec<_> = stacks.iter().map(|stack| (&stack.state, stack.template.digest())).collect();
        format!("{states:?}{things:?}{objects:?}")
    }

    fn things(&self, world: &World) -> BTreeSet<String> {
        let ids: BTreeSet<_> =
            self.target.known.iter().filter_map(|name| world.stack(name)).map(|stack| &stack.state.id).collect();
        let owned = world.things.iter().filter(|(_, thing)| thing.owner.as_ref().is_some_and(|id| ids.contains(id)));
        owned.map(|(name, _)| name.clone()).collect()
    }
}

pub(super) fn take_only_what_is_over(scene: &mut Scene<'_>) -> Verdict {
    let empty = &scene.grounds.empty;
    scene.from(empty);
    // Somewhere between 1971 and 2100, by AWS's clock; each run's own clock is wrong by up to thirty years besides.
    let now = scene.chance.u64(40_000_000_000..4_100_000_000_000);
    scene.bench.clock.jump(now);
    let mut names = NAMES.to_vec();
    scene.chance.shuffle(&mut names);
    let count = scene.chance.usize(2..6);
    let stages: Vec<_> = names[..count].iter().map(|name| Stage::draw(&mut scene.chance, name, now)).collect();
    for Stage { target, .. } in &stages {
        scene.deployed(target)?;
        let bucket = target.bucket.replace("artifacts", "output");
        scene.change(|world| drop(world.put(&bucket, "trips/1", "data", "data")));
    }
    let kept = stages.iter().filter(|stage| stage.kind == Kind::OwnTagged).map(|stage| stage.target.stage.clone());
    let ground = Ground {
        project: PROJECT.to_owned(),
        kinds: STACKS.map(|name| name.trim_start_matches("sim-").to_owned()).into(),
        kept: kept.collect(),
    };
    let before: Vec<_> = {
        let world = scene.bench.world.borrow();
        stages.iter().map(|stage| (stage.standing(&world), stage.things(&world))).collect()
    };
    let renewed = renew(scene, &stages);
    let weathers: Vec<_> = if scene.is_calm() { Vec::new() } else { vec![rough(&mut scene.chance); 2] };
    for weather in weathers.into_iter().chain(std::iter::repeat_n(Weather::default(), 3)) {
        reap_all(scene, &ground, &stages, &weather, renewed)?;
    }
    for ((number, stage), (before, things)) in stages.iter().enumerate().zip(before) {
        let world = scene.bench.world.borrow();
        let after = stage.standing(&world);
        let Stage { kind, target: Target { stage, .. } } = stage;
        if *kind == Kind::Over && renewed != Some(number) {
            let left: Vec<_> = things.iter().filter(|name| world.things.contains_key(*name)).collect();
            ensure(left.is_empty(), || format!("{stage} is over, and there still is {left:?}"))?;
        } else if renewed != Some(number) {
            ensure(after == before, || format!("{stage} is {kind:?} and was touched:\n{before}\n{after}"))?;
        } else {
            ensure(after.contains("trips/1"), || format!("{stage} was renewed and was touched: {after}"))?;
        }
    }
    let losses = scene.bench.world.borrow().ledger.losses.clone();
    let over = |stack: &str| {
        stages.iter().any(|stage| stage.kind == Kind::Over && stage.target.known.iter().any(|name| name == stack))
    };
    let strange = losses.iter().find(|(stack, _)| !over(stack));
    ensure(strange.is_none(), || format!("data was lost of {strange:?}"))?;
    let violations = scene.bench.world.borrow().ledger.violations.clone();
    ensure(violations.is_empty(), || violations.join("; "))
}

/// A deploy with a later time is a change of nothing but tags, and one without a time makes a stage of a copy.
pub(super) fn renew_by_deploying(scene: &mut Scene<'_>) -> Verdict {
    let empty = &scene.grounds.empty;
    scene.from(empty);
    let tagged = |hours: u64| {
        let mut target = scene.grounds.first.clone();
        for wanted in &mut target.stacks {
            wanted.tags.insert(COPY_OF.to_owned(), "staging".to_owned());
            wanted.tags.insert(EXPIRES.to_owned(), text(hours * 3_600_000));
        }
        target
    };
    let (first, later, own) = (tagged(10), tagged(20), scene.grounds.first.clone());
    for target in [&first, &later, &own] {
        scene.rough(target, &Wishes::default())?;
        scene.deployed(target)?;
        let world = scene.bench.world.borrow();
        for wanted in &target.stacks {
            let tags = world.stack(&wanted.name).map(|stack| &stack.state.tags);
            ensure(tags == Some(&wanted.tags), || format!("{}: {tags:?}, not {:?}", wanted.name, wanted.tags))?;
        }
    }
    let plan = scene.bench.plan(&own, &Wishes::default()).map_err(|failure| failure.to_string())?;
    ensure(!plan.changes(), || "there is still something to change".to_owned())
}

/// Half of the time, somebody renews the first copy that is over right after it was found to be.
fn renew(scene: &mut Scene<'_>, stages: &[Stage]) -> Option<usize> {
    let over = stages.iter().position(|stage| stage.kind == Kind::Over)?;
    scene.chance.bool().then_some(over)
}

fn reap_all(
    scene: &mut Scene<'_>,
    ground: &Ground,
    stages: &[Stage],
    weather: &Weather,
    renewed: Option<usize>,
) -> Verdict {
    let now = Duration::from_millis(scene.bench.clock.now());
    let there = scene.bench.world.borrow().stacks.iter().map(|stack| stack.state.clone()).collect();
    let found = ground.look(there, now);
    if let Some(stage) = renewed.map(|number| &stages[number]) {
        let until = text(scene.bench.clock.now() + 36_000_000);
        scene.change(|world| {
            for stack in world.stacks.iter_mut().filter(|stack| stage.target.known.contains(&stack.state.name)) {
                stack.state.tags.insert(EXPIRES.to_owned(), until.clone());
            }
        });
    }
    for Found { stage, verdict, .. } in found {
        if !matches!(verdict, Judged::Expired { .. }) {
            continue;
        }
        let Some(stage) = stages.iter().find(|other| other.target.stage == stage && other.kind != Kind::AnotherProject)
        else {
            return Err(format!("{stage} is none of the stages"));
        };
        ensure(stage.kind == Kind::Over, || format!("{} is {:?}, and to be reaped", stage.target.stage, stage.kind))?;
        let run = scene.bench.run(&scene.name(), weather.clone());
        let end = scene.bench.clock.run(run.reap(&scene.bench, &stage.target, ground));
        scene.bench.rest();
        judge_end(end.as_ref())?;
    }
    Ok(())
}
