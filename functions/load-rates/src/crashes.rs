//! Loads that are cut off, at every message to the database and at every call to S3 and SNS. Whatever happens, readers see
//! the batch before or the new one, and the same invocation again ends in the same state.

use contract::load_rates::LoadWish;
use postgres::{Break, Cut};
use runtime::{
    Fault, Handler,
    testing::{Upset, Upsets},
};

use crate::{
    bench::{Db, REFERENCE, World, prices, run},
    handle::Loader,
    report::Status,
};

/// A database before a load, and how it becomes that again.
struct Before {
    db: Db,
    is_empty: bool,
}

impl Before {
    /// Nothing at all, so that the tables have to be made.
    fn anything() -> Self {
        Self { db: Db::new(), is_empty: true }
    }

    /// An older batch, loaded over another.
    fn yesterday() -> Self {
        let (before, world) = (Self { db: Db::new(), is_empty: false }, World::new(Upsets::default()));
        for number in 1..=2 {
            world.curated(number, &[prices(3, 3, 50)]);
            world.invoke(&before.db);
        }
        before
    }

    fn again(&self) -> World {
        self.db.sql(if self.is_empty {
            "SET client_min_messages TO warning; DROP SCHEMA IF EXISTS rates CASCADE;"
        } else {
            "DELETE FROM rates.loads WHERE number > 2;"
        });
        let world = World::new(Upsets::default());
        world.curated(3, &[prices(2, 3, 100), prices(2, 3, 900)]);
        world
    }

    fn dump(&self) -> String {
        let there = self.db.sql("SELECT to_regclass('rates.daily_averages') IS NOT NULL;");
        if there == "t\n" { self.db.dump() } else { String::new() }
    }
}

/// The database after a load that nothing happened to, and how many messages and calls it took.
struct Whole {
    dump: String,
    messages: usize,
    calls: usize,
}

impl Whole {
    fn of(before: &Before) -> Self {
        let world = before.again();
        let cut = Cut::before(Db::port(), Break::Never).unwrap();
        run(world.loader(&before.db, cut.port()).handle(LoadWish::default())).unwrap();
        let whole = Self { dump: before.dump(), messages: cut.messages(), calls: world.upsets.calls() };
        assert!(whole.messages > 40 && whole.calls > 8, "{} messages, {} calls", whole.messages, whole.calls);
        whole
    }

    /// The same invocation again, to which nothing happens.
    fn settle(&self, before: &Before, world: &World, what: &str) {
        world.upsets.end();
        world.upsets.take_crash();
        let last = world.invoke(&before.db);
        assert!([Status::Loaded, Status::AlreadyThere].contains(&last.response.status), "{what}");
        assert_eq!(before.dump(), self.dump, "{what}");
    }
}

/// Cuts one load off at each message, before or after it, and repeats it.
fn at_each_message(before: &Before, pauses: u32) {
    before.again();
    let old = before.dump();
    let whole = Whole::of(before);
    for at in (1..=whole.messages).flat_map(|message| [Break::Before(message), Break::After(message)]) {
        let what = format!("{at:?} of {}", whole.messages);
        let world = before.again();
        let cut = Cut::before(Db::port(), at).unwrap();
        let first = run(Loader { pauses, ..world.loader(&before.db, cut.port()) }.handle(LoadWish::default()));
        let there = before.dump();
        assert!(there == whole.dump || first.is_err(), "{what}: it is said to be loaded, and is not");
        assert!(there == whole.dump || there == old || before.is_empty, "{what}: {there}");
        if pauses > 0 {
            let answer = first.map_err(|error| format!("{what}: {error}")).unwrap();
            assert_eq!(answer.response.status, Status::Loaded, "{what}");
        }
        whole.settle(before, &world, &what);
    }
}

#[test]
fn a_load_that_dies_at_any_message_to_the_database_is_finished_by_the_next() {
    at_each_message(&Before::yesterday(), 0);
}

#[test]
fn a_first_load_may_be_cut_off_as_well() {
    at_each_message(&Before::anything(), 0);
}

#[test]
fn a_function_that_lives_on_finishes_by_itself() {
    at_each_message(&Before::yesterday(), 3);
}

#[test]
fn a_load_that_dies_at_any_call_to_s3_is_finished_by_the_next() {
    let before = Before::yesterday();
    before.again();
    let old = before.dump();
    let whole = Whole::of(&before);
    for call in 1..=whole.calls {
        for upset in [Upset::CrashBefore, Upset::CrashAfter, Upset::After, Upset::Before(Fault::Passing)] {
            let what = format!("{upset:?} at call {call} of {}", whole.calls);
            let mut world = before.again();
            world = world.upset(Upsets::default().at(call, upset));
            let first = run(world.loader(&before.db, Db::port()).handle(LoadWish::default()));
            let died = matches!(upset, Upset::CrashBefore | Upset::CrashAfter);
            assert_eq!(first.is_err(), died, "{what}");
            assert_eq!(before.dump(), if died { old.clone() } else { whole.dump.clone() }, "{what}");
            whole.settle(&before, &world, &what);
        }
    }
}

#[test]
fn a_refusal_of_which_nobody_could_be_told_is_an_error_and_told_of_the_next_time() {
    let before = Before::yesterday();
    let lacking = |upsets: Upsets| {
        let world = before.again().upset(upsets);
        world.objects.remove(&format!("{REFERENCE}ports.csv"));
        world
    };
    let world = lacking(Upsets::default());
    world.invoke(&before.db);
    let world = lacking(Upsets::default().at(world.upsets.calls(), Upset::CrashBefore));
    let old = before.dump();
    assert!(run(world.loader(&before.db, Db::port()).handle(LoadWish::default())).is_err());
    world.upsets.take_crash();
    assert_eq!(world.told("refused"), 0);
    assert_eq!(world.invoke(&before.db).response.status, Status::Refused);
    assert_eq!((world.told("refused"), before.dump()), (1, old));
}
