//! What took the time: the steps of what takes minutes, each with its share of the whole.

use serde::Serialize;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::processor;
use engine::time::span;

/// What is shorter is not worth a line.
const SHORTEST: Duration = Duration::from_millis(500);

static DONE: Mutex<Vec<Step>> = Mutex::new(Vec::new());

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    what: String,
    /// After cargo began to build this program.
    began_ms: u128,
    elapsed_ms: u128,
    /// Of the processors, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    processor_ms: Option<u128>,
}

/// A step that has ended just now.
pub(crate) fn done(what: &str, elapsed: Duration, processor: Option<Duration>) {
    let began_ms = processor::alive().saturating_sub(elapsed).as_millis();
    let step = Step {
        what: what.to_owned(),
        began_ms,
        elapsed_ms: elapsed.as_millis(),
        processor_ms: processor.map(|time| time.as_millis()),
    };
    DONE.lock().unwrap_or_else(PoisonError::into_inner).push(step);
}

/// Notes what cargo took to build this program before it turned into it: called first of all.
pub(crate) fn built() {
    let alive = processor::alive();
    if alive >= SHORTEST {
        done("building xtask", alive, Some(processor::of_children()));
    }
}

/// All steps so far.
pub(crate) fn all() -> Steps {
    let mut steps = DONE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    steps.retain(|step| step.elapsed_ms >= SHORTEST.as_millis());
    steps.sort_by_key(|step| step.began_ms);
    Steps { steps, whole_ms: processor::alive().as_millis() }
}

#[derive(Debug, Serialize)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    whole_ms: u128,
}

impl Steps {
    /// Long enough for somebody to ask what for.
    pub(crate) fn took_minutes(&self) -> bool {
        self.whole_ms >= 60_000
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |millis: u128| span(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)));
        write!(f, "what took the time, {} in all:", told(self.whole_ms))?;
        let width = self.steps.iter().map(|step| step.what.chars().count()).max().unwrap_or_default();
        for Step { what, began_ms, elapsed_ms, processor_ms } in &self.steps {
            let share = 100 * elapsed_ms / self.whole_ms.max(1);
            write!(f, "\n  {what:<width$}  {:>12}  {share:>3} %  from {:>12} on", told(*elapsed_ms), told(*began_ms))?;
            if let Some(processor) = processor_ms {
                write!(f, "  processors {}", told(*processor))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_a_line_with_its_share() {
        let step = |what: &str, began_ms, elapsed_ms, processor_ms| Step {
            what: what.to_owned(),
            began_ms,
            elapsed_ms,
            processor_ms,
        };
        let steps = vec![step("building xtask", 0, 60_000, Some(100_000)), step("tests", 60_000, 180_000, None)];
        let text = Steps { steps, whole_ms: 240_000 }.to_string();
        let lines: Vec<_> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[0], "what took the time, 4 min 00 s in all:");
        assert!(lines[1].starts_with("building xtask 1 min 00 s 25 %") && lines[1].ends_with("1 min 40 s"), "{text}");
        assert!(lines[2].ends_with("75 % from 1 min 00 s on"), "{text}");
    }

    #[test]
    fn a_step_is_noted_and_a_short_one_is_not_told() {
        done("a step that a test has taken at once", Duration::ZERO, None);
        done("a step that a test has taken long over", Duration::from_secs(2), None);
        let told = all().to_string();
        assert!(told.contains("taken long over") && !told.contains("taken at once"), "{told}");
    }
}
