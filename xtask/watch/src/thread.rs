//! Which invocation a line belongs to: an execution environment has a stream of its own and works on one at a time, so that
//! what stands between a start and the next belongs to it, also where the line itself does not tell.

use std::collections::HashMap;

use crate::line::{Event, Said, read};

/// A line with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub event: Event,
    pub said: Said,
    pub request: Option<String>,
}

/// The invocation that each stream is in.
#[derive(Debug, Default)]
pub struct Threads(HashMap<String, String>);

impl Threads {
    /// Lines have to come in the order in which they stand in their streams.
    pub fn line(&mut self, event: Event) -> Line {
        let (said, told) = read(&event.message);
        if let (Said::Start, Some(id)) = (&said, &told) {
            self.0.insert(event.stream.clone(), id.clone());
        }
        let request = told.or_else(|| self.0.get(&event.stream).cloned());
        if matches!(said, Said::Report { .. }) {
            self.0.remove(&event.stream);
        }
        Line { event, said, request }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_belongs_to_what_began_before_it_in_its_stream() {
        let mut threads = Threads::default();
        let mut of = |stream: &str, message: &str| {
            let event = Event { at: 1, stream: stream.to_owned(), message: message.to_owned(), id: None };
            threads.line(event).request
        };
        assert_eq!(of("a", "before"), None);
        assert_eq!(of("a", "START RequestId: 1 Version: 2").as_deref(), Some("1"));
        assert_eq!(of("b", "START RequestId: 2 Version: 2").as_deref(), Some("2"));
        assert_eq!(of("a", "{\"_aws\":{}}").as_deref(), Some("1"));
        assert_eq!(of("b", "something").as_deref(), Some("2"));
        assert_eq!(of("a", "END RequestId: 1").as_deref(), Some("1"));
        assert_eq!(of("a", "REPORT RequestId: 1\tDuration: 3 ms").as_deref(), Some("1"));
        assert_eq!(of("a", "between"), None);
    }
}
