//! Runs that are cut off, at every message to the database and at every call to S3 and SNS, and two at once. Whatever
//! happens, the same invocation again ends in the same state: the date is there once, other dates are as they were, and
//! one notice of success was sent; two only where SNS's answer came and was not recorded, or never came.

use contract::{
    orders::{AGGREGATES, SHIPMENTS},
    orders_etl::Daily,
};
use postgres::{Break, Cut};
use runtime::{
    Fault, Handler,
    testing::{Upset, Upsets},
};

use crate::{
    bench::{Db, World, on, run},
    handle::Etl,
    report::Status,
};

const DAY: &str = "2022-09-05";

/// A database before a run, and how it becomes that again.
struct Before {
    db: Db,
    reset: String,
}

impl Before {
    /// Nothing at all, so that the tables have to be made.
    fn anything() -> Self {
        let reset = "SET client_min_messages TO warning;\n\
                     DROP SCHEMA IF EXISTS orders_staging, orders_analytics, if_common CASCADE;";
        Self { db: Db::new(), reset: reset.to_owned() }
    }

    /// Another date, of another run.
    fn today() -> Self {
        let db = Db::new();
        World::new(Upsets::default()).invoke(&db, on("2022-09-04"));
        let tables = AGGREGATES.iter().chain(&["runs"]);
        let delete =
            tables.map(|table| format!("DELETE FROM orders_analytics.{table} WHERE ingestion_date = '{DAY}';"));
        Self { db, reset: delete.collect() }
    }

    fn again(&self) -> (&Db, World) {
        self.db.sql(&self.reset);
        (&self.db, World::new(Upsets::default()))
    }
}

/// The database and the exports after a run that nothing happened to, and how many messages and calls it took.
struct Whole {
    dump: String,
    exports: Vec<Vec<u8>>,
    messages: usize,
    calls: usize,
}

impl Whole {
    fn of(before: &Before) -> Self {
        let (db, world) = before.again();
        let cut = Cut::before(Db::port(), Break::Never).unwrap();
        run(world.etl(db, cut.port()).handle(on(DAY))).unwrap();
        let whole =
            Self { dump: db.dump(), exports: exports(&world), messages: cut.messages(), calls: world.upsets.calls() };
        assert!(whole.messages > 80 && whole.calls > 20, "{} messages, {} calls", whole.messages, whole.calls);
        whole
    }

    /// The same invocation again, to which nothing happens.
    fn settle(&self, db: &Db, world: &World, what: &str) {
        world.upsets.end();
        world.upsets.take_crash();
        let last = world.invoke(db, on(DAY));
        assert!([Status::Done, Status::AlreadyDone].contains(&last.response.status), "{what}");
        assert_eq!(db.dump(), self.dump, "{what}");
        assert_eq!(exports(world), self.exports, "{what}");
    }
}

fn exports(world: &World) -> Vec<Vec<u8>> {
    world.objects.all().into_iter().filter(|(uri, _)| uri.starts_with("s3://out/")).map(|(_, bytes)| bytes).collect()
}

/// Cuts one run off at each message, before or after it, and repeats it.
fn at_each_message(before: &Before, pauses: u32) -> usize {
    let whole = Whole::of(before);
    let mut told_twice = 0;
    for at in (1..=whole.messages).flat_map(|message| [Break::Before(message), Break::After(message)]) {
        let what = format!("{at:?} of {}", whole.messages);
        let (db, world) = before.again();
        let cut = Cut::before(Db::port(), at).unwrap();
        let first = run(Etl { pauses, ..world.etl(db, cut.port()) }.handle(on(DAY)));
        let alone = world.told("are done");
        assert!(first.is_err() || (alone == 1 && db.dump() == whole.dump), "{what}: it is said to be done, and is not");
        assert!(pauses == 0 || first.is_ok(), "{what}: {}", first.err().map(|e| e.to_string()).unwrap_or_default());
        whole.settle(db, &world, &what);
        match world.told("are done") {
            1 => {}
            2 => told_twice += 1,
            times => panic!("{what}: told {times} times"),
        }
    }
    told_twice
}

#[test]
fn a_run_that_dies_at_any_message_to_the_database_is_finished_by_the_next() {
    // Only the message that records the notice, when it does not arrive.
    assert_eq!(at_each_message(&Before::today(), 0), 1);
}

