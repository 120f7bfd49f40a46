//! What is wrong with a file: the first fault of it, and how many more there are of that kind.

use serde::Serialize;

/// A fault of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) line: u64,
    /// Of which others are counted.
    pub(crate) kind: &'static str,
    pub(crate) why: String,
}

/// The first fault of a file by its line, and how many others of its kind there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Faults(Option<(Complaint, u64)>);

impl Faults {
    /// In the order of lines.
    pub(crate) fn add(&mut self, complaint: Complaint) {
        match &mut self.0 {
            None => self.0 = Some((complaint, 0)),
            Some((first, more)) => *more += u64::from(first.kind == complaint.kind),
        }
    }

    /// One that was found otherwise, with as many others of its kind.
    pub(crate) fn or_earlier(self, found: Option<(Complaint, u64)>) -> Self {
        Self(self.0.into_iter().chain(found).min_by_key(|(first, _)| first.line))
    }

    pub(crate) fn refuse(self, file: &str) -> Result<(), Refusal> {
        let Some((Complaint { line, why, .. }, more)) = self.0 else { return Ok(()) };
        let more = match more {
            0 => String::new(),
            1 => ", and so has one more line".to_owned(),
            more => format!(", and so have {more} more lines"),
        };
        Err(Refusal { file: Some(file.to_owned()), line: Some(line), reason: format!("{why}{more}") })
    }
}

/// Why a run does nothing, and would do nothing again: a file is not as it should be, or somebody has to decide.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{reason}")]
pub(crate) struct Refusal {
    /// Its URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    pub(crate) reason: String,
}

pub(crate) type Trouble = warehouse::Trouble<Refusal>;

impl warehouse::Refusal for Refusal {
    const RIGHTS: &'static str = "let its role create schemas and tables, or own those that are there";
}

impl Refusal {
    pub(crate) fn of_file(file: &str, reason: impl Into<String>) -> Self {
        Self { file: Some(file.to_owned()), line: None, reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(line: u64, kind: &'static str) -> Complaint {
        Complaint { line, kind, why: format!("{kind} is wrong") }
    }

    #[test]
    fn the_first_is_named_and_its_kind_is_counted() {
        let mut faults = Faults::default();
        assert_eq!(faults.clone().refuse("f"), Ok(()));
        for (line, kind) in [(3, "a"), (4, "b"), (5, "a")] {
            faults.add(complaint(line, kind));
        }
        let refusal = faults.clone().refuse("f").unwrap_err();
        assert_eq!((refusal.line, refusal.reason.as_str()), (Some(3), "a is wrong, and so has one more line"));
        let earlier = faults.clone().or_earlier(Some((complaint(2, "c"), 7))).refuse("f").unwrap_err();
        assert_eq!((earlier.line, earlier.reason.as_str()), (Some(2), "c is wrong, and so have 7 more lines"));
        assert_eq!(faults.clone().or_earlier(Some((complaint(9, "c"), 7))), faults);
    }
}
