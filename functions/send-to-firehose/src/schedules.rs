//! Random schedules: whatever fails, each trip is delivered, and none twice unless nobody could know better.

use contract::{Handle, send_to_firehose::Env, taxi::RECORD_SCHEMA_FILE};
use runtime::{
    Answer, BatchResponse, Counts, Fault, Handler, LINE_LIMIT, RecordSchema,
    testing::{
        Dice, MemoryDelivery, Schedule, Told, Upset, Upsets, Watch, event, for_each_seed, is_trip, run, small_record,
        small_schema, trip,
    },
};
use serde_json::Value;
use std::{collections::BTreeSet, rc::Rc};

use crate::handle::Sender;

/// A function with memory for a delivery stream.
struct Bench {
    sender: Sender<Rc<MemoryDelivery>, Watch>,
    delivery: Rc<MemoryDelivery>,
    upsets: Rc<Upsets>,
}

impl Bench {
    fn new(upsets: Upsets, schema: &RecordSchema) -> Self {
        let upsets = Rc::new(upsets);
        let delivery = Rc::new(MemoryDelivery::new(Rc::clone(&upsets)));
        let env = Env { delivery: Handle::named("delivery"), record_schema: RECORD_SCHEMA_FILE };
        Self {
            sender: Sender::with_schema(env, schema.clone(), Rc::clone(&delivery), Watch::default()),
            delivery,
            upsets,
        }
    }

    fn send(&self, records: impl IntoIterator<Item = (u64, String)>) -> Answer<BatchResponse> {
        run(self.sender.handle(event(records))).unwrap()
    }

    fn invoke(&self, numbers: impl IntoIterator<Item = u64>) -> Answer<BatchResponse> {
        self.send(numbers.into_iter().map(|number| (number, small_record(number))))
    }

    /// As Lambda hears it: nothing from a function that was killed.
    fn tell(&self, numbers: &[u64]) -> Told {
        let answer = self.invoke(numbers.iter().copied());
        assert_eq!(answer.counts.input, answer.counts.out + answer.counts.rejected);
        assert_eq!(answer.counts.input + answer.counts.returned, numbers.len());
        if self.upsets.take_crash() {
            return Told::Nothing;
        }
        told(&answer)
    }

    /// The numbers of the trips delivered, in order.
    fn delivered(&self) -> Vec<u64> {
        let number = |line: &String| {
            let trip: Value = serde_json::from_str(line).unwrap();
            trip["event_id"].as_str().unwrap().parse().unwrap()
        };
        self.delivery.lines().iter().map(number).collect()
    }
}

fn told(answer: &Answer<BatchResponse>) -> Told {
    answer.response.failed().map_or(Told::Settled, |failed| Told::From(failed.as_str().parse().unwrap()))
}

/// One stream, from its first delivery until all of it is settled.
fn schedule(Schedule { upsets, numbers, mut poller }: Schedule, schema: &RecordSchema) {
    let bench = Bench::new(upsets, schema);
    poller.deliver(
        40,
        || bench.upsets.end(),
        |batch| {
            let before = bench.delivered().len();
            let told = bench.tell(batch);
            let delivered = bench.delivered();
            let delivered_now = &delivered[before..];
            for number in batch.iter().filter(|number| is_trip(**number)) {
                let settled = match told {
                    Told::Settled => true,
                    Told::From(failed) => *number < failed,
                    Told::Nothing => false,
                };
                assert!(!settled || delivered_now.contains(number), "{number} is settled and was not delivered");
            }
            told
        },
    );
    let delivered: BTreeSet<u64> = bench.delivered().into_iter().collect();
    assert_eq!(delivered, numbers.iter().copied().filter(|number| is_trip(*number)).collect());
}

fn schedules(seeds: std::ops::Range<u64>) {
    let schema = small_schema();
    for_each_seed(seeds, |one| schedule(one, &schema));
}

#[test]
fn five_thousand_schedules_deliver_every_trip() {
    schedules(0..5_000);
}

#[test]
fn five_thousand_more_schedules_deliver_every_trip() {
    schedules(5_000..10_000);
}

#[test]
fn only_failed_entries_are_sent_again() {
    let schema = small_schema();
    for seed in 0..500 {
        let mut dice = Dice::new(seed);
        let mut upsets = Upsets::default();
        for call in 1..=4 {
            upsets = upsets.at(call, Upset::Entries(dice.throw()));
        }
        let bench = Bench::new(upsets, &schema);
        assert_eq!(bench.tell(&[7, 8, 9, 10, 11]), Told::Settled, "seed {seed}");
        let mut delivered = bench.delivered();
        delivered.sort_unstable();
        assert_eq!(delivered, [7, 8, 9, 10, 11], "seed {seed}");
    }
}

