//! A simulated AWS with a virtual clock and a seeded course of things. What it does, and which fault each behaviour
//! stands for, is listed in docs/faults.md.

mod change_sets;
mod clock;
mod objects;
mod operation;
mod progress;
mod rollback;
mod schemas;
mod stack;
mod standing;
mod strangers;
mod weather;
mod world;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::cloud::{
    Answer, Caller, ChangeSet, ChangeSetRequest, Cloud, CloudError, Content, Drifted, Event, Fault, Kept,
    ObjectVersion, Resource, StackState, Swap,
};

pub use clock::Clock;
pub use schemas::FewSchemas;
pub use stack::{Held, Stack};
pub use weather::{Climate, Failing, Upset, Weather};
pub use world::{Thing, World};

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
    weather: Weather,
    calls: Cell<usize>,
    killed: Cell<bool>,
    asleep_until: Cell<u64>,
    /// How often it has looked at its lease without having begun anything since.
    looked: Cell<u32>,
    /// It has held its lease.
    taken: Cell<bool>,
    /// How many things it may begin after a sleep, since it had looked at its lease right before.
    unaware: Cell<u32>,
    chance: RefCell<fastrand::Rng>,
}

/// What somebody else does to the cloud, and when.
pub type Meddling = Rc<dyn Fn(&mut World, u64)>;

fn refuse(call: &'static str, fault: Fault, message: &str) -> CloudError {
    CloudError { call, fault, message: message.to_owned() }
}

