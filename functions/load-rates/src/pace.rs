//! How fast a batch is loaded, beside PostgreSQL's own `COPY` of the same rows; how long a whole run takes, a second one
//! over it, and a question; and how much memory.

use bytes::Bytes;
use chrono::NaiveDate;
use contract::{
    Whole,
    rates::{PORTS, REGIONS},
};
use futures_util::SinkExt;
use runtime::{
    Handler, Sleep,
    testing::{Dice, FileObjects, MemoryNotices, peak_mb},
};
use serde_json::json;
use std::{
    collections::HashSet,
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    pin::pin,
    time::Instant,
};

use crate::{
    bench::{Db, OURS, Price, batch, env, parquet, run, verdict},
    handle::Loader,
    intake::Intake,
    newest::{Curated, Newest},
    report::Status,
    session::{Session, lock},
};

type BoxError = Box<dyn Error + Send + Sync>;

/// The aims.
const OF_COPY: f64 = 0.7;
const PEAK_MB: f64 = 256.0;

const PLACES: usize = 2_000;
const PART: u64 = 2_500_000;
const GROUP: usize = 250_000;

fn code(number: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
    [0, 1, number / 676, number / 26, number].map(letter).iter().collect()
}

/// Prices of a year between two thousand ports, in no order.
fn made_up(seed: u64, rows: u64) -> impl Iterator<Item = Price> {
    let (mut dice, first) = (Dice::new(seed), NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default());
    (0..rows).map(move |number| {
        let (orig, dest) = (code(dice.below(PLACES)), code(dice.below(PLACES)));
        // What tells rows apart, so that none is there twice.
        let price = i32::try_from(seed * PART + number).unwrap_or_default();
        (orig, dest, first + chrono::Days::new(dice.below(365) as u64), price)
    })
}

fn put(root: &Path, key: &str, body: &[u8]) -> Result<(), BoxError> {
    let path = root.join(key);
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    Ok(fs::write(path, body)?)
}

/// Batches of the same size; and ports of fifty regions.
fn generate(root: &Path, batches: i64, rows: u64) -> Result<(), BoxError> {
    for number in 1..=batches {
        let counts: Vec<u64> = (0..rows.div_ceil(PART)).map(|part| PART.min(rows - part * PART)).collect();
        let verdict = verdict(batch(number), &counts);
        let mut uris = String::new();
        for ((part, seed), rows) in verdict.parts.iter().zip(0..).zip(&counts) {
            let key = format!("rates/{}{}", verdict.batch.data(), part.name);
            put(root, &format!("curated/{key}"), b"")?;
            let file = BufWriter::new(File::create(root.join("curated").join(&key))?);
            parquet(file, OURS, GROUP, made_up(seed, *rows));
            uris.extend(["s3://curated/", &key, "\n"]);
        }
        put(root, &format!("curated/rates/{}", verdict.batch.visible()), uris.as_bytes())?;
        put(root, &format!("curated/rates/{}", verdict.batch.verdict()), &serde_json::to_vec(&verdict)?)?;
    }
    let regions = (0..50).map(|n| if n < 5 { format!("r{n},,\n") } else { format!("r{n},,r{}\n", n % 5) });
    let ports = (0..PLACES).map(|n| format!("{},,r{}\n", code(n), n % 50));
    let regions = regions.fold(String::new(), |text, line| text + &line);
    let ports = ports.fold(String::new(), |text, line| text + &line);
    put(
        root,
        &format!("raw/rates/reference/{}", REGIONS.file),
        format!("slug,name,parent_slug\n{regions}").as_bytes(),
    )?;
    put(root, &format!("raw/rates/reference/{}", PORTS.file), format!("code,name,parent_slug\n{ports}").as_bytes())
}

/// An equal table without an index, made in the transaction that it goes away with.
const EQUAL: &str =
    "BEGIN; CREATE TABLE plain (orig_code TEXT COLLATE \"C\" NOT NULL, dest_code TEXT COLLATE \"C\" NOT NULL,
    day DATE NOT NULL, price INTEGER NOT NULL)";

