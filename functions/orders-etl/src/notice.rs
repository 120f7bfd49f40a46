//! What people are told of a run.

use chrono::NaiveDate;
use contract::{Function, orders::DIMENSIONS_SCHEMA, orders_etl::OrdersEtl};
use runtime::Subject;
use std::{env, fmt::Write};

use crate::{book::Entry, fault::Refusal};

/// An error is cut to this, far below what SNS takes.
const ERROR: usize = 4_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) subject: Subject,
    pub(crate) text: String,
}

pub(crate) fn done(day: NaiveDate, entry: &Entry, exports: &[String]) -> Notice {
    let mut text = format!("{} has loaded and summed up the orders of {day}.\n\nRows:\n", function());
    for (table, rows) in &entry.rows {
        let _ = writeln!(text, "  {table}: {rows}");
    }
    let _ = write!(text, "\nExports:\n  {}\n", exports.join("\n  "));
    if entry.unknown_dates > 0 {
        let _ = write!(
            text,
            "\nOn {} dates there are orders, but {DIMENSIONS_SCHEMA}.dim_dates does not have them, so that they count as no \
             holidays. Where that is wrong, bring them as dimensions/dim_dates.csv, then run:\n  {}\n",
            entry.unknown_dates,
            again(day)
        );
    }
    Notice { subject: subject(&format!("the orders of {day} are done")), text }
}

pub(crate) fn refused(day: Option<NaiveDate>, refusal: &Refusal) -> Notice {
    let Refusal { file, line, reason } = refusal;
    let what = day.map_or_else(|| "a migration".to_owned(), |day| format!("the orders of {day}"));
    let mut text = format!("{} has refused {what}. Nothing was changed.\n\n", function());
    if let Some(file) = file {
        let _ = writeln!(text, "File:   {file}");
    }
    if let Some(line) = line {
        let _ = writeln!(text, "Line:   {line}");
    }
    let _ = writeln!(text, "Reason: {reason}");
    if let Some(day) = day {
        let mend = if file.is_some() { "Mend the file and put it there again" } else { "Do what the reason says" };
        let _ = write!(text, "\n{mend}, then run:\n  {}\n", again(day));
    }
    Notice { subject: subject(&format!("{what} refused")), text }
}

pub(crate) fn failed(day: Option<NaiveDate>, error: &str) -> Notice {
    let what = day.map_or_else(|| "a migration".to_owned(), |day| format!("the orders of {day}"));
    let error: String = error.chars().map(|c| if c.is_control() { ' ' } else { c }).take(ERROR).collect();
    let mut text = format!("{} has failed at {what}.\n\nError: {error}\n", function());
    if let Some(day) = day {
        let _ = write!(
            text,
            "\nWhat was not finished was taken back, and what was finished is kept: the same again goes on from there. \
             Where the schedule began it, Lambda tries it again by itself. If that fails too, mend what the error says, then run:\n  {}\n",
            again(day)
        );
    }
    Notice { subject: subject(&format!("{what} failed")), text }
}

fn subject(what: &str) -> Subject {
    Subject::new(&format!("{}: {what}", function()))
}

/// The command that does a date, whatever was done of it before.
fn again(day: NaiveDate) -> String {
    format!("cargo xtask invoke orders-etl --stage STAGE --today {day} --again")
}

fn function() -> String {
    env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| OrdersEtl::BIN.to_owned())
}
