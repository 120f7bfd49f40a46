//! Plain lines, for logs and pipes.

use engine::host::News;
use engine::time::span;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;

use crate::progress::say;

#[derive(Default)]
pub(super) struct Lines {
    began: RefCell<BTreeMap<String, Instant>>,
    waiting: RefCell<Option<String>>,
}

impl Lines {
    pub(super) fn tell(&self, news: News<'_>) {
        match news {
            News::Began { stack, what } => {
                self.began.borrow_mut().insert(stack.to_owned(), Instant::now());
                say(&format!("{what} {stack}"));
            }
            News::Event { stack, event } => {
                let line = format!("  {stack}  {:<28} {:<26} {}", event.status, event.logical_id, event.kind);
                say(line.trim_end());
                if let Some(reason) = event.reason.as_ref().filter(|_| event.status.ends_with("_FAILED")) {
                    say(&format!("      {reason}"));
                }
            }
            News::Ended { stack, status } => {
                let took = self.began.borrow_mut().remove(stack).map(|began| span(began.elapsed()));
                say(&format!("{stack} is {} after {}", status.name(), took.unwrap_or_default()));
            }
            News::Uploading { function, bytes } => say(&format!("uploading {function} ({} KB)", bytes / 1024)),
            News::Signing { function, profile } => say(&format!("having {function} signed by {profile}")),
            News::Emptying { bucket, deleted } => {
                say(&format!("emptying {bucket}: {deleted} object versions deleted"));
            }
            News::Note(note) => say(note),
            // Said once, however often it is looked at.
            News::Waiting { why, .. } => {
                if self.waiting.borrow().as_deref() != Some(why) {
                    say(&format!("waiting: {why}"));
                    *self.waiting.borrow_mut() = Some(why.to_owned());
                }
            }
        }
    }
}
