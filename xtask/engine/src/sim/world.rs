//! A whole simulated cloud: stacks, change sets, the things that they made, and what was lost.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::change_sets::Made;
use super::objects::Object;
use super::signer::Job;
use super::stack::Stack;
use super::weather::Climate;
use crate::cloud::{CloudError, ProfileState};
use crate::schemas::Schemas;
use crate::stateful::holds_data;
use crate::template::Template;

#[derive(Clone)]
pub struct World {
    pub climate: Climate,
    pub chance: fastrand::Rng,
    pub schemas: Rc<dyn Schemas>,
    /// Also those that are gone: an ARN stays known.
    pub stacks: Vec<Stack>,
    pub change_sets: BTreeMap<(String, String), Made>,
    /// Everything that exists, by its name: also what its stack left behind.
    pub things: BTreeMap<String, Thing>,
    pub objects: BTreeMap<(String, String), Object>,
    pub marks: u64,
    pub named: u64,
    /// The account's one signing profile.
    pub profile: Option<ProfileState>,
    /// What it was ever asked to sign.
    pub jobs: Vec<Job>,
    /// Roles that CloudFormation can take on.
    pub roles: BTreeSet<String>,
    /// Runs that are alive, by the name under which they hold leases.
    pub alive: BTreeSet<String>,
    pub ledger: Ledger,
    /// Templates that were read before: schedules ask for the same few over and over.
    read: Rc<RefCell<HashMap<String, Template>>>,
}

#[derive(Debug, Clone)]
pub struct Thing {
    pub kind: String,
    /// The stack that owns it, by ARN; none where it was left behind.
    pub owner: Option<String>,
    /// The code that it runs, of a function.
    pub code: Option<String>,
    /// Made by the operation that is going on: taking it away again loses nothing.
    pub fresh: bool,
}

/// What an engine must not do, and whatever else a schedule is judged by.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Data that was lost: stack and logical id (fault 14).
    pub losses: Vec<(String, String)>,
    pub violations: Vec<String>,
    /// How many operations were begun, by stack.
    pub begun: BTreeMap<String, u32>,
    /// When which run began something, knowing how its lease stood.
    pub began: Vec<(u64, String)>,
    /// Every call and its answer, where somebody wants to read them.
    pub trace: Option<Rc<RefCell<Vec<String>>>>,
}

impl World {
    pub fn new(seed: u64, schemas: Rc<dyn Schemas>) -> Self {
        Self {
            climate: Climate::default(),
            chance: fastrand::Rng::with_seed(seed),
            schemas,
            stacks: Vec::new(),
            change_sets: BTreeMap::new(),
            things: BTreeMap::new(),
            objects: BTreeMap::new(),
            marks: 0,
            named: 0,
            profile: Some(super::signer::profile()),
            jobs: Vec::new(),
            roles: BTreeSet::new(),
            alive: BTreeSet::new(),
            ledger: Ledger::default(),
            read: Rc::default(),
        }
    }

    pub fn template(&self, body: &str) -> Option<Template> {
        if let Some(known) = self.read.borrow().get(body) {
            return Some(known.clone());
        }
        let template = Template::parse(body)?;
        self.read.borrow_mut().insert(body.to_owned(), template.clone());
        Some(template)
    }

    /// By name, a stack that exists; by ARN, also one that is gone.
    pub fn find(&self, name_or_id: &str) -> Option<usize> {
        let exists = |stack: &Stack| stack.state.status != crate::cloud::StackStatus::DeleteComplete;
        self.stacks
            .iter()
            .position(|stack| stack.state.id == name_or_id || (stack.state.name == name_or_id && exists(stack)))
    }

    /// A stack that is looked at from outside the simulation.
    pub fn stack(&self, name: &str) -> Option<&Stack> {
        self.find(name).map(|at| &self.stacks[at])
    }

    pub fn exporter(&self, export: &str) -> Option<&Stack> {
        self.stacks.iter().find(|stack| stack.exports().contains(export))
    }

    pub fn importers(&self, export: &str) -> Vec<String> {
        let importing = self.stacks.iter().filter(|stack| stack.imports(export));
        importing.map(|stack| stack.state.name.clone()).collect()
    }

    /// The run that holds the lease in a stage's bucket, if any does.
    pub fn holder(&self, bucket: &str) -> Option<String> {
        let slip = self.objects.get(&(bucket.to_owned(), crate::lease::KEY.to_owned()))?;
        crate::lease::holder(&slip.text)
    }

    pub fn trace(&mut self, now: u64, run: &str, call: &str, number: usize, error: Option<&CloudError>) {
        let Some(trace) = &self.ledger.trace else { return };
        let error = error.map(|error| format!(": {}", error.message)).unwrap_or_default();
        let stands = self.stacks.iter().map(|stack| stack.state.status.name()).collect::<Vec<_>>();
        trace.borrow_mut().push(format!("{now:>8} {run} {number:>3} {call}{error} [{}]", stands.join(" ")));
    }

    /// A thing that is taken out of the world.
    pub fn destroy(&mut self, stack: &str, logical_id: &str, physical_id: &str) {
        let Some(thing) = self.things.remove(physical_id) else { return };
        if holds_data(&thing.kind) && !thing.fresh {
            self.ledger.losses.push((stack.to_owned(), logical_id.to_owned()));
        }
        self.objects.retain(|(bucket, _), _| bucket != physical_id);
    }

    /// Functions whose code is nowhere.
    pub fn without_code(&self) -> Vec<&String> {
        let lacks = |code: &String| !self.objects.keys().any(|(_, key)| key == code);
        let lacking = self.things.iter().filter(|(_, thing)| thing.code.as_ref().is_some_and(lacks));
        lacking.map(|(name, _)| name).collect()
    }

    /// All that counts in the end: each stack's status, template and parameters, and what exists.
    pub fn outcome(&self) -> String {
        let standing = self.stacks.iter().filter(|s| s.state.status != crate::cloud::StackStatus::DeleteComplete);
        let mut stacks: Vec<_> =
            standing.map(|s| (&s.state.name, settled(s), &s.state.parameters, s.template.digest())).collect();
        stacks.sort_by_key(|(name, ..)| name.as_str());
        let things: Vec<_> =
            self.things.iter().map(|(name, thing)| (name, thing.owner.is_some(), &thing.code)).collect();
        format!("{stacks:?} {things:?}")
    }
}

/// How a stack stands, where created and updated come to the same.
fn settled(stack: &Stack) -> &'static str {
    match stack.state.status.standing() {
        crate::cloud::Standing::Settled => "settled",
        _ => stack.state.status.name(),
    }
}
