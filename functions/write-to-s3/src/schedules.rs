//! Random schedules: whatever fails, and however records are delivered, each is stored once and none is lost.

use contract::{Handle, taxi::RECORD_SCHEMA_FILE, write_to_s3::Env};
use proptest::prelude::*;
use runtime::{
    Answer, BatchResponse, Fault, Handler, RecordSchema,
    testing::{
        Dice, MemoryObjects, Schedule, Told, Upset, Upsets, Watch, event, for_each_seed, is_trip, run, small_record,
        small_schema,
    },
};
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::handle::Writer;

/// A function with memory for a bucket.
struct Bench {
    writer: Writer<Rc<MemoryObjects>, Watch>,
    objects: Rc<MemoryObjects>,
    upsets: Rc<Upsets>,
    /// What was read of objects, which do not change.
    read: RefCell<BTreeMap<String, Vec<u64>>>,
}

impl Bench {
    fn new(upsets: Upsets, schema: &RecordSchema) -> Self {
        let upsets = Rc::new(upsets);
        let objects = Rc::new(MemoryObjects::new(Rc::clone(&upsets)));
        let env = Env {
            written: Handle::named("s3://out/context=write_to_s3/"),
            rejected: Handle::named("s3://out/context=rejected/"),
            record_schema: RECORD_SCHEMA_FILE,
        };
        Self {
            writer: Writer::with_schema(env, schema.clone(), Rc::clone(&objects), Watch::default()),
            objects,
            upsets,
            read: RefCell::default(),
        }
    }

    fn invoke(&self, numbers: &[u64]) -> Answer<BatchResponse> {
        run(self.writer.handle(event(numbers.iter().map(|number| (*number, small_record(*number)))))).unwrap()
    }

    /// As Lambda hears it: nothing from a function that was killed.
    fn tell(&self, numbers: &[u64]) -> Told {
        let answer = self.invoke(numbers);
        assert_eq!(answer.counts.input, answer.counts.out + answer.counts.rejected);
        assert_eq!(answer.counts.input + answer.counts.returned, numbers.len());
        if self.upsets.take_crash() {
            return Told::Nothing;
        }
        answer.response.failed().map_or(Told::Settled, |failed| Told::From(failed.as_str().parse().unwrap()))
    }

    fn names(&self) -> Vec<String> {
        self.objects.uris()
    }

    /// The numbers of the records in a folder, which must be there once.
    fn stored(&self, folder: &str) -> BTreeSet<u64> {
        let mut read = self.read.borrow_mut();
        let mut stored = BTreeSet::new();
        for uri in self.names().into_iter().filter(|uri| uri.contains(folder)) {
            let numbers = read.entry(uri).or_insert_with_key(|uri| numbers(&self.objects.all()[uri]));
            assert!(!numbers.is_empty(), "an object of {folder} is empty");
            for number in numbers {
                assert!(stored.insert(*number), "{number} is stored twice");
            }
        }
        stored
    }
}

/// Of the records in an object: of one JSON array, or of lines.
fn numbers(body: &[u8]) -> Vec<u64> {
    let records: Vec<Value> = match body.first() {
        Some(b'[') => serde_json::from_slice(body).unwrap(),
        _ => std::str::from_utf8(body).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
    };
    let number = |record: &Value| record.get("event_id").or(record.get("sequence")).unwrap().as_str().unwrap().parse();
    records.iter().map(|record| number(record).unwrap()).collect()
}

/// One stream, from its first delivery until all of it is settled.
fn schedule(Schedule { upsets, numbers, mut poller }: Schedule, schema: &RecordSchema) {
    let bench = Bench::new(upsets, schema);
    poller.deliver(
        40,
        || bench.upsets.end(),
        |batch| {
            let told = bench.tell(batch);
            let settled = batch.iter().filter(|number| match told {
                Told::Settled => true,
                Told::From(failed) => **number < failed,
                Told::Nothing => false,
            });
            let (trips, rejected) = (bench.stored("write_to_s3"), bench.stored("rejected"));
            for number in settled {
                assert!(trips.contains(number) || rejected.contains(number), "{number} is settled and not stored");
            }
            told
        },
    );
    let (trips, rejected) = numbers.iter().partition::<BTreeSet<u64>, _>(|number| is_trip(**number));
    assert_eq!(bench.stored("write_to_s3"), trips);
    assert_eq!(bench.stored("rejected"), rejected);
    assert_eq!(bench.objects.changed(), [""; 0], "an object was overwritten with something else");
}