#[test]
fn a_function_that_lives_on_finishes_by_itself_and_tells_once() {
    assert_eq!(at_each_message(&Before::anything(), 3), 0);
}

#[test]
fn a_run_that_dies_at_any_call_to_s3_or_sns_is_finished_by_the_next() {
    let before = Before::today();
    let whole = Whole::of(&before);
    for call in 1..=whole.calls {
        for upset in [Upset::CrashBefore, Upset::CrashAfter, Upset::After, Upset::Before(Fault::Passing)] {
            let what = format!("{upset:?} at call {call} of {}", whole.calls);
            let (db, _) = before.again();
            let world = World::new(Upsets::default().at(call, upset));
            let first = run(world.etl(db, Db::port()).handle(on(DAY)));
            let died = matches!(upset, Upset::CrashBefore | Upset::CrashAfter);
            assert!(!died || first.is_err(), "{what}");
            whole.settle(db, &world, &what);
            // The last call is the notice, which SNS took without being heard.
            let unheard = call == whole.calls && matches!(upset, Upset::CrashAfter | Upset::After);
            assert_eq!(world.told("are done"), if unheard { 2 } else { 1 }, "{what}");
        }
    }
}

/// A date that is there with other rows is replaced in the end, and until then is as it was or as it is to be.
#[test]
fn a_date_that_is_done_again_may_be_cut_off_as_well() {
    let (before, again) = (Before::today(), || Daily { again: true, ..on(DAY) });
    let done_once = || {
        let (db, world) = before.again();
        world.invoke(db, on(DAY));
        world.file(SHIPMENTS.files[0], "shipment_id,order_id,shipment_date,delivery_date\n1,2,2022-09-01,\n");
        (db, world)
    };
    let (db, world) = done_once();
    let (old, cut) = (sums(db), Cut::before(Db::port(), Break::Never).unwrap());
    run(world.etl(db, cut.port()).handle(again())).unwrap();
    let (new, expected) = (sums(db), db.dump());
    assert_ne!(old, new);
    for message in (1..=cut.messages()).step_by(4) {
        let (db, world) = done_once();
        let cut = Cut::before(Db::port(), Break::After(message)).unwrap();
        let first = run(world.etl(db, cut.port()).handle(again()));
        let there = sums(db);
        assert!(there == new || (there == old && first.is_err()), "after message {message}: {there}");
        world.invoke(db, again());
        assert_eq!(db.dump(), expected, "after message {message}");
    }
}

fn sums(db: &Db) -> String {
    db.sql(&AGGREGATES.map(|table| format!("SELECT * FROM orders_analytics.{table} ORDER BY 1;")).concat())
}

#[test]
fn of_two_invocations_at_once_one_does_it_and_tells() {
    let before = Before::today();
    let whole = Whole::of(&before);
    for _round in 0..5 {
        let (db, world) = before.again();
        let one = world.etl(db, Db::port());
        let other = world.etl(db, Db::port());
        let both = run(async { futures_util::future::join(one.handle(on(DAY)), other.handle(on(DAY))).await });
        let statuses = [both.0.unwrap().response.status, both.1.unwrap().response.status];
        assert!(statuses.contains(&Status::Done) && statuses.contains(&Status::AlreadyDone), "{statuses:?}");
        assert_eq!((world.told("are done"), db.dump()), (1, whole.dump.clone()));
    }
}

/// Two pipelines have schemas of their own and share the dimensions, which both of them want to make and to fill.
#[test]
fn two_pipelines_of_one_database_do_not_hurt_each_other() {
    for _round in 0..5 {
        let (db, world) = (Db::new(), World::new(Upsets::default()));
        let one = world.etl(&db, Db::port());
        let mut other = world.etl(&db, Db::port());
        other.env.schema = contract::SchemaName::try_from("others".to_owned()).unwrap();
        let both = run(async { futures_util::future::join(one.handle(on(DAY)), other.handle(on(DAY))).await });
        assert_eq!([both.0.unwrap().response.status, both.1.unwrap().response.status], [Status::Done; 2]);
        assert_eq!(db.sql("SELECT COUNT(*) FROM if_common.dim_products;"), "2\n");
    }
}
