//! Findings as annotations of a workflow's run.

use crate::diagnostic::{Diagnostic, Severity};

pub fn annotations(found: &[Diagnostic]) -> String {
    let line = |diagnostic: &Diagnostic| {
        let Diagnostic { rule, severity, file, place, message, fix, resource } = diagnostic;
        let word = if *severity == Severity::Error { "error" } else { "warning" };
        let resource = resource.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
        format!(
            "::{word} file={},line={},col={},title={}::{}\n",
            property(file),
            place.line,
            place.column,
            property(rule),
            data(&format!("{resource}{message}\nfix: {fix}"))
        )
    };
    found.iter().map(line).collect()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
