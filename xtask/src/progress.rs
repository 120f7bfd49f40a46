//! What is going on, on stderr: a moving line on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use crate::steps;

/// Work that takes long enough for somebody to wonder.
pub(crate) struct Task {
    what: String,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Task {
    fn with(what: &str, bar: Option<ProgressBar>) -> Self {
        // What follows a colon is for whoever watches.
        let what = what.split(": ").next().unwrap_or(what).to_owned();
        Self { what, started: Instant::now(), bar }
    }

    /// Work of unknown length.
    pub(crate) fn start(what: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            say(what);
            return Self::with(what, None);
        }
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        bar.set_style(style("{spinner} {msg} {elapsed}"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Self::with(what, Some(bar))
    }

    /// Work of a known number of steps.
    pub(crate) fn of(what: &str, steps: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            say(what);
            return Self::with(what, None);
        }
        let bar = ProgressBar::new(steps).with_message(what.to_owned());
        bar.set_style(style("{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}"));
        Self::with(what, Some(bar))
    }

    pub(crate) fn advance(&self, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(steps);
        }
    }

    /// Says where the work stands, beside the moving part.
    pub(crate) fn now(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        steps::done(&self.what, self.started.elapsed(), None);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// One line to stderr.
#[expect(clippy::print_stderr, reason = "the one place that writes progress")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
