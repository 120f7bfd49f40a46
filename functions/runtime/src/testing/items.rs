//! A table in memory.

use serde_json::Value;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use super::{Upset, Upsets};
use crate::{Fault, Item, Items, PortError, item::Place};

/// Names and values.
type Key = Vec<(String, String)>;

#[derive(Default)]
pub struct MemoryItems {
    items: RefCell<BTreeMap<(String, Key), Item>>,
    upsets: Rc<Upsets>,
}

impl MemoryItems {
    pub fn new(upsets: Rc<Upsets>) -> Self {
        Self { upsets, ..Self::default() }
    }

    /// Puts an item there, of which the key is a part.
    pub fn place(&self, table: &str, key: &[(&str, &str)], rest: Value) {
        let key: Key = key.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let mut item: Item = key.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        if let Value::Object(rest) = rest {
            item.extend(rest);
        }
        self.items.borrow_mut().insert((table.to_owned(), key), item);
    }

    pub fn remove_all(&self) {
        self.items.borrow_mut().clear();
    }
}

impl Items for MemoryItems {
    async fn get(&self, place: &Place) -> Result<Option<Item>, PortError> {
        let lost = |fault| Err(place.failed("get", fault).because("so the test wants it"));
        match self.upsets.strike() {
            None | Some(Upset::Entries(_)) => {}
            Some(Upset::Before(fault)) => return lost(fault),
            Some(Upset::After) => return lost(Fault::Passing),
            Some(Upset::CrashBefore | Upset::CrashAfter) => return lost(Fault::AccessDenied),
        }
        Ok(self.items.borrow().get(&(place.table().to_owned(), place.key().to_vec())).cloned())
    }
}
