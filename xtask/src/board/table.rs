//! The live table: a line for each stack that is worked on, below it what goes on in it; what has ended scrolls above.

use engine::cloud::{Event, StackStatus, Standing};
use engine::follow::STACK;
use engine::host::News;
use engine::time::span;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Default)]
pub(super) struct Table {
    bars: MultiProgress,
    /// By stack, and by stack and resource.
    lines: RefCell<BTreeMap<(String, String), ProgressBar>>,
    /// The one line for everything that belongs to no stack.
    beside: RefCell<Option<ProgressBar>>,
}

impl Table {
    pub(super) fn tell(&self, news: News<'_>) {
        if matches!(news, News::Began { .. } | News::Event { .. } | News::Ended { .. })
            && let Some(bar) = self.beside.take()
        {
            // A stack goes on, so that what it waited for is over.
            bar.finish_and_clear();
        }
        match news {
            News::Began { stack, what } => self.stack(stack, &format!("{what} {stack}")),
            News::Event { stack, event } if event.kind == STACK => {
                self.stack(stack, &format!("{stack}  {}", event.status));
            }
            News::Event { stack, event } => self.resource(stack, event),
            News::Ended { stack, status } => self.ended(stack, status),
            News::Uploading { function, bytes } => self.beside(&format!("uploading {function} ({} KB)", bytes / 1024)),
            News::Signing { function, profile } => self.beside(&format!("having {function} signed by {profile}")),
            News::Emptying { bucket, deleted } => {
                self.beside(&format!("emptying {bucket}: {deleted} object versions deleted"));
            }
            News::Waiting { why, waited } => self.beside(&format!("waiting for {}: {why}", span(waited))),
            News::Note(note) => self.above(note),
        }
    }

    fn above(&self, line: &str) {
        // A terminal that cannot be written to is no reason to stop a deploy.
        let _ = self.bars.println(line);
    }

    fn beside(&self, message: &str) {
        let mut beside = self.beside.borrow_mut();
        let bar = beside.get_or_insert_with(|| self.bars.insert(0, spinner("{spinner} {msg}")));
        bar.set_message(message.to_owned());
    }

    fn stack(&self, stack: &str, message: &str) {
        let mut lines = self.lines.borrow_mut();
        let bar = lines
            .entry((stack.to_owned(), String::new()))
            .or_insert_with(|| self.bars.add(spinner("{spinner} {msg}  {elapsed}")));
        bar.set_message(message.to_owned());
    }

    fn resource(&self, stack: &str, event: &Event) {
        let key = (stack.to_owned(), event.logical_id.clone());
        let mut lines = self.lines.borrow_mut();
        if event.status.ends_with("_IN_PROGRESS") {
            let last = lines.range(key_range(stack)).next_back().map(|(_, bar)| bar.clone());
            let bar = lines.entry(key).or_insert_with(|| {
                let bar = spinner("    {msg}  {elapsed}");
                match last {
                    Some(last) => self.bars.insert_after(&last, bar),
                    None => self.bars.add(bar),
                }
            });
            bar.set_message(format!("{:<26} {:<28} {}", event.status, event.logical_id, event.kind));
            return;
        }
        let took = lines.remove(&key).map(|bar| {
            let took = bar.elapsed();
            bar.finish_and_clear();
            took
        });
        let took = took.map(span).unwrap_or_default();
        drop(lines);
        self.above(&format!("  {stack}  {:<26} {:<28} {took}", event.status, event.logical_id));
        if let Some(reason) = event.reason.as_ref().filter(|_| event.status.ends_with("_FAILED")) {
            self.above(&format!("      {reason}"));
        }
    }

    fn ended(&self, stack: &str, status: StackStatus) {
        let mut lines = self.lines.borrow_mut();
        let keys: Vec<_> = lines.range(key_range(stack)).map(|(key, _)| key.clone()).collect();
        let mut took = Duration::ZERO;
        for key in keys {
            if let Some(bar) = lines.remove(&key) {
                took = took.max(bar.elapsed());
                bar.finish_and_clear();
            }
        }
        drop(lines);
        let sign = if matches!(status.standing(), Standing::Settled | Standing::Absent) { "ok" } else { "!!" };
        self.above(&format!("{sign} {stack}  {}  {}", status.name(), span(took)));
    }
}

/// All lines of a stack.
fn key_range(stack: &str) -> std::ops::RangeInclusive<(String, String)> {
    (stack.to_owned(), String::new())..=(stack.to_owned(), "\u{10ffff}".to_owned())
}

fn spinner(template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
