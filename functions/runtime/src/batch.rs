//! A batch of the stream: decoded, and answered for.

use contract::KinesisEvent;
use serde::Serialize;

use crate::{Accepted, BadEvent, Counts, RecordSchema, Rejected, Sequence, arrival::arrivals, record::decode};

/// The records of one event, each once, in the order of their numbers.
#[derive(Debug, Default)]
pub struct Batch {
    pub accepted: Vec<Accepted>,
    pub rejected: Vec<Rejected>,
}

/// What an invocation answers and what it counted.
#[derive(Debug)]
pub struct Answer<R> {
    pub response: R,
    pub counts: Counts,
}

impl Batch {
    pub fn decode(event: KinesisEvent, schema: &RecordSchema) -> Result<Self, BadEvent> {
        let mut arrived = arrivals(event).collect::<Result<Vec<_>, _>>()?;
        arrived.sort_by(|(a, _), (b, _)| a.sequence.cmp(&b.sequence).then_with(|| a.shard.cmp(&b.shard)));
        arrived.dedup_by(|(a, _), (b, _)| a == b);
        let mut batch = Self::default();
        for (arrival, data) in arrived {
            match decode(arrival, data, schema) {
                Ok(accepted) => batch.accepted.push(accepted),
                Err(rejected) => batch.rejected.push(*rejected),
            }
        }
        Ok(batch)
    }

    /// All of the batch is settled, or all before the given record. Lambda delivers from there on again, also what was
    /// settled after it, which therefore does not count yet.
    pub fn answer(&self, failed: Option<Sequence>) -> Answer<BatchResponse> {
        let settled = |sequence: &Sequence| failed.as_ref().is_none_or(|failed| sequence < failed);
        let out = self.accepted.iter().filter(|record| settled(&record.arrival.sequence));
        let (out, bytes) = out.fold((0, 0), |(out, bytes), record| (out + 1, bytes + record.line.len()));
        let rejected = self.rejected.iter().filter(|record| settled(&record.arrival.sequence)).count();
        let input = out + rejected;
        let returned = self.accepted.len() + self.rejected.len() - input;
        Answer {
            response: BatchResponse::new(failed),
            counts: Counts { input, out, dropped: 0, rejected, returned, bytes },
        }
    }
}

/// How Lambda is told where in the shard to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    batch_item_failures: Vec<ItemFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: Sequence,
}

impl BatchResponse {
    fn new(failed: Option<Sequence>) -> Self {
        Self {
            batch_item_failures: failed.into_iter().map(|item_identifier| ItemFailure { item_identifier }).collect(),
        }
    }

    /// The first record that is delivered again, if any.
    pub fn failed(&self) -> Option<&Sequence> {
        self.batch_item_failures.first().map(|failure| &failure.item_identifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{event, schema, trip};
    use serde_json::json;

    fn batch(records: &[(u64, &str)]) -> Batch {
        Batch::decode(event(records.iter().map(|(n, data)| (*n, (*data).to_owned()))), &schema()).unwrap()
    }

    #[test]
    fn a_failed_record_is_named_as_lambda_asks() {
        let response = batch(&[]).answer(Some(Sequence::parse("4958").unwrap())).response;
        assert_eq!(
            serde_json::to_value(&response).unwrap(),
            json!({ "batchItemFailures": [{ "itemIdentifier": "4958" }] })
        );
        let response = batch(&[]).answer(None).response;
        assert_eq!(serde_json::to_value(&response).unwrap(), json!({ "batchItemFailures": [] }));
    }

    #[test]
    fn only_what_is_not_delivered_again_counts() {
        let trip = trip(1);
        let batch = batch(&[(10, &trip), (9, "no trip"), (11, "no trip"), (100, &trip), (9, "no trip")]);
        let counts = batch.answer(Some(Sequence::parse("11").unwrap())).counts;
        assert_eq!((counts.input, counts.out, counts.rejected, counts.returned), (2, 1, 1, 2));
        assert_eq!(counts.bytes, batch.accepted[0].line.len());
        let counts = batch.answer(None).counts;
        assert_eq!((counts.input, counts.out, counts.rejected, counts.returned), (4, 2, 2, 0));
    }
}
