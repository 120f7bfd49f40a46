//! What a task's state means for a run that is to begin.

use runtime::{Begin, ReplicationTask};

/// What a run ends with that has loaded everything. One that somebody stops ends with NORMAL, wherever it was.
const FINISHED: [&str; 2] = ["FULL_LOAD_ONLY_FINISHED", "STOPPED_AFTER_FULL_LOAD"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// It runs, or is about to, or has not stopped yet.
    Busy,
    /// Somebody makes, changes, moves or takes it away.
    Unavailable,
    /// It can begin.
    Idle { how: Begin, last: Last },
}

/// How the last run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Last {
    Never,
    Well,
    /// For this reason, as far as it is known.
    Badly(String),
}

impl State {
    pub(crate) fn of(task: &ReplicationTask) -> Self {
        let how = if task.has_run { Begin::Reload } else { Begin::Start };
        match task.status.as_str() {
            "running" | "starting" | "stopping" | "testing" => Self::Busy,
            "ready" | "created" | "stopped" | "failed" => Self::Idle { how, last: Last::of(task) },
            // Also what AWS may think of one day.
            _ => Self::Unavailable,
        }
    }
}

impl Last {
    fn of(task: &ReplicationTask) -> Self {
        if !task.has_run && task.status != "failed" {
            return Self::Never;
        }
        let reason = task.stop_reason.as_deref().unwrap_or_default();
        let is_finished = FINISHED.iter().any(|finished| reason.trim_start_matches("Stop Reason ") == *finished);
        // A task that was changed since it ran is ready again, and says nothing of its last run.
        let is_unknown = task.status != "failed" && reason.is_empty() && task.last_failure.is_none();
        if task.status != "failed" && task.tables_errored == 0 && (is_finished || is_unknown) {
            return if is_finished { Self::Well } else { Self::Never };
        }
        let mut why = vec![format!("its status is {}", task.status)];
        why.extend(task.stop_reason.clone());
        if task.tables_errored > 0 {
            why.push(format!("tables that could not be loaded: {}", task.tables_errored));
        }
        why.extend(task.last_failure.clone());
        Self::Badly(why.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(status: &str, reason: &str, errored: i32) -> ReplicationTask {
        let stop_reason = (!reason.is_empty()).then(|| format!("Stop Reason {reason}"));
        ReplicationTask {
            status: status.to_owned(),
            stop_reason,
            has_run: true,
            tables_errored: errored,
            last_failure: None,
        }
    }

    fn last(task: &ReplicationTask) -> Last {
        match State::of(task) {
            State::Idle { last, .. } => last,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_run_ended_well_if_it_came_to_its_end_with_all_tables() {
        for reason in FINISHED {
            assert_eq!(last(&task("stopped", reason, 0)), Last::Well, "{reason}");
            assert!(matches!(last(&task("stopped", reason, 1)), Last::Badly(_)), "{reason}");
            assert!(matches!(last(&task("failed", reason, 0)), Last::Badly(_)), "{reason}");
        }
        for reason in
            ["NORMAL", "RECOVERABLE_ERROR", "FATAL_ERROR", "STOPPED_DUE_TO_LOW_MEMORY", "STOPPED_DUE_TO_LOW_DISK"]
        {
            let Last::Badly(why) = last(&task("stopped", reason, 0)) else { panic!("{reason}") };
            assert_eq!(why, format!("its status is stopped; Stop Reason {reason}"));
        }
        assert_eq!(last(&task("stopped", "", 0)), Last::Never, "changed since");
    }
}
