//! Ports in memory.

use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
    rc::Rc,
};

use super::{Upset, Upsets, large::Uploads};
use crate::{
    Delivery, EntryError, Fault, LINE_LIMIT, Objects, Page, PortError, Sent,
    location::{Folder, Listing, Object},
    port::Stream,
};

/// Buckets. Pages are short, so that tests turn them.
pub struct MemoryObjects {
    objects: RefCell<BTreeMap<Object, Vec<u8>>>,
    changed: RefCell<Vec<String>>,
    pub(super) upsets: Rc<Upsets>,
    pub(super) uploads: Uploads,
    pub(super) chunk_size: usize,
    pub(super) part_size: usize,
}

impl Default for MemoryObjects {
    fn default() -> Self {
        Self::new(Rc::default())
    }
}

const PAGE: usize = 3;

impl MemoryObjects {
    pub fn new(upsets: Rc<Upsets>) -> Self {
        Self {
            objects: RefCell::default(),
            changed: RefCell::default(),
            upsets,
            uploads: Uploads::default(),
            chunk_size: 16 * 1_024,
            part_size: 5 * 1_024 * 1_024,
        }
    }

    /// Objects are read in pieces of so many bytes.
    #[must_use]
    pub fn with_chunks_of(self, chunk_size: usize) -> Self {
        Self { chunk_size, ..self }
    }

    /// Parts of an upload have at least so many bytes.
    #[must_use]
    pub fn with_parts_of(self, part_size: usize) -> Self {
        Self { part_size, ..self }
    }

    /// Puts an object there, as somebody else does.
    ///
    /// # Panics
    /// If the URI is not of an object.
    pub fn place(&self, uri: &str, body: &[u8]) {
        let (folder, name) = uri.split_at(uri.rfind('/').map_or(0, |slash| slash + 1));
        let folder = Folder::parse(folder).expect("the URI of an object");
        self.objects.borrow_mut().insert(folder.object(name), body.to_vec());
    }

    /// Every object by its URI.
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.objects.borrow().iter().map(|(object, body)| (object.uri(), body.clone())).collect()
    }

    pub fn uris(&self) -> Vec<String> {
        self.objects.borrow().keys().map(Object::uri).collect()
    }

    /// The URIs of objects that were overwritten with something else.
    pub fn changed(&self) -> Vec<String> {
        self.changed.borrow().clone()
    }

    /// Puts something else where an object is, as another user of the bucket may.
    pub fn replace(&self, uri: &str, body: &[u8]) {
        for (object, there) in self.objects.borrow_mut().iter_mut() {
            if object.uri() == uri {
                *there = body.to_vec();
            }
        }
    }

    /// Takes an object away, as somebody else does.
    pub fn remove(&self, uri: &str) {
        self.objects.borrow_mut().retain(|object, _| object.uri() != uri);
    }

    pub(super) fn store(&self, object: &Object, body: &[u8]) {
        match self.objects.borrow_mut().entry(object.clone()) {
            Entry::Vacant(place) => drop(place.insert(body.to_vec())),
            Entry::Occupied(mut place) => {
                if place.insert(body.to_vec()) != body {
                    self.changed.borrow_mut().push(object.uri());
                }
            }
        }
    }

    pub(super) fn strike(&self, operation: &'static str, on: &str, happens: impl FnOnce()) -> Result<(), PortError> {
        let lost = |fault| Err(PortError::new(operation, on, fault).because("so the test wants it"));
        match self.upsets.strike() {
            None | Some(Upset::Entries(_)) => happens(),
            Some(Upset::Before(fault)) => return lost(fault),
            Some(Upset::CrashBefore) => return lost(Fault::AccessDenied),
            Some(Upset::After) => {
                happens();
                return lost(Fault::Passing);
            }
            Some(Upset::CrashAfter) => {
                happens();
                return lost(Fault::AccessDenied);
            }
        }
        Ok(())
    }
}

impl Objects for MemoryObjects {
    async fn put(&self, object: &Object, body: &[u8]) -> Result<(), PortError> {
        self.strike("put", &object.uri(), || self.store(object, body))
    }

    async fn get(&self, object: &Object) -> Result<Vec<u8>, PortError> {
        self.strike("get", &object.uri(), || ())?;
        self.objects.borrow().get(object).cloned().ok_or_else(|| object.failed("get", Fault::NotFound))
    }

    async fn list(&self, listing: &Listing) -> Result<Page, PortError> {
        self.strike("list", listing.prefix(), || ())?;
        let objects = self.objects.borrow();
        let mut keys = objects
            .keys()
            .filter(|object| object.bucket() == listing.bucket())
            .map(Object::key)
            .filter(|key| key.starts_with(listing.prefix()) && *key > listing.after());
        let names = keys.by_ref().take(PAGE).map(|key| listing.name(key)).collect();
        Ok(Page { names, more: keys.next().is_some() })
    }
}

/// A delivery stream that keeps to the limits of the real one.
#[derive(Default)]
pub struct MemoryDelivery {
    lines: RefCell<Vec<String>>,
    calls: RefCell<Vec<usize>>,
    upsets: Rc<Upsets>,
}

impl MemoryDelivery {
    pub fn new(upsets: Rc<Upsets>) -> Self {
        Self { upsets, ..Self::default() }
    }

    /// All that was delivered, in order.
    pub fn lines(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    /// How many lines each call had.
    pub fn calls(&self) -> Vec<usize> {
        self.calls.borrow().clone()
    }
}

impl Delivery for MemoryDelivery {
    async fn put_batch(&self, to: &Stream, lines: &[&str]) -> Result<Vec<Sent>, PortError> {
        let lost = |fault| PortError::new("put records to", to.name(), fault);
        let size: usize = lines.iter().map(|line| line.len()).sum();
        let line = |line: &&str| line.len() <= LINE_LIMIT && line.find('\n') == Some(line.len() - 1) && line.len() > 1;
        if lines.is_empty() || lines.len() > 500 || size > 4 * 1_024 * 1_024 || !lines.iter().all(line) {
            return Err(lost(Fault::Invalid).because(format!("{} lines of {size} bytes", lines.len())));
        }
        self.calls.borrow_mut().push(lines.len());
        let (failing, answer) = match self.upsets.strike() {
            None => (0, Ok(())),
            Some(Upset::Entries(which)) => (which, Ok(())),
            Some(Upset::Before(fault)) => return Err(lost(fault)),
            Some(Upset::CrashBefore) => return Err(lost(Fault::AccessDenied)),
            Some(Upset::After) => (0, Err(lost(Fault::Passing))),
            Some(Upset::CrashAfter) => (0, Err(lost(Fault::AccessDenied))),
        };
        let sent = lines.iter().enumerate().map(|(position, line)| {
            if failing.rotate_right(u32::try_from(position % 64).unwrap_or(0)) & 1 == 1 {
                let code = "ServiceUnavailableException".to_owned();
                return Err(EntryError { code, message: "Slow down.".to_owned() });
            }
            self.lines.borrow_mut().push((*line).to_owned());
            Ok(())
        });
        let sent = sent.collect();
        answer.map(|()| sent)
    }
}
