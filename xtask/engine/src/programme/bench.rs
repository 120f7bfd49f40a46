//! A simulated cloud with whoever works on it, and the eye that watches them.

use futures_util::future::LocalBoxFuture;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use crate::apply::{Deployed, Destroyed, cancel, deploy, destroy};
use crate::cloud::{Event, StackState};
use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::host::{Host, News};
use crate::lease::Holder;
use crate::plan::Plan;
use crate::reap::{Ground, reap};
use crate::schemas::Schemas;
use crate::sim::{Clock, Sim, Weather, World};
use crate::status::{StackStanding, status};
use crate::target::{DeleteData, Target, Wishes};

/// One cloud and its time.
#[derive(Clone)]
pub(super) struct Bench {
    pub world: Rc<RefCell<World>>,
    pub clock: Rc<Clock>,
    /// What the engine knows of resource types; the world may know more.
    pub schemas: Rc<dyn Schemas>,
    /// Whether all runs are on one machine, which knows who is alive.
    pub one_machine: bool,
}

/// What became of a run: nothing is known of one that was killed.
pub(super) type End<T> = Option<Outcome<T>>;

/// A process that is run once.
pub(super) struct Run {
    pub sim: Sim,
    host: Watcher,
}

/// What a run told, and who it is.
struct Watcher {
    run: String,
    world: Rc<RefCell<World>>,
    clock: Rc<Clock>,
    one_machine: bool,
    /// When somebody no longer wants to wait.
    interrupted: Option<u64>,
    told: RefCell<Vec<Event>>,
    waited: Cell<bool>,
}

impl Bench {
    pub(super) fn new(seed: u64, schemas: Rc<dyn Schemas>) -> Self {
        let world = Rc::new(RefCell::new(World::new(seed, Rc::clone(&schemas))));
        Self { world, clock: Rc::default(), schemas, one_machine: true }
    }

    /// The same cloud once more, with another course of things to come.
    pub(super) fn again(&self, seed: u64) -> Self {
        let mut world = self.world.borrow().clone();
        world.chance = fastrand::Rng::with_seed(seed);
        let clock = Rc::new(Clock::default());
        clock.jump(self.clock.now());
        Self { world: Rc::new(RefCell::new(world)), clock, ..self.clone() }
    }

    pub(super) fn run(&self, name: &str, weather: Weather) -> Run {
        let host = Watcher {
            run: name.to_owned(),
            world: Rc::clone(&self.world),
            clock: Rc::clone(&self.clock),
            one_machine: self.one_machine,
            interrupted: None,
            told: RefCell::default(),
            waited: Cell::new(false),
        };
        Run { sim: Sim::new(&self.world, &self.clock, name, weather), host }
    }

    /// A deploy from its beginning to its end, or to the moment when it is killed.
    pub(super) fn deploy(
        &self,
        name: &str,
        target: &Target,
        wishes: &Wishes,
        weather: Weather,
    ) -> (End<Deployed>, usize) {
        let run = self.run(name, weather);
        let end = self.clock.run(run.deploy(self, target, wishes));
        self.clock.forget();
        (end, run.sim.calls())
    }

    /// The same in good weather, where it has to end.
    pub(super) fn calm(&self, name: &str, target: &Target) -> Outcome<Deployed> {
        let (end, _) = self.deploy(name, target, &Wishes::default(), Weather::default());
        end.unwrap_or_else(|| Err(Failure::new("the deploy neither ended nor was it killed")))
    }

    /// Time passes, until whatever was begun has ended by itself.
    pub(super) fn rest(&self) {
        self.clock.forget();
        self.clock.jump(self.clock.now() + 120_000);
        self.world.borrow_mut().advance(self.clock.now());
    }

    pub(super) fn plan(&self, target: &Target, wishes: &Wishes) -> Outcome<Plan> {
        let run = self.run("plan", Weather::default());
        let engine = run.engine(self, target, wishes);
        let plan = self.clock.run(Plan::make(&engine));
        run.sim.ends();
        plan.unwrap_or_else(|| Err(Failure::new("the plan did not end")))
    }

    pub(super) fn destroy(
        &self,
        name: &str,
        target: &Target,
        wishes: &Wishes,
        weather: Weather,
    ) -> (End<Destroyed>, usize) {
        let run = self.run(name, weather);
        let end = self.clock.run(run.destroy(self, target, wishes));
        self.clock.forget();
        (end, run.sim.calls())
    }

    pub(super) fn status(&self, target: &Target) -> Outcome<Vec<StackStanding>> {
        let run = self.run("status", Weather::default());
        let wishes = Wishes::default();
        let engine = run.engine(self, target, &wishes);
        let status = self.clock.run(status(&engine));
        run.sim.ends();
        status.unwrap_or_else(|| Err(Failure::new("the status did not end")))
    }

    pub(super) fn outcome(&self) -> String {
        self.world.borrow().outcome()
    }

