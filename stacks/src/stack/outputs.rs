//! What a stack tells others: outputs, each exported as `{stack}:{OutputKey}`.

use contract::{Kind, Ref};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::marker::PhantomData;

/// One entry of a template's `Outputs`.
#[derive(Debug, Serialize)]
pub struct Output {
    pub key: Cow<'static, str>,
    pub description: &'static str,
    pub value: Value,
    pub export: String,
}

/// Gathers a stack's outputs. Only here do exports come into being, so that an export without an output cannot be.
pub struct Outputs {
    stack: String,
    list: Vec<Output>,
}

/// A resource that a later stack may import, as the kind that it is.
pub struct Export<K: Kind> {
    name: String,
    kind: PhantomData<K>,
}

/// What a later stack may import that no function is given as such: a subnet, an address.
pub struct ExportedValue {
    name: String,
}

impl ExportedValue {
    pub fn import(&self) -> Value {
        json!({ "Fn::ImportValue": self.name })
    }
}

impl<K: Kind<Part = ()>> Export<K> {
    pub fn import(&self) -> Ref<K> {
        Ref::imported(&self.name)
    }
}

impl Outputs {
    pub fn of(stack: String) -> Self {
        Self { stack, list: Vec::new() }
    }

    /// An output for people and clients.
    pub fn tell(&mut self, key: impl Into<Cow<'static, str>>, description: &'static str, value: Value) {
        let key = key.into();
        let export = format!("{}:{key}", self.stack);
        self.list.push(Output { key, description, value, export });
    }

    /// An output that later stacks may import too.
    pub fn export<K: Kind<Part = ()>>(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        description: &'static str,
        resource: &Ref<K>,
    ) -> Export<K> {
        let ExportedValue { name } = self.export_value(key, description, resource.reference());
        Export { name, kind: PhantomData }
    }

    /// The same of a value.
    pub fn export_value(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        description: &'static str,
        value: Value,
    ) -> ExportedValue {
        let key = key.into();
        let name = format!("{}:{key}", self.stack);
        self.tell(key, description, value);
        ExportedValue { name }
    }

    pub fn list(self) -> Vec<Output> {
        self.list
    }
}
