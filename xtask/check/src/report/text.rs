//! Findings for people: place, excerpt with a caret, fix.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};

/// How much of a long line is shown.
const WIDTH: usize = 110;

/// `files` are the texts by file name; one that is not among them is shown without an excerpt.
pub fn text(found: &[Diagnostic], files: &BTreeMap<String, String>, colours: bool) -> String {
    let mut out = String::new();
    for diagnostic in found {
        let (word, colour) = match diagnostic.severity {
            Severity::Error => ("error", "\u{1b}[1;31m"),
            Severity::Warning => ("warning", "\u{1b}[1;33m"),
        };
        let (on, off) = if colours { (colour, "\u{1b}[0m") } else { ("", "") };
        let Diagnostic { rule, file, place, resource, message, fix, .. } = diagnostic;
        let resource = resource.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
        let _ = writeln!(out, "{on}{word}{off}[{rule}] {file}:{}:{}: {resource}{message}", place.line, place.column);
        if let Some(line) = files.get(file).and_then(|text| text.lines().nth(place.line.saturating_sub(1))) {
            excerpt(&mut out, line, place.line, place.column);
        }
        let _ = writeln!(out, "  fix: {fix}\n");
    }
    out
}

fn excerpt(out: &mut String, line: &str, number: usize, column: usize) {
    // A long line is cut so that the place is in it.
    let skipped = column.saturating_sub(WIDTH * 2 / 3);
    let shown: String = line.chars().skip(skipped).take(WIDTH).map(|c| if c == '\t' { ' ' } else { c }).collect();
    let margin = number.to_string().len();
    let caret = " ".repeat(column.saturating_sub(1 + skipped));
    let _ = writeln!(out, "  {number} | {shown}\n  {:margin$} | {caret}^", "");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Place;

    #[test]
    fn a_finding_shows_its_place_and_its_fix() {
        let found = [Diagnostic {
            rule: "queue-visibility".to_owned(),
            severity: Severity::Error,
            file: "a.yaml".to_owned(),
            place: Place { line: 2, column: 3 },
            resource: Some("Jobs".to_owned()),
            message: "too short".to_owned(),
            fix: "make it longer".to_owned(),
        }];
        let files = BTreeMap::from([("a.yaml".to_owned(), "Resources:\n  Jobs:\n".to_owned())]);
        let expected =
            "error[queue-visibility] a.yaml:2:3: Jobs: too short\n  2 |   Jobs:\n    |   ^\n  fix: make it longer\n\n";
        assert_eq!(text(&found, &files, false), expected);
        assert!(text(&found, &BTreeMap::new(), true).contains("\u{1b}[1;31merror"));
    }
}