#[test]
fn entries_that_fail_to_the_end_are_handed_back_from_the_first() {
    let mut upsets = Upsets::default();
    for call in 1..=5 {
        // The first of what is left is taken at first, and later none.
        upsets = upsets.at(call, Upset::Entries(if call == 1 { 0b1010 } else { u64::MAX }));
    }
    let bench = Bench::new(upsets, &small_schema());
    let answer = bench.invoke([7, 8, 9, 10]);
    assert_eq!(told(&answer), Told::From(8));
    assert_eq!(bench.delivered(), [7, 9]);
    assert_eq!(bench.delivery.calls(), [4, 2, 2, 2, 2]);
    assert_eq!((answer.counts.out, answer.counts.returned), (1, 3));
}

#[test]
fn after_a_chunk_that_fails_no_later_one_is_sent() {
    let mut upsets = Upsets::default();
    for call in 2..=6 {
        upsets = upsets.at(call, Upset::Before(Fault::Passing));
    }
    let bench = Bench::new(upsets, &small_schema());
    let answer = bench.send((1..=1_200).map(|number| (number, trip(number))));
    assert_eq!(told(&answer), Told::From(501));
    assert_eq!(bench.delivery.calls(), [500; 6], "the first chunk, and five attempts at the second");
    assert_eq!((answer.counts.out, answer.counts.returned), (500, 700));
}

#[test]
fn the_pauses_are_for_the_whole_invocation() {
    let mut upsets = Upsets::default();
    for call in [1, 2, 4, 5, 6] {
        upsets = upsets.at(call, Upset::Before(Fault::Passing));
    }
    let bench = Bench::new(upsets, &small_schema());
    let answer = bench.send((1..=1_000).map(|number| (number, trip(number))));
    assert_eq!(told(&answer), Told::From(501));
    assert_eq!(bench.upsets.calls(), 6);
}

#[test]
fn a_lost_reply_is_sent_again_and_a_denied_call_is_not() {
    let bench = Bench::new(Upsets::default().at(1, Upset::After), &small_schema());
    assert_eq!(bench.tell(&[7, 8]), Told::Settled);
    assert_eq!(bench.delivered(), [7, 8, 7, 8], "nobody could know that it was taken");
    for fault in [Fault::AccessDenied, Fault::NotFound, Fault::Invalid] {
        let bench = Bench::new(Upsets::default().at(1, Upset::Before(fault)), &small_schema());
        assert_eq!(bench.tell(&[7, 8]), Told::From(7));
        assert_eq!(bench.upsets.calls(), 1);
    }
}

#[test]
fn a_full_event_goes_out_in_calls_that_firehose_takes() {
    let bench = Bench::new(Upsets::default(), &small_schema());
    let large = |number| {
        let bare = trip(number);
        let note = "x".repeat(LINE_LIMIT - bare.len() - 64);
        (number, bare.replacen('{', &format!("{{\"note\":\"{note}\","), 1))
    };
    let answer = bench.send((100..106).map(large));
    assert_eq!(told(&answer), Told::Settled);
    assert_eq!(bench.delivery.calls(), [4, 2]);
    let bytes: usize = bench.delivery.lines().iter().map(String::len).sum();
    assert_eq!(answer.counts, Counts { input: 6, out: 6, bytes, ..Counts::default() });
}

#[test]
fn rejected_records_count_and_are_not_sent() {
    let bench = Bench::new(Upsets::default(), &small_schema());
    let answer = bench.invoke([12, 13]);
    assert_eq!((answer.counts.input, answer.counts.out, answer.counts.rejected), (2, 0, 2));
    assert_eq!(bench.delivery.calls(), [0; 0], "there is nothing to send");
    bench.invoke([11, 12, 13, 14]);
    assert_eq!(bench.delivered(), [11, 14]);
}

#[test]
fn what_is_sent_is_the_record_with_its_event_id_and_one_newline() {
    let bench = Bench::new(Upsets::default(), &small_schema());
    bench.send([(7, trip(7))]);
    let expected = format!("{},\"event_id\":\"7\"}}\n", trip(7).trim_end_matches('}'));
    assert_eq!(bench.delivery.lines(), [expected]);
}

#[test]
fn an_event_without_shard_is_an_error() {
    let mut event = event([(7, trip(7))]);
    event.records[0].event_id = None;
    let bench = Bench::new(Upsets::default(), &small_schema());
    let error = run(bench.sender.handle(event)).unwrap_err();
    assert_eq!(error.to_string(), "record 1 of the event has no shard id in its event id ''");
}