    /// Everything that the engine must never do. `allowed` are the resources that were named.
    pub(super) fn faults(&self, allowed: &[String]) -> Vec<String> {
        let world = self.world.borrow();
        let losses = world.ledger.losses.iter().filter(|(_, id)| !allowed.contains(id));
        let losses = losses.map(|(stack, id)| format!("{id} of {stack} was lost without being named"));
        let codeless = world.without_code().into_iter().map(|name| format!("the code of {name} is nowhere"));
        let untrusted =
            world.with_untrusted_code().into_iter().map(|name| format!("{name} runs code that is not signed"));
        losses.chain(codeless).chain(untrusted).chain(world.ledger.violations.iter().cloned()).collect()
    }
}

impl Run {
    /// In this many milliseconds, somebody no longer wants to wait.
    pub(super) fn interrupted_in(mut self, millis: u64) -> Self {
        self.host.interrupted = Some(self.host.clock.now() + millis);
        self
    }

    /// Right before this call, somebody else does something to the cloud.
    pub(super) fn meddled(mut self, call: usize, how: impl Fn(&mut World, u64) + 'static) -> Self {
        self.sim.meddling = Some((call, Rc::new(how)));
        self
    }

    pub(super) async fn deploy(&self, bench: &Bench, target: &Target, wishes: &Wishes) -> Outcome<Deployed> {
        let engine = self.engine(bench, target, wishes);
        self.ended(deploy(&engine, &|_| Ok(())).await)
    }

    pub(super) async fn destroy(&self, bench: &Bench, target: &Target, wishes: &Wishes) -> Outcome<Destroyed> {
        let engine = self.engine(bench, target, wishes);
        self.ended(destroy(&engine, None, &|_| Ok(())).await)
    }

    pub(super) async fn reap(&self, bench: &Bench, target: &Target, ground: &Ground) -> Outcome<Destroyed> {
        let wishes = Wishes { delete_data: DeleteData::All, ..Wishes::default() };
        let engine = self.engine(bench, target, &wishes);
        self.ended(reap(&engine, ground).await)
    }

    pub(super) async fn cancel(&self, bench: &Bench, target: &Target) -> Outcome<Vec<StackState>> {
        let wishes = Wishes::default();
        let engine = self.engine(bench, target, &wishes);
        self.ended(cancel(&engine).await)
    }

    fn engine<'a>(&'a self, bench: &'a Bench, target: &'a Target, wishes: &'a Wishes) -> Engine<'a, Sim> {
        self.sim.bucket.borrow_mut().clone_from(&target.bucket);
        Engine::new(&self.sim, target, wishes, &*bench.schemas, &self.host)
    }

    fn ended<T>(&self, end: Outcome<T>) -> Outcome<T> {
        self.sim.ends();
        let told = end.as_ref().map_or_else(ToString::to_string, |_| "done".to_owned());
        self.host.note(&told, self.sim.calls());
        self.host.judge(end.is_ok());
        end
    }

    /// Whether it ever had to wait for somebody else.
    pub(super) fn waited(&self) -> bool {
        self.host.waited.get()
    }
}

impl Watcher {
    fn note(&self, what: &str, calls: usize) {
        self.world.borrow_mut().trace(self.clock.now(), &self.run, what, calls, None);
    }

    /// Of every operation that was told of to its end, each event was told, and once (fault 7).
    fn judge(&self, ended_well: bool) {
        let told = self.told.borrow();
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        told.iter().for_each(|event| *times.entry(&event.id).or_default() += 1);
        let mut world = self.world.borrow_mut();
        if let Some((id, _)) = times.iter().find(|(_, times)| **times > 1) {
            world.ledger.violations.push(format!("event {id} was told twice"));
        }
        if !ended_well {
            return;
        }
        let tokens: BTreeSet<_> = told.iter().filter_map(|event| event.token.clone()).collect();
        let happened = world.stacks.iter().flat_map(|stack| &stack.events).map(|(_, event)| event);
        let of_ours = happened.filter(|event| event.token.as_ref().is_some_and(|token| tokens.contains(token)));
        let silent = of_ours.filter(|event| !times.contains_key(event.id.as_str())).count();
        // What an earlier run began may have told its first events before this one.
        if silent > 0 && self.run == "only" {
            world.ledger.violations.push(format!("{silent} events were never told"));
        }
    }
}

impl Host for Watcher {
    fn tell(&self, news: News<'_>) {
        match news {
            News::Event { event, .. } => self.told.borrow_mut().push(event.clone()),
            News::Waiting { .. } => self.waited.set(true),
            _ => {}
        }
    }

    fn interrupted(&self) -> LocalBoxFuture<'_, ()> {
        Box::pin(async {
            let Some(at) = self.interrupted else { return std::future::pending().await };
            self.clock.sleep(Duration::from_millis(at.saturating_sub(self.clock.now()))).await;
        })
    }

    fn is_alive(&self, holder: &Holder) -> Option<bool> {
        self.one_machine.then(|| self.world.borrow().alive.contains(&holder.run))
    }

    fn me(&self) -> Holder {
        let run = self.run.clone();
        Holder { who: format!("{run} on the bench"), host: "bench".to_owned(), process: 1, run }
    }
}
