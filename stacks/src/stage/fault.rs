//! What is wrong with a stage file: where, what, and what would be right.

use std::fmt;

/// One fault in a stage file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct StageFault {
    pub file: String,
    /// Counted from 1. None where the fault is the file as a whole.
    pub place: Option<Place>,
    pub what: String,
    pub remedy: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub line: u64,
    pub column: u64,
    /// The line itself, to be shown.
    pub excerpt: String,
}

impl fmt::Display for StageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Place { line, column, excerpt }) = &self.place else {
            return write!(f, "{}: {}\n  fix: {}", self.file, self.what, self.remedy);
        };
        let margin = line.to_string();
        let before: String = excerpt
            .chars()
            .take(usize::try_from(column.saturating_sub(1)).unwrap_or(0))
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        writeln!(f, "{}:{line}:{column}: {}", self.file, self.what)?;
        writeln!(f, "  {margin} | {excerpt}")?;
        writeln!(f, "  {:width$} | {before}^", "", width = margin.len())?;
        write!(f, "  fix: {}", self.remedy)
    }
}

/// The candidate that was probably meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase().replace('-', "_")), candidate))
        .filter(|(distance, candidate)| *distance <= 1.max(candidate.len() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean …?" and all that could stand there.
pub fn instead(word: &str, candidates: &[&str]) -> String {
    let all = candidates.join(", ");
    match nearest(word, candidates.iter().copied()) {
        Some(meant) => format!("did you mean '{meant}'? Possible here: {all}"),
        None => format!("possible here: {all}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_spelling_is_found_and_nothing_far_fetched() {
        assert_eq!(nearest("taxy", ["taxi", "rates"]), Some("taxi"));
        assert_eq!(nearest("write-to-s3", ["write_to_s3"]), Some("write_to_s3"));
        assert_eq!(nearest("Shards", ["shards"]), Some("shards"));
        assert_eq!(nearest("kubernetes", ["taxi", "rates"]), None);
    }
}
