//! A task of DMS in memory.
//!
//! It begins to run as the real one does: for the first time by a start, afterwards by a reload, and neither while it is in
//! any status but `ready`, `stopped` and `failed`; then the call is refused. While it runs its source is not changed. A run
//! reads the folder that the source points at when it begins. It ends when the test says so.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use super::Upsets;
use crate::{Begin, PortError, ReplicationPlace, ReplicationTask, Replications};

#[derive(Default)]
pub struct MemoryReplications {
    task: RefCell<ReplicationTask>,
    label: RefCell<Option<String>>,
    folder: RefCell<String>,
    runs: RefCell<Vec<(Begin, String)>>,
    /// Somebody else begins it once it was described.
    rival: Cell<bool>,
    upsets: Rc<Upsets>,
}

impl MemoryReplications {
    /// A task that was made and never ran.
    pub fn new(upsets: Rc<Upsets>) -> Self {
        let ready = ReplicationTask { status: "ready".to_owned(), ..ReplicationTask::default() };
        Self { task: RefCell::new(ready), upsets, ..Self::default() }
    }

    /// Puts it into any state.
    pub fn set(&self, task: ReplicationTask) {
        self.task.replace(task);
    }

    /// Ends a run well.
    pub fn finish(&self) {
        let reason = Some("Stop Reason FULL_LOAD_ONLY_FINISHED".to_owned());
        self.set(ReplicationTask {
            status: "stopped".to_owned(),
            stop_reason: reason,
            has_run: true,
            ..ReplicationTask::default()
        });
    }

    /// After the next description somebody else has it run.
    pub fn expect_rival(&self) {
        self.rival.set(true);
    }

    /// How each run began, and the folder that it read.
    pub fn runs(&self) -> Vec<(Begin, String)> {
        self.runs.borrow().clone()
    }

    fn strike<T>(
        &self,
        place: &ReplicationPlace,
        permission: &'static str,
        happens: impl FnOnce() -> T,
    ) -> Result<T, PortError> {
        self.upsets.strike_whole(|fault| place.failed(permission, fault), happens)
    }

    fn is_idle(&self) -> bool {
        ["ready", "stopped", "failed"].contains(&self.task.borrow().status.as_str())
    }

    fn run(&self, how: Begin) -> bool {
        let is_right = self.task.borrow().has_run == (how == Begin::Reload);
        if !(self.is_idle() && is_right) {
            return false;
        }
        self.runs.borrow_mut().push((how, self.folder.borrow().clone()));
        self.set(ReplicationTask { status: "starting".to_owned(), has_run: true, ..ReplicationTask::default() });
        true
    }
}

impl Replications for MemoryReplications {
    async fn describe(&self, place: &ReplicationPlace) -> Result<ReplicationTask, PortError> {
        let task = self.strike(place, "dms:DescribeReplicationTasks", || self.task.borrow().clone())?;
        if self.rival.take() {
            self.run(if task.has_run { Begin::Reload } else { Begin::Start });
        }
        Ok(task)
    }

    async fn label(&self, place: &ReplicationPlace) -> Result<Option<String>, PortError> {
        self.strike(place, "dms:ListTagsForResource", || self.label.borrow().clone())
    }

    async fn set_label(&self, place: &ReplicationPlace, value: &str) -> Result<(), PortError> {
        self.strike(place, "dms:AddTagsToResource", || drop(self.label.replace(Some(value.to_owned()))))
    }

    async fn point(&self, place: &ReplicationPlace, folder: &str) -> Result<bool, PortError> {
        self.strike(place, "dms:ModifyEndpoint", || {
            let is_idle = self.is_idle();
            if is_idle {
                self.folder.replace(folder.to_owned());
            }
            is_idle
        })
    }

    async fn begin(&self, place: &ReplicationPlace, how: Begin) -> Result<bool, PortError> {
        self.strike(place, "dms:StartReplicationTask", || self.run(how))
    }
}
