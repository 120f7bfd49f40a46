//! A function with everything in memory.

use contract::{
    Handle,
    schedule_dms::{Env, Nightly},
};
use runtime::{
    Answer, Handler,
    testing::{MemoryNotices, MemoryObjects, MemoryReplications, Upsets, Watch, run},
};
use std::{error::Error, rc::Rc};

use crate::{
    handle::Scheduler,
    report::{Report, Status},
};

pub(crate) const CURATED: &str = "s3://curated/rates/";
pub(crate) const FOLDER: &str = "rates/data/";
pub(crate) const FIRST: &str = "pulled=2026-11-21/020007-a1";
pub(crate) const SECOND: &str = "pulled=2026-11-22/020007-a2";

/// The bucket, the task and the topic.
pub(crate) struct World {
    pub(crate) objects: Rc<MemoryObjects>,
    pub(crate) replications: Rc<MemoryReplications>,
    pub(crate) notices: Rc<MemoryNotices>,
    pub(crate) upsets: Rc<Upsets>,
}

type Memory = Scheduler<Rc<MemoryObjects>, Rc<MemoryReplications>, Rc<MemoryNotices>, Watch>;

impl World {
    pub(crate) fn new(upsets: Upsets) -> Self {
        let upsets = Rc::new(upsets);
        Self {
            objects: Rc::new(MemoryObjects::new(Rc::clone(&upsets))),
            replications: Rc::new(MemoryReplications::new(Rc::clone(&upsets))),
            notices: Rc::new(MemoryNotices::new(Rc::clone(&upsets))),
            upsets,
        }
    }

    pub(crate) fn visible(&self, place: &str) {
        self.objects.place(&format!("{CURATED}visible/{place}"), b"");
    }

    pub(crate) fn scheduler(&self) -> Memory {
        let env = Env {
            curated: Handle::named(CURATED),
            replication: Handle::named("dms:?task=arn:aws:dms:task&source=arn:aws:dms:endpoint"),
            notices: Handle::named("arn:topic"),
        };
        let scheduler = Scheduler {
            env,
            objects: Rc::clone(&self.objects),
            replications: Rc::clone(&self.replications),
            notices: Rc::clone(&self.notices),
            pause: Watch::default(),
        };
        scheduler.checked().unwrap()
    }

    pub(crate) fn invoke(&self) -> Result<Answer<Report>, Box<dyn Error + Send + Sync>> {
        run(self.scheduler().handle(Nightly::default()))
    }

    pub(crate) fn status(&self) -> Status {
        self.invoke().unwrap().response.status
    }

    /// The batches that runs have read, in order.
    pub(crate) fn read(&self) -> Vec<String> {
        let runs = self.replications.runs().into_iter();
        runs.map(|(_, folder)| folder.strip_prefix(FOLDER).unwrap_or_default().to_owned()).collect()
    }
}
