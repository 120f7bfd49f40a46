//! Items of a table: the port, and what a handle on a table can do.

use contract::{Grant, Handle, Reads, Table, Writes};
use serde_json::{Map, Value};
use std::{future::Future, rc::Rc};

use crate::{Fault, PortError};

/// An item as JSON: a set is an array, and a number that no float holds exactly is text.
pub type Item = Map<String, Value>;

/// Where an item is, named by a granted handle: its table, and the text values of its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    table: String,
    key: Vec<(String, String)>,
}

impl Place {
    pub fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn failed(&self, operation: &'static str, fault: Fault) -> PortError {
        let key: Vec<_> = self.key.iter().map(|(name, value)| format!("{name}={value}")).collect();
        PortError::new(operation, format!("item {} of table {}", key.join(" "), self.table), fault)
    }

    /// Names and values.
    pub fn key(&self) -> &[(String, String)] {
        &self.key
    }
}

/// `DynamoDB`, one call.
pub trait Items {
    /// As it is after every write that was answered.
    fn get(&self, place: &Place) -> impl Future<Output = Result<Option<Item>, PortError>>;
    /// Puts an item there, of which the key is no part, if the attribute still is what it was; none was where there was
    /// no item. Says whether it did.
    fn put_if(
        &self,
        place: &Place,
        item: &Item,
        attribute: &str,
        was: Option<&str>,
    ) -> impl Future<Output = Result<bool, PortError>>;
}

impl<I: Items> Items for Rc<I> {
    async fn get(&self, place: &Place) -> Result<Option<Item>, PortError> {
        (**self).get(place).await
    }

    async fn put_if(&self, at: &Place, item: &Item, attribute: &str, was: Option<&str>) -> Result<bool, PortError> {
        (**self).put_if(at, item, attribute, was).await
    }
}

/// Of a table that may be read.
pub trait Lookup {
    fn item(&self, items: &impl Items, key: &[(&str, &str)]) -> impl Future<Output = Result<Option<Item>, PortError>>;
}

impl<G: Grant<On = Table> + Reads> Lookup for Handle<G> {
    async fn item(&self, items: &impl Items, key: &[(&str, &str)]) -> Result<Option<Item>, PortError> {
        items.get(&place(self, key)).await
    }
}

/// Of a table that may be read and written.
pub trait Swap {
    /// Replaces an item if nobody else has meanwhile, which its attribute (a text, another at each write) tells. None was
    /// where there was no item. Says whether it did.
    fn swap(
        &self,
        items: &impl Items,
        key: &[(&str, &str)],
        item: &Item,
        attribute: &str,
        was: Option<&str>,
    ) -> impl Future<Output = Result<bool, PortError>>;
}

impl<G: Grant<On = Table> + Reads + Writes> Swap for Handle<G> {
    async fn swap(
        &self,
        items: &impl Items,
        key: &[(&str, &str)],
        item: &Item,
        attribute: &str,
        was: Option<&str>,
    ) -> Result<bool, PortError> {
        items.put_if(&place(self, key), item, attribute, was).await
    }
}

fn place<G>(table: &Handle<G>, key: &[(&str, &str)]) -> Place {
    let key = key.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Place { table: table.name().to_owned(), key }
}
