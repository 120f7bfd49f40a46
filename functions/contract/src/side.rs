//! The two sides that look at a function's environment: the running function, and the stack.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Value, json};
use std::marker::PhantomData;

use crate::{Grant, Statement};

/// Who is looking at an environment, and so what a granted resource is to them.
pub trait Side {
    type Slot<G: Grant>: Serialize + DeserializeOwned;
}

/// The function at work.
pub enum Run {}

impl Side for Run {
    type Slot<G: Grant> = Handle<G>;
}

/// The stack that deploys it.
pub enum Deploy {}

impl Side for Deploy {
    type Slot<G: Grant> = Wire<G>;
}

/// A resource in a function's hands, usable only as granted: the methods are in `runtime`, one set for each grant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Handle<G> {
    name: String,
    #[serde(skip)]
    grant: PhantomData<G>,
}

impl<G> Handle<G> {
    /// The variable's value: a name, a URL or a URI, as the kind has it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For tests, which have no stack to wire a handle.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), grant: PhantomData }
    }
}

/// A declared resource, wired into one function.
pub struct Wire<G> {
    value: Value,
    statements: Vec<Statement>,
    grant: PhantomData<G>,
}

impl<G> Wire<G> {
    pub(crate) fn new(value: Value, statements: Vec<Statement>) -> Self {
        Self { value, statements, grant: PhantomData }
    }
}

impl<G> Serialize for Wire<G> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        json!({ "value": self.value, "statements": self.statements }).serialize(to)
    }
}

impl<'de, G> Deserialize<'de> for Wire<G> {
    /// The bound of [`Side::Slot`] asks for it; nothing ever reads a wire.
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("a stack's wiring is written in Rust, never read"))
    }
}
