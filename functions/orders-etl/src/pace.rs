//! How fast files are staged, beside PostgreSQL's own `COPY` of the same file into an equal table; how long a whole run
//! takes, and how much memory: a part of `cargo xtask bench --only databases`.

use bytes::Bytes;
use contract::{
    Handle, Whole,
    orders::{DIMENSIONS, ORDERS, REVIEWS, SHIPMENTS, Sheet},
    orders_etl::{Daily, Env, Migrate},
};
use futures_util::SinkExt;
use runtime::{
    Handler,
    testing::{Dice, FileObjects, MemoryNotices, Watch, peak_mb},
};
use serde_json::json;
use std::{
    error::Error,
    fs::{self, File},
    io::{BufWriter, Read, Write},
    path::Path,
    pin::pin,
    time::{Duration, Instant},
};
use warehouse::{Locked, Logins};

use crate::{
    bench::{Db, World, date, env, on, run},
    files::Files,
    handle::Etl,
    report::Status,
    session::{Session, lock},
};

type BoxError = Box<dyn Error + Send + Sync>;

/// The aims.
const OF_COPY: f64 = 0.7;
const PEAK_MB: f64 = 256.0;

const PRODUCTS: usize = 5_000;
const DAY: &str = "2022-09-05";

fn file(root: &Path, sheet: &Sheet, rows: u64, row: impl Fn(u64, &mut Dice) -> String) -> Result<(), BoxError> {
    let path = root.join("in/orders").join(sheet.files[0]);
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let (mut file, mut dice) = (BufWriter::new(File::create(path)?), Dice::new(rows));
    writeln!(file, "{}", sheet.columns.join(","))?;
    for number in 1..=rows {
        writeln!(file, "{}", row(number, &mut dice))?;
    }
    Ok(file.flush()?)
}

/// Orders of two years, each with a shipment, and a review for every fifth.
fn generate(root: &Path, rows: u64) -> Result<(), BoxError> {
    let ago = |number: u64| number * 7 % 700;
    let day = |days: u64| date(DAY) - chrono::Days::new(days);
    file(root, &DIMENSIONS[1], PRODUCTS as u64, |id, _| format!("{id},Kitchen,\"Product {id}, new\""))?;
    file(root, &ORDERS, rows, |id, dice| {
        let (cents, many) = (1 + dice.below(20_000), 1 + dice.below(9));
        let (total, customer, product) = (cents * many, dice.below(1_000_000), 1 + dice.below(PRODUCTS));
        let money = |cents: usize| format!("{}.{:02}", cents / 100, cents % 100);
        format!("{id},{customer},{},{product},{},{many},{}", day(ago(id)), money(cents), money(total))
    })?;
    file(root, &REVIEWS, rows / 5, |_, dice| format!("{},{}", 1 + dice.below(5), 1 + dice.below(PRODUCTS)))?;
    file(root, &SHIPMENTS, rows, |id, dice| {
        let (shipped, days) = (ago(id).saturating_sub(dice.below(9) as u64), dice.below(4));
        match days {
            0 => format!("{id},{id},,"),
            1 => format!("{id},{id},{},", day(shipped)),
            _ => format!("{id},{id},{},{}", day(shipped), day(shipped)),
        }
    })
}

/// PostgreSQL reads the file itself, and nobody checks anything.
async fn copied(session: &Session<'_>, path: &Path) -> Result<f64, BoxError> {
    let (table, columns) = ("orders_staging.plain", ORDERS.columns.join(", "));
    let equal = format!(
        "BEGIN; CREATE UNLOGGED TABLE {table} AS SELECT {columns} FROM orders_staging.orders WITH NO DATA; TRUNCATE {table}"
    );
    session.run("making an equal table", &equal).await?;
    let begun = Instant::now();
    let sql = format!("COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, HEADER, FREEZE)");
    let (mut sink, mut file) = (pin!(session.client().copy_in::<_, Bytes>(&sql).await?), File::open(path)?);
    loop {
        let mut bytes = vec![0; 128 * 1_024];
        let read = file.read(&mut bytes)?;
        if read == 0 {
            break;
        }
        bytes.truncate(read);
        sink.feed(bytes.into()).await?;
    }
    sink.finish().await?;
    let seconds = begun.elapsed().as_secs_f64();
    session.run("taking it back", "ROLLBACK").await?;
    Ok(seconds)
}

