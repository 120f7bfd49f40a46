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

    /// All items, as they are.
    pub fn all(&self) -> Vec<Item> {
        self.items.borrow().values().cloned().collect()
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

    async fn put_if(&self, place: &Place, item: &Item, attribute: &str, was: Option<&str>) -> Result<bool, PortError> {
        let lost = |fault| Err(place.failed("put", fault).because("so the test wants it"));
        let upset = self.upsets.strike();
        match upset {
            Some(Upset::Before(fault)) => return lost(fault),
            Some(Upset::CrashBefore) => return lost(Fault::AccessDenied),
            _ => {}
        }
        let mut items = self.items.borrow_mut();
        let at = (place.table().to_owned(), place.key().to_vec());
        let is = items.get(&at).and_then(|item| item.get(attribute)).and_then(Value::as_str);
        let good = is == was;
        if good {
            let key = place.key().iter().map(|(name, value)| (name.clone(), value.clone().into()));
            items.insert(at, item.clone().into_iter().chain(key).collect());
        }
        match upset {
            Some(Upset::After) => lost(Fault::Passing),
            Some(Upset::CrashAfter) => lost(Fault::AccessDenied),
            _ => Ok(good),
        }
    }
}
