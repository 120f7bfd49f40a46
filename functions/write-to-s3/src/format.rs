//! How an object holds its records, and how they are found in it again.

use runtime::Sequence;
use serde::Deserialize;

/// Of one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Trips: one JSON array, one trip a line.
    Array,
    /// Quarantine: one JSON object a line.
    Lines,
}

impl Format {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Array => "json",
            Self::Lines => "jsonl",
        }
    }

    /// Of lines that end with a newline each.
    pub(crate) fn encode<'a>(self, lines: impl Iterator<Item = &'a str>) -> Vec<u8> {
        match self {
            Self::Lines => lines.collect::<String>().into(),
            Self::Array => {
                let mut array = String::from("[");
                for line in lines {
                    array.push_str(if array.len() == 1 { "\n" } else { ",\n" });
                    array.push_str(line.trim_end());
                }
                array.push_str("\n]\n");
                array.into()
            }
        }
    }

    /// The numbers of the records in an object.
    pub(crate) fn sequences(self, body: &[u8]) -> Result<Vec<Sequence>, serde_json::Error> {
        match self {
            Self::Array => {
                let trips: Vec<Trip> = serde_json::from_slice(body)?;
                Ok(trips.into_iter().map(|trip| trip.event_id).collect())
            }
            Self::Lines => serde_json::Deserializer::from_slice(body)
                .into_iter()
                .map(|line| line.map(|line: Quarantined| line.sequence))
                .collect(),
        }
    }
}

/// A stored trip, as far as it matters here; the field is `contract::taxi::EVENT_ID`.
#[derive(Deserialize)]
struct Trip {
    event_id: Sequence,
}

#[derive(Deserialize)]
struct Quarantined {
    sequence: Sequence,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: Format, lines: &[&str]) -> String {
        String::from_utf8(format.encode(lines.iter().copied())).unwrap()
    }

    #[test]
    fn trips_are_one_array() {
        let lines = ["{\"a\":1,\"event_id\":\"7\"}\n", "{\"event_id\":\"19\"}\n"];
        let array = text(Format::Array, &lines);
        assert_eq!(array, "[\n{\"a\":1,\"event_id\":\"7\"},\n{\"event_id\":\"19\"}\n]\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&array).unwrap().as_array().unwrap().len(), 2);
        let sequences = Format::Array.sequences(array.as_bytes()).unwrap();
        assert_eq!(sequences, ["7", "19"].map(|number| Sequence::parse(number).unwrap()));
    }

    #[test]
    fn quarantine_is_lines() {
        let lines = ["{\"sequence\":\"7\"}\n", "{\"sequence\":\"19\",\"record\":\"\\n\"}\n"];
        let quarantine = text(Format::Lines, &lines);
        assert_eq!(quarantine, lines.concat());
        assert_eq!(Format::Lines.sequences(quarantine.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn what_another_wrote_is_an_error() {
        for (format, body) in [(Format::Array, "{}"), (Format::Array, "[{}]"), (Format::Lines, "{}\n")] {
            assert!(format.sequences(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn the_field_read_is_the_one_that_decoding_sets() {
        assert_eq!(contract::taxi::EVENT_ID, "event_id");
    }
}
