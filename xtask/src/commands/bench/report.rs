//! What was measured, as one table: each row beside something measured in the same run, and with what it has to keep.

use serde::Serialize;
use std::fmt;

use super::Part;
use super::machine::Machine;

#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) machine: Machine,
    pub(super) rows: Vec<Row>,
    /// Parts that could not be measured.
    pub(super) broken: Vec<Broken>,
}

#[derive(Debug, Serialize)]
pub(super) struct Broken {
    pub(super) part: Part,
    pub(super) why: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) part: Part,
    pub(super) what: String,
    value: f64,
    unit: Unit,
    /// Processor time of one run, in milliseconds: what other work on the machine changes least.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<Beside>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<Bound>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Unit {
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "s")]
    Seconds,
    #[serde(rename = "MB")]
    Megabytes,
    #[serde(rename = "kB")]
    Kilobytes,
    #[serde(rename = "MB/s")]
    MegabytesASecond,
    #[serde(rename = "rows/s")]
    RowsASecond,
}

/// What a row is held against.
#[derive(Debug, Serialize)]
struct Beside {
    what: String,
    value: f64,
    /// How many times that it is.
    ratio: f64,
}

/// What a row has to keep.
#[derive(Debug, Serialize)]
struct Bound {
    rule: Rule,
    /// An aim is told; a limit that is broken fails the benchmark.
    is_aim: bool,
    kept: bool,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rule {
    /// In the row's own unit.
    AtMost(f64),
    /// More than what it stands beside.
    Above(f64),
    /// Times what it stands beside, or less.
    AtMostTimes(f64),
    /// Times what it stands beside, or more.
    AtLeastTimes(f64),
    /// Between these times what it stands beside.
    Near((f64, f64)),
}

impl Row {
    pub(super) fn new(part: Part, what: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { part, what: what.into(), value, unit, cpu_ms: None, beside: None, bound: None }
    }

    pub(super) fn cpu(self, milliseconds: f64) -> Self {
        Self { cpu_ms: Some(milliseconds), ..self }
    }

    pub(super) fn beside(self, what: impl Into<String>, value: f64) -> Self {
        let ratio = self.value / value;
        Self { beside: Some(Beside { what: what.into(), value, ratio }), ..self }
    }

    pub(super) fn limit(self, rule: Rule) -> Self {
        self.bound(rule, false)
    }

    pub(super) fn aim(self, rule: Rule) -> Self {
        self.bound(rule, true)
    }

    fn bound(self, rule: Rule, is_aim: bool) -> Self {
        let ratio = self.beside.as_ref().map_or(f64::NAN, |beside| beside.ratio);
        let floor = self.beside.as_ref().map_or(f64::NAN, |beside| beside.value);
        // What cannot be told is not kept.
        let kept = match rule {
            Rule::AtMost(most) => self.value <= most,
            Rule::Above(most) => self.value - floor <= most,
            Rule::AtMostTimes(most) => ratio <= most,
            Rule::AtLeastTimes(least) => ratio >= least,
            Rule::Near((least, most)) => (least..=most).contains(&ratio),
        };
        Self { bound: Some(Bound { rule, is_aim, kept }), ..self }
    }

    pub(super) fn breaks_its_limit(&self) -> bool {
        self.bound.as_ref().is_some_and(|bound| !bound.is_aim && !bound.kept)
    }