/// The same file through the function: read, checked, and staged.
async fn staged(session: &Session<'_>, env: &Env<contract::Run>, objects: &FileObjects) -> Result<f64, BoxError> {
    session.run("beginning", "BEGIN; TRUNCATE orders_staging.orders").await?;
    let (begun, pause) = (Instant::now(), Watch::default());
    let files = Files { input: &env.input, objects, pause: &pause };
    let mut found = files.find(&ORDERS).await?.ok_or("there is no file")?;
    let columns = ORDERS.columns.join(", ");
    let copy = format!("COPY orders_staging.orders (line, {columns}) FROM STDIN WITH (FREEZE)");
    found.copy(session.client(), ORDERS, &copy).await?.faults.refuse("orders.csv").map_err(|refusal| refusal.reason)?;
    let seconds = begun.elapsed().as_secs_f64();
    session.run("taking it back", "ROLLBACK").await?;
    Ok(seconds)
}

async fn measure(root: &Path, rows: u64, db: &Db) -> Result<(), BoxError> {
    let env = Env { seconds: Whole(3_600), exports: Handle::named("s3://out/orders/"), ..env() };
    let locked = Locked::begin(&db.reached_at(Db::port()), &lock(&env.schema), Duration::from_hours(1)).await?;
    let session = Session::new(&locked, &env.schema);
    let objects = FileObjects::new(root);
    let (mut own, mut plain) = (f64::MAX, f64::MAX);
    // In turns, and the best of them: whatever else the machine does only makes it slower.
    for _ in 0..2 {
        plain = plain.min(copied(&session, &root.join("in/orders").join(ORDERS.files[0])).await?);
        own = own.min(staged(&session, &env, &objects).await?);
    }
    locked.close().await;
    let begun = Instant::now();
    let done = etl(env, objects, db).handle(on(DAY)).await?;
    assert_eq!(done.response.status, Status::Done);
    let (seconds, peak) = (begun.elapsed().as_secs_f64(), peak_mb()?);
    #[expect(clippy::cast_precision_loss, reason = "some millions")]
    let rate = rows as f64 / own;
    println!(
        "{}",
        json!({
            "rows": rows, "rows_per_second": rate.round(), "of_copy": plain / own, "aim_of_copy": OF_COPY,
            "whole_run_seconds": seconds, "peak_mb": peak, "limit_mb": PEAK_MB,
        })
    );
    assert!(peak.as_f64().is_none_or(|peak| peak < PEAK_MB), "it takes more memory than a function has");
    Ok(())
}

fn etl(env: Env<contract::Run>, objects: FileObjects, db: &Db) -> Etl<FileObjects, MemoryNotices, impl Logins, Watch> {
    let database = db.reached_at(Db::port());
    Etl {
        env,
        objects,
        notices: MemoryNotices::default(),
        database,
        pause: Watch::default(),
        clock: runtime::now,
        migrations: crate::migrations::MIGRATIONS,
        pauses: 0,
    }
}

#[test]
#[ignore = "cargo xtask bench --only databases runs it, and says of how many orders"]
fn pace() {
    let rows = std::env::var("MILLRACE_PACE_ROWS").map_or(2_000_000, |rows| rows.parse().unwrap());
    let (root, db) = (tempfile::tempdir().unwrap(), Db::new());
    generate(root.path(), rows).unwrap();
    World::new(runtime::testing::Upsets::default())
        .invoke(&db, Daily { migrate: Some(Migrate::default()), ..Daily::default() });
    run(measure(root.path(), rows, &db)).unwrap();
}
