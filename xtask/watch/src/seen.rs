//! Following a log: it is asked again and again from a while before the last line on, since lines arrive late, and nothing is
//! shown twice.

use std::collections::HashMap;

use crate::line::Event;

/// How late a line may arrive after one that is younger.
pub const LATE_MS: i64 = 30_000;

/// What was shown, by what tells one line from another, and when it is from.
#[derive(Debug)]
pub struct Seen {
    shown: HashMap<Key, i64>,
    newest: i64,
    since: i64,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Named(String),
    /// Stream, time, message, and which of several like it.
    Alike(String, i64, String, usize),
}

impl Seen {
    pub fn since(since: i64) -> Self {
        Self { shown: HashMap::new(), newest: since, since }
    }

    /// From where on to ask next.
    pub fn from(&self) -> i64 {
        (self.newest - LATE_MS).max(self.since)
    }

    /// Of everything from [`Seen::from`] on, what was not shown.
    pub fn fresh(&mut self, events: Vec<Event>) -> Vec<Event> {
        let mut alike = HashMap::new();
        let mut fresh = Vec::new();
        for event in events {
            let key = if let Some(id) = &event.id {
                Key::Named(id.clone())
            } else {
                let of = (event.stream.clone(), event.at, event.message.clone());
                let before: &mut usize = alike.entry(of.clone()).or_default();
                *before += 1;
                Key::Alike(of.0, of.1, of.2, *before)
            };
            self.newest = self.newest.max(event.at);
            if self.shown.insert(key, event.at).is_none() {
                fresh.push(event);
            }
        }
        // What is never asked for again need not be known any more.
        let from = self.from();
        self.shown.retain(|_, at| *at >= from);
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Lines of some times arrive up to the time that is allowed after younger ones; whoever asks at whatever moments sees
        /// each once.
        #[test]
        fn each_line_is_shown_once_however_late_it_arrives(
            lines in prop::collection::vec((0..200_000_i64, 0..LATE_MS / 2, 0..3_u8, 0..2_u8), 1..60),
            mut asks in prop::collection::vec(0..260_000_i64, 1..30),
            named: bool,
        ) {
            asks.sort_unstable();
            asks.push(300_000);
            let mut seen = Seen::since(0);
            let mut shown = Vec::new();
            for now in asks {
                let from = seen.from();
                let mut there: Vec<_> = lines.iter().enumerate().filter(|(_, (at, late, ..))| at + late <= now && *at >= from).collect();
                there.sort_by_key(|(number, (at, ..))| (*at, *number));
                let events = there.into_iter().map(|(number, (at, _, stream, text))| Event {
                    at: *at,
                    stream: stream.to_string(),
                    message: text.to_string(),
                    id: named.then(|| number.to_string()),
                });
                shown.extend(seen.fresh(events.collect()).into_iter().map(|event| (event.at, event.stream, event.message)));
            }
            shown.sort();
            let mut all: Vec<_> = lines.iter().map(|(at, _, stream, text)| (*at, stream.to_string(), text.to_string())).collect();
            all.sort();
            prop_assert_eq!(shown, all);
        }
    }
}
