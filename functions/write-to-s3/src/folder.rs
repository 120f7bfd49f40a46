//! A folder to which records are added, each once, however often and in whatever cuts they are delivered.
//!
//! Before an object is written, the objects that may hold some of its records are looked up by their names, and what
//! they hold is left out. The name of an object is the range of what is in it. So an object is never overwritten with
//! another: if one of that name were there, it would hold the first record of the range, which would have been left
//! out.
//!
//! A listing goes on until every record is found or it ends. It cannot stop at the first object that begins after the
//! range: where batches interleave, a later one may still reach back into it. Usually it is one empty page, since
//! nothing was ever written behind the records that arrive just now.

use contract::{Folder, Handle, ReadWrite};
use runtime::{Backoff, Objects, Pause, PortError, Readable, Sequence, Writable, chain, retry};
use std::time::Duration;

use crate::group::Group;

/// A folder, and what it is reached with.
pub(crate) struct Store<'a, O, P> {
    pub(crate) folder: &'a Handle<ReadWrite<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
}

/// Records that are not known to be stored, from the given one on.
#[derive(Debug)]
pub(crate) struct Unsaved {
    pub(crate) from: Sequence,
    pub(crate) why: String,
}

impl<O: Objects, P: Pause> Store<'_, O, P> {
    /// Stores what of a group is not there yet.
    pub(crate) async fn add(&self, mut group: Group<'_>) -> Result<(), Unsaved> {
        let added = self.add_rest(&mut group).await;
        match (added, group.range()) {
            (Err(why), Some(range)) => Err(Unsaved { from: range.into_inner().0, why }),
            _ => Ok(()),
        }
    }

    async fn add_rest(&self, group: &mut Group<'_>) -> Result<(), String> {
        self.leave_out_stored(group).await?;
        let Some(range) = group.range() else { return Ok(()) };
        let name = group.shelf.name(&range, group.format.extension());
        let body = group.format.encode(group.lines());
        self.patiently(async || self.folder.put(self.objects, &name, &body).await).await
    }

    async fn leave_out_stored(&self, group: &mut Group<'_>) -> Result<(), String> {
        let Some(range) = group.range() else { return Ok(()) };
        let (prefix, mut after) = (group.shelf.prefix(), group.shelf.before(range.start()));
        loop {
            let page = self.patiently(async || self.folder.list(self.objects, &prefix, &after).await).await?;
            for name in &page.names {
                let Some(sought) = group.range() else { return Ok(()) };
                let held = group.shelf.range(name, group.format.extension());
                if held.is_some_and(|held| held.start() <= sought.end() && sought.start() <= held.end()) {
                    group.leave_out(&self.held(group, name).await?);
                }
            }
            match page.names.into_iter().last() {
                Some(last) if page.more => after = last,
                _ => return Ok(()),
            }
        }
    }

    async fn held(&self, group: &Group<'_>, name: &str) -> Result<Vec<Sequence>, String> {
        let body = self.patiently(async || self.folder.get(self.objects, name).await).await?;
        let foreign = |error| format!("{}{name} is not as this function writes it: {error}", self.folder.name());
        group.format.sequences(&body).map_err(foreign)
    }

    /// At most four attempts, with pauses of about three seconds in all.
    async fn patiently<T>(&self, call: impl AsyncFnMut() -> Result<T, PortError>) -> Result<T, String> {
        retry(Backoff::new(3, Duration::from_millis(400)), self.pause, call).await.map_err(|error| chain(&error))
    }
}
