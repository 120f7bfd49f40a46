//! A topic in memory.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use super::{Upset, Upsets};
use crate::{Fault, Notices, PortError, Subject, TopicName};

/// Keeps what was published, and beside it whatever somebody tried to publish.
#[derive(Default)]
pub struct MemoryNotices {
    published: RefCell<Vec<(String, String)>>,
    tried: RefCell<Vec<String>>,
    upsets: Rc<Upsets>,
}

impl MemoryNotices {
    pub fn new(upsets: Rc<Upsets>) -> Self {
        Self { upsets, ..Self::default() }
    }

    /// Subjects and texts, in order.
    pub fn published(&self) -> Vec<(String, String)> {
        self.published.borrow().clone()
    }

    /// The URIs of the objects that notices are about, those included that were lost on their way.
    pub fn objects(&self) -> BTreeSet<String> {
        let field = |text: &str, name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            value.unwrap_or_default().trim_start().to_owned()
        };
        let uri = |text: &String| format!("s3://{}/{}", field(text, "Bucket:"), field(text, "Key:"));
        self.tried.borrow().iter().map(uri).collect()
    }
}

impl Notices for MemoryNotices {
    async fn publish(&self, topic: &TopicName, subject: &Subject, text: &str) -> Result<(), PortError> {
        let lost = |fault| Err(topic.failed(fault).because("so the test wants it"));
        let upset = self.upsets.strike();
        self.tried.borrow_mut().push(text.to_owned());
        match upset {
            Some(Upset::Before(fault)) => return lost(fault),
            Some(Upset::CrashBefore) => return lost(Fault::AccessDenied),
            _ => self.published.borrow_mut().push((subject.as_str().to_owned(), text.to_owned())),
        }
        match upset {
            Some(Upset::After) => lost(Fault::Passing),
            Some(Upset::CrashAfter) => lost(Fault::AccessDenied),
            _ => Ok(()),
        }
    }
}