    /// What stands in the columns of the table.
    fn cells(&self) -> [String; 6] {
        let (beside, times) = match &self.beside {
            Some(Beside { what, value, ratio }) => (format!("{what}: {}", self.unit.of(*value)), format!("{ratio:.2}")),
            None => (String::new(), String::new()),
        };
        let cpu = self.cpu_ms.map(|cpu| Unit::Milliseconds.of(cpu)).unwrap_or_default();
        let bound = self.bound.as_ref().map(|bound| bound.told(self.unit)).unwrap_or_default();
        [self.what.clone(), self.unit.of(self.value), cpu, beside, times, bound]
    }
}

impl Bound {
    fn told(&self, unit: Unit) -> String {
        let rule = match self.rule {
            Rule::AtMost(most) => format!("at most {}", unit.of(most)),
            Rule::Above(most) => format!("{} above it", unit.of(most)),
            Rule::AtMostTimes(most) => format!("at most {most} times"),
            Rule::AtLeastTimes(least) => format!("at least {least} times"),
            Rule::Near((least, most)) => format!("{least} to {most} times"),
        };
        let (name, missed) = if self.is_aim { ("aim", "MISSED") } else { ("limit", "BROKEN") };
        format!("{name}: {rule}, {}", if self.kept { "kept" } else { missed })
    }
}

impl Unit {
    /// A value with three digits that mean something.
    fn of(self, value: f64) -> String {
        match self {
            Self::Milliseconds if value >= 10_000.0 => Self::Seconds.of(value / 1_000.0),
            Self::Milliseconds => format!("{} ms", rounded(value)),
            Self::Seconds => format!("{} s", rounded(value)),
            Self::Megabytes => format!("{} MB", rounded(value)),
            Self::Kilobytes => format!("{} kB", rounded(value)),
            Self::MegabytesASecond => format!("{} MB/s", rounded(value)),
            Self::RowsASecond if value >= 10_000.0 => format!("{:.0},000/s", value / 1_000.0),
            Self::RowsASecond => format!("{value:.0}/s"),
        }
    }
}

fn rounded(value: f64) -> String {
    match value.abs() {
        ..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

const HEAD: [&str; 6] = ["", "measured", "processor", "beside", "times", "has to be"];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<_> = self.rows.iter().map(|row| (row.part, row.cells())).collect();
        let mut widths = HEAD.map(str::len);
        for (_, cells) in &cells {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let head = HEAD.map(str::to_owned);
        let mut last = None;
        for (part, cells) in std::iter::once((None, &head)).chain(cells.iter().map(|(part, row)| (Some(*part), row))) {
            if part != last {
                writeln!(f)?;
            }
            last = part;
            let line = cells.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
                1 | 2 | 4 => format!("{cell:>width$}"),
                _ => format!("{cell:<width$}"),
            });
            writeln!(f, "{}", line.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        for Broken { why, .. } in &self.broken {
            writeln!(f, "\nnot measured: {why}")?;
        }
        write!(f, "\n{}", self.machine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64, beside: f64) -> Row {
        Row::new(Part::Render, "a stage", value, Unit::Milliseconds).beside("starting", beside)
    }

    #[test]
    fn a_limit_is_kept_up_to_itself_and_an_aim_fails_nothing() {
        for (rule, kept, broken) in [
            (Rule::AtMost(10.0), 10.0, 10.1),
            (Rule::Above(8.0), 10.0, 10.1),
            (Rule::AtMostTimes(5.0), 10.0, 10.1),
            (Rule::AtLeastTimes(5.0), 10.0, 9.9),
        ] {
            assert!(!row(kept, 2.0).limit(rule).breaks_its_limit(), "{rule:?}");
            assert!(row(broken, 2.0).limit(rule).breaks_its_limit(), "{rule:?}");
            assert!(!row(broken, 2.0).aim(rule).breaks_its_limit(), "{rule:?}");
        }
        // Beside nothing, or beside what took no time, a ratio means nothing.
        let alone = Row::new(Part::Render, "alone", 1.0, Unit::Milliseconds);
        assert!(alone.limit(Rule::AtMostTimes(2.0)).breaks_its_limit());
    }

    #[test]
    fn the_table_has_one_line_a_row_with_its_columns_below_each_other() {
        let rows = vec![
            row(12.345, 4.1).cpu(9.0).limit(Rule::Above(30.0)),
            Row::new(Part::Size, "xtask", 24.6, Unit::Megabytes),
            row(20_000.0, 1_000.0).aim(Rule::AtMostTimes(2.0)),
        ];
        let report = Report {
            machine: Machine::now(),
            rows,
            broken: vec![Broken { part: Part::Cold, why: "no compiler".to_owned() }],
        };
        let text = report.to_string();
        let lines: Vec<_> = text.lines().filter(|line| line.contains(" ms") || line.contains("measured")).collect();
        assert!(lines[1].contains("12.3 ms") && lines[1].contains("3.01") && lines[1].ends_with("kept"), "{text}");
        assert!(lines[2].contains("20.0 s") && lines[2].ends_with("aim: at most 2 times, MISSED"), "{text}");
        let beside = |line: &str| line.find("starting");
        assert!(beside(lines[1]).is_some() && beside(lines[1]) == beside(lines[2]), "{text}");
        assert!(text.contains("not measured: no compiler"), "{text}");
    }
}