impl Sim {
    pub fn new(world: &Rc<RefCell<World>>, clock: &Rc<Clock>, run: &str, weather: Weather) -> Self {
        let seed = world.borrow_mut().chance.u64(..);
        world.borrow_mut().alive.insert(run.to_owned());
        Self {
            world: Rc::clone(world),
            clock: Rc::clone(clock),
            run: run.to_owned(),
            bucket: RefCell::default(),
            meddling: None,
            weather,
            calls: Cell::new(0),
            killed: Cell::new(false),
            asleep_until: Cell::new(0),
            looked: Cell::new(0),
            taken: Cell::new(false),
            unaware: Cell::new(0),
            chance: RefCell::new(fastrand::Rng::with_seed(seed)),
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

    async fn die<T>(&self) -> T {
        self.killed.set(true);
        self.ends();
        std::future::pending().await
    }

    /// Makes a call: it takes a while, and may go wrong in the ways of the weather.
    async fn call<T>(&self, call: &'static str, work: impl FnOnce(&mut World, u64) -> Answer<T>) -> Answer<T> {
        let latency = self.chance.borrow_mut().u64(5..120);
        self.pause(Duration::from_millis(latency)).await;
        let number = self.calls.get() + 1;
        self.calls.set(number);
        if let Some((_, time)) = self.weather.sleeps.filter(|(at, _)| *at == number) {
            self.asleep_until.set(self.clock.now() + time);
            self.unaware.set(self.looked.get());
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
    async fn begin<T>(&self, call: &'static str, work: impl FnOnce(&mut World, u64) -> Answer<T>) -> Answer<T> {
        self.looked.set(self.looked.get().saturating_sub(1));
        // Nothing keeps a process from falling asleep between its last look at the lease and the call after it.
        let unaware = self.unaware.get() > 0;
        self.unaware.set(self.unaware.get().saturating_sub(1));
        self.call(call, |world, now| {
            let another = |holder: &String| *holder != self.run && world.alive.contains(holder);
            let holder = world.holder(&self.bucket.borrow()).filter(another);
            if let Some(holder) = holder.filter(|_| !unaware) {
                world.ledger.violations.push(format!("{} called {call} while {holder} held the lease", self.run));
            }
            let answer = work(world, now);
            if answer.is_ok() && !unaware {
                world.ledger.began.push((now, self.run.clone()));
            }
            answer
        })
        .await
    }
}

impl Cloud for Sim {
    fn now(&self) -> Duration {
        Duration::from_millis(self.clock.now())
    }

    async fn pause(&self, time: Duration) {
        self.clock.sleep(time).await;
        while self.clock.now() < self.asleep_until.get() {
            self.clock.sleep(Duration::from_millis(self.asleep_until.get() - self.clock.now())).await;
        }
        if self.killed.get() {
            std::future::pending::<()>().await;
        }
    }

    async fn caller(&self) -> Answer<Caller> {
        let caller = Caller { account: "1".to_owned(), arn: "arn:aws:sts::1:assumed-role/deployer/x".to_owned() };
        self.call("sts:GetCallerIdentity", |_, _| Ok(caller)).await
    }

    async fn denied(&self, _: &Caller, _: &[String]) -> Answer<Vec<String>> {
        self.call("iam:SimulatePrincipalPolicy", |_, _| Ok(Vec::new())).await
    }

    async fn stack(&self, name_or_id: &str) -> Answer<Option<StackState>> {
        self.call("cloudformation:DescribeStacks", |world, _| {
            let Some(at) = world.find(name_or_id) else { return Ok(None) };
            let stack = &mut world.stacks[at];
            match &mut stack.stale {
                Some((left, before)) if *left > 0 => {
                    *left -= 1;
                    Ok(Some(before.clone()))
                }
                _ => Ok(Some(stack.state.clone())),
            }
        })
        .await
    }

    async fn template(&self, stack: &str) -> Answer<String> {
        let call = "cloudformation:GetTemplate";
        self.call(call, |world, _| {
            let at = world.find(stack).ok_or_else(|| refuse(call, Fault::NotFound, "does not exist"))?;
            Ok(world.stacks[at].body.clone())
        })
        .await
    }

    async fn resources(&self, stack: &str) -> Answer<Vec<Resource>> {
        let call = "cloudformation:ListStackResources";
        self.call(call, |world, _| {
            let at = world.find(stack).ok_or_else(|| refuse(call, Fault::NotFound, "does not exist"))?;
            let stack = &world.stacks[at];
            let resource = |(id, held): (&String, &Held)| {
                let (status, reason) = match stack.unwell.get(id) {
                    Some((status, reason)) => ((*status).to_owned(), Some(reason.clone())),
                    None => ("CREATE_COMPLETE".to_owned(), None),
                };
                let Held { kind, physical_id } = held.clone();
                Resource { logical_id: id.clone(), status, reason, physical_id, kind }
            };
            Ok(stack.resources.iter().map(resource).collect())
        })
        .await
    }

    async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)> {
        let call = "cloudformation:DescribeStackEvents";
        self.call(call, |world, now| {
            let at = world.find(stack_id).ok_or_else(|| refuse(call, Fault::NotFound, "does not exist"))?;
            let stack = &world.stacks[at];
            let shown = stack.events.partition_point(|(at, _)| at + world.climate.late_events <= now);
            let events = &stack.events[..shown];
            let size = if world.climate.page == 0 { 4 } else { world.climate.page };
            // Counted from the oldest, so that what happens between two pages moves neither.
            let end = page.and_then(|page| page.parse().ok()).unwrap_or(events.len()).min(events.len());
            let start = end.saturating_sub(size);
            Ok((
                events[start..end].iter().rev().map(|(_, event)| Event::clone(event)).collect(),
                (start > 0).then(|| start.to_string()),
            ))
        })
        .await
    }

    async fn importers(&self, export: &str) -> Answer<Vec<String>> {
        self.call("cloudformation:ListImports", |world, _| Ok(world.importers(export))).await
    }

    async fn drift(&self, _: &str) -> Answer<Vec<Drifted>> {
        self.call("cloudformation:DetectStackDrift", |_, _| Ok(Vec::new())).await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Answer {
        self.call("cloudformation:CreateChangeSet", |world, _| world.make_change_set(request)).await
    }

    async fn change_set(&self, stack: &str, name: &str) -> Answer<ChangeSet> {
        self.call("cloudformation:DescribeChangeSet", |world, _| world.describe_change_set(stack, name)).await
    }

    async fn execute_change_set(&self, stack: &str, name: &str, token: &str, keep_failed: bool) -> Answer {
        let call = "cloudformation:ExecuteChangeSet";
        self.begin(call, |world, now| world.execute(now, stack, name, token, keep_failed)).await
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Answer {
        self.call("cloudformation:DeleteChangeSet", |world, _| {
            world.change_sets.remove(&(stack.to_owned(), name.to_owned()));
            Ok(())
        })
        .await
    }

    async fn delete_stack(&self, stack_id: &str, token: &str, retain: &[String]) -> Answer {
        self.begin("cloudformation:DeleteStack", |world, now| world.begin_delete(now, stack_id, token, retain)).await
    }

    async fn cancel_update(&self, stack_id: &str, _: &str) -> Answer {
        self.call("cloudformation:CancelUpdateStack", |world, now| world.begin_cancel(now, stack_id)).await
    }

    async fn continue_rollback(&self, stack_id: &str, token: &str, skip: &[String]) -> Answer {
        let call = "cloudformation:ContinueUpdateRollback";
        self.begin(call, |world, now| world.begin_continue(now, stack_id, token, skip)).await
    }

    async fn object_checksum(&self, bucket: &str, key: &str) -> Answer<Option<String>> {
        self.call("s3:HeadObject", |world, _| Ok(world.checksum(bucket, key))).await
    }

    async fn put_object(&self, bucket: &str, key: &str, content: Content<'_>, sha256: &str) -> Answer {
        let text = if let Content::Text(text) = content { text } else { "" };
        self.call("s3:PutObject", |world, _| world.put(bucket, key, sha256, text).map(drop)).await
    }

    async fn read(&self, bucket: &str, key: &str) -> Answer<Option<Kept>> {
        let kept = self.call("s3:GetObject", |world, _| Ok(world.read(bucket, key))).await;
        if key == crate::lease::KEY {
            self.looked.set(self.looked.get() + 1);
        }
        kept
    }

    async fn write_if(&self, bucket: &str, key: &str, text: &str, mark: Option<&str>) -> Answer<String> {
        let taken = self.call("s3:PutObject", |world, _| world.write_if(bucket, key, text, mark)).await;
        if taken.is_ok() && !self.taken.replace(true) {
            self.looked.set(0);
        }
        taken
    }

    async fn object_versions(&self, bucket: &str) -> Answer<Vec<ObjectVersion>> {
        self.call("s3:ListObjectVersions", |world, _| {
            let versions = world.versions(bucket);
            if versions.is_empty() {
                world.fill(bucket);
            }
            Ok(versions)
        })
        .await
    }

    async fn delete_objects(&self, bucket: &str, versions: &[ObjectVersion]) -> Answer {
        self.call("s3:DeleteObjects", |world, _| {
            world.remove(bucket, versions);
            Ok(())
        })
        .await
    }

    async fn swap_code(&self, function: &str, bucket: &str, key: &str) -> Answer {
        let call = "lambda:UpdateFunctionCode";
        self.call(call, |world, _| {
            if world.checksum(bucket, key).is_none() {
                return Err(refuse(call, Fault::Other, "S3 Error Code: NoSuchKey."));
            }
            let function =
                world.things.get_mut(function).ok_or_else(|| refuse(call, Fault::NotFound, "no function"))?;
            function.code = Some(key.to_owned());
            Ok(())
        })
        .await
    }

    async fn swapped(&self, _: &str) -> Answer<Swap> {
        self.call("lambda:GetFunctionConfiguration", |world, _| {
            Ok(if world.chance.bool() { Swap::Live } else { Swap::Pending })
        })
        .await
    }
}