fn schedules(seeds: std::ops::Range<u64>) {
    let schema = small_schema();
    for_each_seed(seeds, |one| schedule(one, &schema));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    /// Whatever windows of the stream are delivered, overlapping and in whatever order, of whatever records of them.
    #[test]
    fn any_deliveries_store_each_record_once(
        deliveries in prop::collection::vec((1..40_u64, 1..12_u64, any::<u64>(), any::<u64>()), 1..12),
    ) {
        let bench = Bench::new(Upsets::default(), &small_schema());
        let mut delivered = BTreeSet::new();
        for (first, count, which, order) in deliveries {
            let mut batch: Vec<u64> = (first..first + count).filter(|number| which >> (number % 64) & 1 == 1).collect();
            Dice::new(order).shuffle(&mut batch);
            prop_assert_eq!(bench.tell(&batch), Told::Settled);
            delivered.extend(batch);
            let stored: BTreeSet<u64> = bench.stored("write_to_s3").union(&bench.stored("rejected")).copied().collect();
            prop_assert_eq!(&stored, &delivered);
        }
        prop_assert!(bench.objects.changed().is_empty());
    }
}

#[test]
fn five_thousand_schedules_store_each_record_once() {
    schedules(0..5_000);
}

#[test]
fn five_thousand_more_schedules_store_each_record_once() {
    schedules(5_000..10_000);
}

/// The two that are told of in the module that writes: a batch that comes again smaller after all of it was stored,
/// and then larger.
#[test]
fn a_batch_stored_unheard_comes_again_cut_and_grown() {
    let bench = Bench::new(Upsets::default().at(2, Upset::CrashAfter), &small_schema());
    let batch: Vec<u64> = vec![7, 8, 9, 10];
    assert_eq!(bench.tell(&batch), Told::Nothing);
    let written = bench.objects.all();
    assert_eq!(written.len(), 1);
    assert_eq!(bench.tell(&[7, 8]), Told::Settled);
    assert_eq!(bench.tell(&[9, 10]), Told::Settled);
    assert_eq!(bench.tell(&batch), Told::Settled);
    assert_eq!(bench.objects.all(), written, "nothing is written for records that are there");
    assert_eq!(bench.tell(&[9, 10, 11, 14]), Told::Settled);
    assert_eq!(bench.names().len(), 2);
    assert!(bench.names()[1].ends_with("14-11.json"), "the name is the range of what is in it: {:?}", bench.names());
    assert_eq!(bench.stored("write_to_s3"), BTreeSet::from([7, 8, 9, 10, 11, 14]));
}

/// Then the larger object stands behind the smaller one in the listing, and begins before it.
#[test]
fn an_object_that_reaches_around_another_is_found() {
    let bench = Bench::new(Upsets::default(), &small_schema());
    bench.tell(&[8, 9]);
    bench.tell(&[7, 8, 9, 10, 11]);
    let written = bench.objects.all();
    assert_eq!(bench.tell(&[7]), Told::Settled);
    assert_eq!(bench.tell(&[10]), Told::Settled);
    assert_eq!(bench.objects.all(), written);
}

#[test]
fn a_batch_over_midnight_is_an_object_a_day_and_its_invalid_records_are_apart() {
    let bench = Bench::new(Upsets::default(), &small_schema());
    let answer = bench.invoke(&[86_398, 86_399, 86_400, 86_401, 86_403]);
    assert_eq!(answer.response.failed(), None);
    let name = |folder, day, last, first| {
        format!("s3://out/context={folder}/date=2014-02-{day}/shardId-000000000000-{last:0>64}-{first}")
    };
    assert_eq!(
        bench.names(),
        [
            name("rejected", "01", 86_399, "86399.jsonl"),
            name("rejected", "02", 86_400, "86400.jsonl"),
            name("write_to_s3", "01", 86_398, "86398.json"),
            name("write_to_s3", "02", 86_403, "86401.json"),
        ]
    );
}

