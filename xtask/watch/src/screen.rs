//! All pipelines on one screen: a line each, and one for each of their functions.

use std::fmt::Write;

use crate::figures::{Figures, OfFunction};
use crate::span::{grouped, short};

/// What stands where nothing is known.
const UNKNOWN: &str = "–";

const WIDTHS: [usize; 7] = [11, 11, 10, 10, 7, 7, 12];
const HEADS: [&str; 7] = ["in", "out", "dropped", "rejected", "errors", "behind", "last success"];
const NAMES: usize = 22;

/// The screen's lines; `now` is in seconds.
pub fn screen(figures: &[Figures], now: i64) -> Vec<String> {
    let mut lines = vec![row("in the last hour", &HEADS.map(str::to_owned))];
    // What all pipelines share has alarms, and nothing else.
    for figures in figures.iter().filter(|figures| !figures.functions.is_empty()) {
        lines.push(heading(figures, now));
        lines.extend(figures.functions.iter().map(|function| of_function(function, now)));
    }
    let sounding: Vec<_> = figures.iter().flat_map(|figures| figures.alarms.iter().flatten()).collect();
    lines.push(String::new());
    lines.push(match figures.iter().any(|figures| figures.alarms.is_none()) {
        true => format!("alarms: {UNKNOWN}"),
        false if sounding.is_empty() => "alarms: none sounds".to_owned(),
        false => format!("ALARM: {}", sounding.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")),
    });
    lines
}

fn row(name: &str, cells: &[String; 7]) -> String {
    let mut line = format!("{name:<NAMES$}");
    for (cell, width) in cells.iter().zip(WIDTHS) {
        let _ = write!(line, " {cell:>width$}");
    }
    line
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| UNKNOWN.to_owned(), grouped)
}

fn heading(figures: &Figures, now: i64) -> String {
    let mut parts = Vec::new();
    if figures.has.stream {
        parts.push(format!("{} shards", number(figures.shards)));
    }
    if figures.has.inbox {
        let age = figures
            .oldest_seconds
            .map_or_else(|| UNKNOWN.to_owned(), |age| short(i64::try_from(age).unwrap_or(i64::MAX)));
        let (waiting, at_work) = (number(figures.waiting), number(figures.at_work));
        parts.push(format!("{waiting} waiting, {at_work} at work, oldest {age}"));
    }
    if figures.has.machine {
        parts.push(executions(figures, now));
    }
    if figures.has.failures {
        parts.push(format!("{} dead letters", number(figures.dead_letters)));
    }
    format!("{:<NAMES$} {}", figures.pipeline, parts.join(" · "))
}

fn executions(figures: &Figures, now: i64) -> String {
    match &figures.executions {
        None => format!("executions {UNKNOWN}"),
        Some(all) if all.is_empty() => "no execution yet".to_owned(),
        Some(all) => {
            let one = all.iter().map(|one| format!("{} {} ago", one.status, short(now - one.begun)));
            one.collect::<Vec<_>>().join(", ")
        }
    }
}

fn of_function(function: &OfFunction, now: i64) -> String {
    let errors = match (function.errors, function.error_rate) {
        (Some(0), _) => "0".to_owned(),
        (_, Some(rate)) => format!("{:.1} %", rate * 100.0),
        _ => UNKNOWN.to_owned(),
    };
    let behind = match function.behind_seconds {
        _ if !function.reads_stream => String::new(),
        None => UNKNOWN.to_owned(),
        Some(seconds) => short(i64::try_from(seconds).unwrap_or(i64::MAX)),
    };
    let success = function.last_success.map_or_else(|| UNKNOWN.to_owned(), |at| format!("{} ago", short(now - at)));
    let counts = [function.input, function.out, function.dropped, function.rejected].map(number);
    let [input, out, dropped, rejected] = counts;
    row(&format!("  {}", function.function), &[input, out, dropped, rejected, errors, behind, success])
}

/// A line that fits, without what would wrap.
pub fn cut(line: &str, columns: usize) -> String {
    if line.chars().count() <= columns {
        return line.to_owned();
    }
    line.chars().take(columns.saturating_sub(1)).chain("…".chars().take(columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Execution, Has};
    use proptest::prelude::*;

    fn taxi() -> Figures {
        let function = OfFunction {
            function: "write-to-s3".to_owned(),
            input: Some(10_000),
            out: Some(9_800),
            dropped: Some(0),
            rejected: Some(200),
            invocations: Some(40),
            errors: Some(1),
            error_rate: Some(0.025),
            behind_seconds: Some(3),
            last_success: Some(940),
            reads_stream: true,
            ..OfFunction::default()
        };
        Figures {
            pipeline: "taxi".to_owned(),
            functions: vec![function],
            dead_letters: Some(0),
            shards: Some(2),
            alarms: Some(Vec::new()),
            has: Has { stream: true, failures: true, ..Has::default() },
            ..Figures::default()
        }
    }

    #[test]
    fn what_is_known_stands_there_and_what_is_not_is_a_dash() {
        let unknown = Figures {
            pipeline: "rates".to_owned(),
            functions: vec![OfFunction { function: "curate".to_owned(), ..OfFunction::default() }],
            executions: Some(vec![Execution { name: "x".to_owned(), status: "SUCCEEDED".to_owned(), begun: 700 }]),
            alarms: Some(vec!["m-dev-rates-abort".to_owned()]),
            has: Has { machine: true, inbox: true, failures: true, ..Has::default() },
            ..Figures::default()
        };
        let lines = screen(&[taxi(), unknown], 1000);
        let expected = "\
in the last hour                in         out    dropped   rejected  errors  behind last success
taxi                   2 shards · 0 dead letters
  write-to-s3               10,000       9,800          0        200   2.5 %      3s       1m ago
rates                  – waiting, – at work, oldest – · SUCCEEDED 5m ago · – dead letters
  curate                         –           –          –          –       –                    –

ALARM: m-dev-rates-abort";
        assert_eq!(lines.join("\n"), expected);
        assert!(screen(&[taxi()], 1000).last().is_some_and(|line| line == "alarms: none sounds"));
        let blind = Figures { alarms: None, ..taxi() };
        assert!(screen(&[blind], 1000).last().is_some_and(|line| line == "alarms: –"));
    }

    proptest! {
        #[test]
        fn columns_stand_below_each_other_whatever_the_numbers(input in 0..9_999_999_u64, out in 0..9_999_999_u64, seconds in 0..9_999_999_u64) {
            let mut figures = taxi();
            figures.functions[0].input = Some(input);
            figures.functions[0].out = Some(out);
            figures.functions[0].behind_seconds = Some(seconds);
            let lines = screen(&[figures], 1000);
            prop_assert_eq!(lines[0].chars().count(), lines[2].chars().count());
            prop_assert!(lines[0].chars().count() < 100);
        }

        #[test]
        fn what_is_cut_fits(line in "\\PC{0,60}", columns in 0..60_usize) {
            prop_assert!(cut(&line, columns).chars().count() <= columns);
        }
    }
}