/// PostgreSQL reads lines of text that were made before, and nobody checks anything.
async fn copied(session: &Session, rows: u64) -> Result<f64, BoxError> {
    session.run("making an equal table", EQUAL).await?;
    let mut seconds = 0.0;
    let mut sink = pin!(session.client().copy_in::<_, Bytes>("COPY plain FROM STDIN").await?);
    let mut left = rows;
    for seed in 0..rows.div_ceil(PART) {
        let mut lines = made_up(seed, left.min(PART)).peekable();
        left = left.saturating_sub(PART);
        while lines.peek().is_some() {
            let mut text = Vec::new();
            for (orig, dest, day, price) in lines.by_ref().take(100_000) {
                writeln!(text, "{orig}\t{dest}\t{day}\t{price}")?;
            }
            let begun = Instant::now();
            for some in Bytes::from(text).chunks(128 * 1_024) {
                sink.feed(Bytes::copy_from_slice(some)).await?;
            }
            // What is not taken yet counts as well.
            sink.flush().await?;
            seconds += begun.elapsed().as_secs_f64();
        }
    }
    let begun = Instant::now();
    sink.finish().await?;
    seconds += begun.elapsed().as_secs_f64();
    session.run("taking it back", "ROLLBACK").await?;
    Ok(seconds)
}

/// The same rows through the function: read from Parquet, checked, and copied.
async fn loaded(
    session: &Session,
    curated: &Curated<'_, FileObjects, Sleep>,
    newest: &Newest,
) -> Result<f64, BoxError> {
    session.run("making an equal table", EQUAL).await?;
    let codes: HashSet<String> = (0..PLACES).map(code).collect();
    let (begun, mut bytes) = (Instant::now(), 0);
    let intake = Intake::new(codes.iter().map(String::as_str));
    curated.copy(session, "COPY plain FROM STDIN (FORMAT binary)", newest, intake, &mut bytes).await?;
    let seconds = begun.elapsed().as_secs_f64();
    session.run("taking it back", "ROLLBACK").await?;
    Ok(seconds)
}

async fn measure(root: &Path, rows: u64, db: &Db) -> Result<(), BoxError> {
    let env = || contract::load_rates::Env { seconds: Whole(3_600), ..env() };
    let loader = Loader {
        env: env(),
        objects: FileObjects::new(root),
        notices: MemoryNotices::default(),
        database: db.reached_at(Db::port()),
        pause: Sleep,
        clock: runtime::now,
        pauses: 0,
    };
    let session = Session::begin(&loader.database, &lock(), std::time::Duration::from_hours(1)).await?;
    let curated = Curated { folder: &loader.env.curated, objects: &loader.objects, pause: &loader.pause };
    let newest = curated.read(&batch(1).visible()).await?;
    let (mut own, mut plain) = (f64::MAX, f64::MAX);
    // In turns, and the best of them: whatever else the machine does only makes it slower.
    for _ in 0..2 {
        plain = plain.min(copied(&session, rows).await?);
        own = own.min(loaded(&session, &curated, &newest).await?);
    }
    session.close().await;
    let hidden = root.join("hidden");
    fs::rename(root.join("curated/rates").join(batch(2).visible()), &hidden)?;
    let mut whole = Vec::new();
    for number in 1..=2 {
        if number == 2 {
            fs::rename(&hidden, root.join("curated/rates").join(batch(2).visible()))?;
        }
        let begun = Instant::now();
        assert_eq!(loader.handle(contract::load_rates::LoadWish::default()).await?.response.status, Status::Loaded);
        whole.push(begun.elapsed().as_secs_f64());
    }
    let reader = db.reader().await;
    let question = "SELECT count(*) FROM rates.daily_averages WHERE orig = 'r7' AND dest = 'r8' AND day BETWEEN '2026-03-01' AND '2026-03-31'";
    let begun = Instant::now();
    reader.query_one(question, &[]).await?;
    let (question, peak) = (begun.elapsed().as_secs_f64(), peak_mb()?);
    #[expect(clippy::cast_precision_loss, reason = "some millions")]
    let rate = rows as f64 / own;
    println!(
        "{}",
        json!({
            "rows": rows, "rows_per_second": rate.round(), "of_copy": plain / own, "aim_of_copy": OF_COPY,
            "whole_run_seconds": whole, "question_seconds": question, "peak_mb": peak, "limit_mb": PEAK_MB,
        })
    );
    assert!(peak.as_f64().is_none_or(|peak| peak < PEAK_MB), "it takes more memory than a function has");
    Ok(())
}

#[test]
#[ignore = "cargo xtask bench --only databases runs it, and says of how many rows"]
fn pace() {
    let rows = std::env::var("MILLRACE_PACE_ROWS").map_or(10_000_000, |rows| rows.parse().unwrap());
    let (root, db) = (tempfile::tempdir().unwrap(), Db::new());
    generate(root.path(), 2, rows).unwrap();
    run(measure(root.path(), rows, &db)).unwrap();
}
