//! What people are told of a run.

use contract::{Function, load_rates::LoadRates};
use runtime::Subject;
use std::{env, fmt::Write};

use crate::refusal::Refusal;

/// An error is cut to this, far below what SNS takes.
const ERROR: usize = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) subject: Subject,
    pub(crate) text: String,
}

/// What a run is about: the batch, or the preparation for DMS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// What makes the batch visible, with its folder.
    pub(crate) batch: Option<&'a str>,
    pub(crate) prepare: bool,
}

pub(crate) fn refused(about: About<'_>, refusal: &Refusal) -> Notice {
    let Refusal { file, line, reason, remedy } = refusal;
    let mut text = format!("{} has refused {}. Nothing was changed.\n\n", function(), about.what());
    about.name(&mut text);
    if let Some(file) = file {
        let _ = writeln!(text, "File:   {file}");
    }
    if let Some(line) = line {
        let _ = writeln!(text, "Line:   {line}");
    }
    let _ = write!(text, "Reason: {reason}\nRemedy: {remedy}\n\nThen run:\n  {}\n", about.again());
    Notice { subject: subject(&format!("{} refused", about.what())), text }
}

pub(crate) fn failed(about: About<'_>, error: &str) -> Notice {
    let error: String = error.chars().map(|c| if c.is_control() { ' ' } else { c }).take(ERROR).collect();
    let mut text = format!("{} has failed at {}.\n\n", function(), about.what());
    about.name(&mut text);
    let _ = write!(
        text,
        "Error:  {error}\n\nReaders see what they saw before. Where the schedule began it, Lambda tries it again by \
         itself. If that fails too, mend what the error says, then run:\n  {}\n",
        about.again()
    );
    Notice { subject: subject(&format!("{} failed", about.what())), text }
}

impl About<'_> {
    fn what(self) -> &'static str {
        if self.prepare { "the preparation for DMS" } else { "the newest prices" }
    }

    fn name(self, text: &mut String) {
        if let Some(batch) = self.batch {
            let _ = writeln!(text, "Batch:  {batch}");
        }
    }

    /// The command that does it again.
    fn again(self) -> String {
        let prepare = if self.prepare { " --prepare" } else { "" };
        format!("cargo xtask invoke load-rates --stage STAGE{prepare}")
    }
}

fn subject(what: &str) -> Subject {
    Subject::new(&format!("{}: {what}", function()))
}

fn function() -> String {
    env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| LoadRates::BIN.to_owned())
}