#[test]
fn an_empty_batch_and_a_batch_of_one_kind_write_nothing_else() {
    let bench = Bench::new(Upsets::default(), &small_schema());
    let answer = bench.invoke(&[]);
    assert_eq!((answer.response.failed(), answer.counts.input), (None, 0));
    assert_eq!(bench.upsets.calls(), 0);
    bench.invoke(&[7, 8]);
    bench.invoke(&[12, 13]);
    assert_eq!(bench.names().len(), 2);
    assert_eq!((bench.stored("write_to_s3"), bench.stored("rejected")), ([7, 8].into(), [12, 13].into()));
}

#[test]
fn the_same_batch_gives_the_same_bytes_in_any_order() {
    let (one, other) = (Bench::new(Upsets::default(), &small_schema()), Bench::new(Upsets::default(), &small_schema()));
    one.invoke(&[96, 97, 98, 99, 100, 101, 102, 103]);
    other.invoke(&[103, 99, 100, 96, 96, 98, 102, 101, 97]);
    assert_eq!(one.objects.all(), other.objects.all());
}

#[test]
fn a_passing_failure_is_tried_again_at_once() {
    for upset in [Upset::Before(Fault::Passing), Upset::After] {
        for call in 1..=4 {
            let bench = Bench::new(Upsets::default().at(call, upset), &small_schema());
            assert_eq!(bench.tell(&[8, 12, 14]), Told::Settled, "{upset:?} at {call}");
            assert_eq!(bench.upsets.calls(), 5, "list and put for trips and for quarantine, and one of them again");
        }
    }
}

#[test]
fn a_lasting_failure_hands_back_from_the_first_record_that_is_not_stored() {
    let denied = Upset::Before(Fault::AccessDenied);
    // Trips are 8 and 14, rejected are 12 and 13; calls are list and put of the trips, then of the others.
    for (call, from) in [(1, 8), (2, 8), (3, 12), (4, 12)] {
        let bench = Bench::new(Upsets::default().at(call, denied), &small_schema());
        assert_eq!(bench.tell(&[8, 12, 13, 14]), Told::From(from), "access denied at call {call}");
        assert_eq!(bench.tell(&[8, 12, 13, 14]), Told::Settled);
        assert_eq!((bench.stored("write_to_s3"), bench.stored("rejected")), ([8, 14].into(), [12, 13].into()));
    }
}

#[test]
fn what_is_stored_already_is_not_handed_back() {
    let bench = Bench::new(Upsets::default().at(5, Upset::Before(Fault::AccessDenied)), &small_schema());
    bench.tell(&[7, 8]);
    assert_eq!(bench.tell(&[7, 8, 9, 10]), Told::From(9), "list and get told that 7 and 8 are there, the put failed");
    assert_eq!(bench.tell(&[9, 10]), Told::Settled);
}

#[test]
fn an_object_that_somebody_else_put_there_stops_and_is_named() {
    let bench = Bench::new(Upsets::default(), &small_schema());
    bench.invoke(&[7, 8]);
    let uri = bench.names().remove(0);
    bench.objects.replace(&uri, b"{}");
    assert_eq!(bench.tell(&[8, 9]), Told::From(8));
    assert_eq!(bench.names(), [uri]);
}

#[test]
fn an_event_without_sequence_numbers_is_an_error() {
    let mut event = event([(7, small_record(7))]);
    event.records[0].kinesis.sequence_number.clear();
    let bench = Bench::new(Upsets::default(), &small_schema());
    let error = run(bench.writer.handle(event)).unwrap_err();
    assert_eq!(error.to_string(), "record 1 of the event: '' is not a sequence number (1 to 64 decimal digits)");
}
