//! What people are told.

use contract::{Function, schedule_dms::ScheduleDms};
use runtime::{ReplicationPlace, Subject};
use std::env;

/// An error is cut to this, far below what SNS takes.
const ERROR: usize = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) subject: Subject,
    pub(crate) text: String,
}

/// The run before, of which nobody has told yet.
pub(crate) fn ended_badly(place: &ReplicationPlace, label: Option<&str>, why: &str) -> Notice {
    let text = format!(
        "The last run of the replication task did not load all prices.\n\n\
         Task:   {}\nBatch:  {}\nReason: {}\n\n\
         It is begun again now, with the newest batch. If that fails too, the task's log says more: it is in CloudWatch, in \
         the group of the replication instance.\n",
        place.task(),
        label.unwrap_or("unknown"),
        plain(why)
    );
    Notice { subject: subject("the last run of DMS failed"), text }
}

pub(crate) fn failed(task: &str, error: &str) -> Notice {
    let text = format!(
        "{} could not have the newest prices loaded.\n\nTask:   {task}\nError:  {}\n\n\
         The error names the call, which is also the permission that it takes. Lambda tries it again by itself. If that \
         fails too, mend what the error says, then run:\n  cargo xtask invoke schedule-dms --stage STAGE\n",
        function(),
        plain(error)
    );
    Notice { subject: subject("the load by DMS could not be begun"), text }
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(ERROR).collect()
}

fn subject(what: &str) -> Subject {
    Subject::new(&format!("{}: {what}", function()))
}

fn function() -> String {
    env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| ScheduleDms::BIN.to_owned())
}
