//! Readers during loads: each sees all of one batch with its ports and regions, in a statement and in a transaction, is
//! never refused and never waits for long. And those who stay keep what they see.

use contract::load_rates::LoadWish;
use futures_util::future::join;
use runtime::{
    Handler, Pause, Sleep,
    testing::{Upsets, Watch},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use tokio_postgres::{Client, Row};

use crate::{
    bench::{Db, World, prices, run},
    report::Status,
};

const READERS: usize = 5;
const SWAPS: i64 = 20;

/// What there is of a batch, all of which follows from its number.
const STATE: &str = "SELECT
    (SELECT max(number) FROM rates.loads) AS number,
    (SELECT count(*) FROM rates.prices) AS rows,
    (SELECT min(price) FROM rates.prices) AS cost,
    (SELECT max(prices) FROM rates.daily_averages WHERE orig = 'world' AND dest = 'NLRTM') AS prices,
    (SELECT min(average_price)::text FROM rates.daily_averages WHERE orig = 'CNSGH' AND dest = 'europe') AS average,
    (SELECT name FROM rates.regions WHERE slug = 'world') AS world,
    (SELECT name FROM rates.ports WHERE code = 'CNSGH') AS port";

/// Puts a batch there whose prices, ports and regions tell its number.
fn curate(world: &World, number: i64) {
    let cost = 1_000 * i32::try_from(number).unwrap();
    world.reference(
        &format!("slug,name,parent_slug\nworld,w{number},\nchina,,world\neurope,,world\n"),
        &format!("code,name,parent_slug\nCNSGH,p{number},china\nCNGGZ,,china\nNLRTM,,europe\n"),
    );
    world.curated(number, &[prices(10 + number.unsigned_abs() % 3, 3, cost)]);
}

/// The number of the batch that somebody sees, all of which has to be there.
fn seen(row: &Row) -> i64 {
    let number: i64 = row.get("number");
    let (days, cost) = (10 + number % 3, 1_000 * i32::try_from(number).unwrap());
    assert_eq!(row.get::<_, i64>("rows"), days * 9, "of {number}");
    assert_eq!((row.get::<_, i32>("cost"), row.get::<_, i64>("prices")), (cost, 6), "of {number}");
    assert_eq!(row.get::<_, String>("average"), format!("{}.00", cost + 1), "of {number}");
    let names: (String, String) = (row.get("world"), row.get("port"));
    assert_eq!(names, (format!("w{number}"), format!("p{number}")));
    number
}

async fn state(client: &Client) -> i64 {
    seen(&client.query_one(STATE, &[]).await.unwrap())
}

/// Reads until told to stop, and says how often.
async fn poll(db: &Db, which: usize, stop: &AtomicBool, count: &AtomicUsize) {
    let client = db.reader().await;
    client.batch_execute("SET lock_timeout = '3s'; SET statement_timeout = '20s'").await.unwrap();
    let prepared = client.prepare(STATE).await.unwrap();
    let mut last = 0;
    while !stop.load(Ordering::SeqCst) {
        let number = match which {
            // Of a plan that is made anew, of one that is kept, and of a transaction that looks several times.
            0 | 1 => state(&client).await,
            2 => seen(&client.query_one(&prepared, &[]).await.unwrap()),
            _ => {
                client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
                // A snapshot, and none of the tables.
                client.batch_execute("SELECT 1").await.unwrap();
                Sleep.pause(Duration::from_millis(20)).await;
                let first = state(&client).await;
                Sleep.pause(Duration::from_millis(30)).await;
                assert_eq!(state(&client).await, first);
                client.batch_execute("COMMIT").await.unwrap();
                first
            }
        };
        assert!(number >= last, "it went back from {last} to {number}");
        last = number;
        count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Swaps while readers are reading.
fn swap_among_readers(pause: impl Pause) {
    let (db, world) = (Arc::new(Db::new()), World::new(Upsets::default()));
    curate(&world, 1);
    world.invoke(&db);
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = (0..READERS)
        .map(|which| {
            let (db, stop, count) = (Arc::clone(&db), Arc::clone(&stop), Arc::clone(&count));
            thread::spawn(move || run(poll(&db, which, &stop, &count)))
        })
        .collect();
    let loader = world.loader_with(&db, Db::port(), pause);
    for number in 2..=SWAPS + 1 {
        curate(&world, number);
        let before = count.load(Ordering::SeqCst);
        assert_eq!(run(loader.handle(LoadWish::default())).unwrap().response.status, Status::Loaded);
        while count.load(Ordering::SeqCst) < before + READERS && readers.iter().all(|reader| !reader.is_finished()) {
            thread::sleep(Duration::from_millis(5));
        }
    }
    stop.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.join().unwrap();
    }
}

#[test]
fn readers_never_see_anything_but_one_batch() {
    swap_among_readers(Sleep);
}

/// It has no patience, so that rows are deleted instead of truncated where somebody is reading.
#[test]
fn nor_do_they_where_nobody_waits_for_them() {
    swap_among_readers(Watch::default());
}

#[test]
fn a_reader_who_stays_for_several_batches_keeps_its_own_and_keeps_no_load_waiting() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    curate(&world, 1);
    world.invoke(&db);
    let loader = world.loader(&db, Db::port());
    run(async {
        let stays = db.reader().await;
        stays.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
        assert_eq!(state(&stays).await, 1);
        for number in 2..=5 {
            curate(&world, number);
            assert_eq!(loader.handle(LoadWish::default()).await.unwrap().response.status, Status::Loaded);
            assert_eq!(state(&stays).await, 1);
        }
        stays.batch_execute("COMMIT").await.unwrap();
        assert_eq!(state(&stays).await, 5);
        // What was deleted while they stayed does not add up: the next load truncates again.
        for number in 6..=7 {
            curate(&world, number);
            loader.handle(LoadWish::default()).await.unwrap();
        }
        let size = "SELECT pg_total_relation_size('rates.prices_0') + pg_total_relation_size('rates.prices_1') AS size";
        assert!(stays.query_one(size, &[]).await.unwrap().get::<_, i64>("size") < 200_000);
    });
}

/// Locks would not keep a table from being truncated that it has not touched yet, and a row that is cut off that way is
/// missing also for those who began before.
#[test]
fn a_reader_who_has_only_begun_finds_its_batch_when_it_looks() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    curate(&world, 1);
    world.invoke(&db);
    let loader = world.loader(&db, Db::port());
    run(async {
        let glances = db.reader().await;
        glances.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
        for number in 2..=4 {
            curate(&world, number);
            assert_eq!(loader.handle(LoadWish::default()).await.unwrap().response.status, Status::Loaded);
        }
        assert_eq!(state(&glances).await, 1);
    });
}

#[test]
fn of_two_loads_at_once_one_does_it() {
    for _round in 0..5 {
        let (db, world) = (Db::new(), World::new(Upsets::default()));
        curate(&world, 1);
        let (one, other) = (world.loader(&db, Db::port()), world.loader(&db, Db::port()));
        let both = run(async { join(one.handle(LoadWish::default()), other.handle(LoadWish::default())).await });
        let mut statuses = [both.0.unwrap().response.status, both.1.unwrap().response.status];
        statuses.sort_by_key(|status| *status == Status::AlreadyThere);
        assert_eq!(statuses, [Status::Loaded, Status::AlreadyThere]);
        assert_eq!(db.sql("SELECT count(*) FROM rates.loads;"), "1\n");
    }
}
