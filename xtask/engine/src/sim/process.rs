//! A process that calls the simulated cloud: it is throttled (fault 3), left without an answer (fault 10),
//! killed (fault 9), without credentials all of a sudden (fault 4), or asleep (fault 11).

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::{Clock, Upset, Weather, World, refuse};
use crate::cloud::{Answer, Cloud, Fault};

/// One process that calls the simulated cloud.
pub struct Sim {
    pub world: Rc<RefCell<World>>,
    pub clock: Rc<Clock>,
    /// The name under which it holds leases.
    pub run: String,
    /// The bucket of the stage that it works on, with the stage's lease.
    pub bucket: RefCell<String>,
    /// What somebody else does to the cloud, right before the call of this number.
    pub meddling: Option<(usize, Meddling)>,
    /// How far this machine's clock is from any other (fault 6).
    pub(super) skew: Duration,
    weather: Weather,
    calls: Cell<usize>,
    killed: Cell<bool>,
    asleep_until: Cell<u64>,
    /// How long it has slept so far, and whether since it last showed a sign of life, and when awake that was.
    slept: Cell<u64>,
    dozy: Cell<bool>,
    alive: Cell<u64>,
    chance: RefCell<fastrand::Rng>,
}

/// What somebody else does to the cloud, and when.
pub type Meddling = Rc<dyn Fn(&mut World, u64)>;

impl Sim {
    pub fn new(world: &Rc<RefCell<World>>, clock: &Rc<Clock>, run: &str, weather: Weather) -> Self {
        let mut chance = fastrand::Rng::with_seed(world.borrow_mut().chance.u64(..));
        world.borrow_mut().alive.insert(run.to_owned());
        Self {
            world: Rc::clone(world),
            clock: Rc::clone(clock),
            run: run.to_owned(),
            bucket: RefCell::default(),
            meddling: None,
            skew: Duration::from_secs(chance.u64(0..1_000_000_000)),
            weather,
            calls: Cell::new(0),
            killed: Cell::new(false),
            asleep_until: Cell::new(0),
            slept: Cell::new(0),
            dozy: Cell::new(false),
            alive: Cell::new(0),
            chance: RefCell::new(chance),
        }
    }

    pub fn calls(&self) -> usize {
        self.calls.get()
    }

    /// When it wakes, or woke; 0 if it never slept.
    pub fn asleep_until(&self) -> u64 {
        self.asleep_until.get()
    }

    /// The process ends by itself.
    pub fn ends(&self) {
        self.world.borrow_mut().alive.remove(&self.run);
    }

    /// It has written its lease.
    pub(super) fn shows_life(&self) {
        self.alive.set(self.awake());
        self.dozy.set(false);
    }

    /// For how many milliseconds it has not slept.
    fn awake(&self) -> u64 {
        self.clock.now().saturating_sub(self.slept.get())
    }

    /// Nothing keeps a process from falling asleep between its last sign of life and the call after it (fault 30).
    fn is_unaware(&self) -> bool {
        let patience = if self.weather.throttled + self.weather.unanswered > 0 { 30_000 } else { 1_000 };
        self.dozy.get() && self.awake() <= self.alive.get() + patience
    }

    async fn die<T>(&self) -> T {
        self.killed.set(true);
        self.ends();
        std::future::pending().await
    }

    /// Waits, and for as long as the machine is closed; forever once it is killed.
    pub(super) async fn sleeps(&self, time: Duration) {
        self.clock.sleep(time).await;
        while self.clock.now() < self.asleep_until.get() {
            self.clock.sleep(Duration::from_millis(self.asleep_until.get() - self.clock.now())).await;
        }
        if self.killed.get() {
            std::future::pending::<()>().await;
        }
    }

    /// Makes a call: it takes a while, and may go wrong in the ways of the weather.
    pub(super) async fn call<T>(
        &self,
        call: &'static str,
        work: impl FnOnce(&mut World, u64) -> Answer<T>,
    ) -> Answer<T> {
        let latency = self.chance.borrow_mut().u64(5..120);
        self.pause(Duration::from_millis(latency)).await;
        let number = self.calls.get() + 1;
        self.calls.set(number);
        if let Some((_, time)) = self.weather.sleeps.filter(|(at, _)| *at == number) {
            self.asleep_until.set(self.clock.now() + time);
            self.dozy.set(true);
            self.slept.set(self.slept.get() + time);
            self.pause(Duration::ZERO).await;
        }
        if let Some((_, meddle)) = self.meddling.as_ref().filter(|(at, _)| *at == number) {
            meddle(&mut self.world.borrow_mut(), self.clock.now());
        }
        let upset = self.weather.upset.filter(|(at, _)| *at == number).map(|(_, upset)| upset);
        if upset == Some(Upset::KilledBefore) {
            return self.die().await;
        }
        let happens = |of_thousand: u32| of_thousand > 0 && self.chance.borrow_mut().u32(0..1000) < of_thousand;
        if self.weather.expires_at.is_some_and(|at| number >= at) {
            return Err(refuse(call, Fault::Expired, "The security token included in the request is expired"));
        }
        if happens(self.weather.throttled) {
            return Err(refuse(call, Fault::Throttled, "Rate exceeded"));
        }
        let unanswered = happens(self.weather.unanswered);
        if unanswered && happens(500) {
            return Err(refuse(call, Fault::Unreachable, "connection timed out"));
        }
        let answer = {
            let mut world = self.world.borrow_mut();
            let now = self.clock.now();
            world.advance(now);
            let answer = work(&mut world, now);
            world.trace(now, &self.run, call, number, answer.as_ref().err());
            answer
        };
        // Sometimes the way back takes its time: whoever gives up meanwhile does not know that the call was done.
        if happens(125) {
            self.pause(Duration::from_millis(latency)).await;
        }
        match upset {
            Some(Upset::KilledAfter) => self.die().await,
            Some(Upset::ReplyLost) => Err(refuse(call, Fault::Unreachable, "connection closed before the answer")),
            _ if unanswered => Err(refuse(call, Fault::Unreachable, "connection reset")),
            _ => answer,
        }
    }

    /// Makes a call that begins something on a stack: only for whoever holds the lease, if anybody alive does.
    pub(super) async fn begin<T>(
        &self,
        call: &'static str,
        work: impl FnOnce(&mut World, u64) -> Answer<T>,
    ) -> Answer<T> {
        self.call(call, |world, now| {
            let unaware = self.is_unaware();
            let another = |holder: &String| *holder != self.run && world.alive.contains(holder);
            let holder = world.holder(&self.bucket.borrow()).filter(another);
            let answer = work(world, now);
            if answer.is_ok() && !unaware {
                world.ledger.began.push((now, self.run.clone()));
                if let Some(holder) = holder {
                    world.ledger.violations.push(format!("{} called {call} while {holder} held the lease", self.run));
                }
            }
            answer
        })
        .await
    }
}
