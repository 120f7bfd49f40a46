//! How fast a batch becomes Parquet, beside `DuckDB` on the same file, and how much memory that takes: a part of
//! `cargo xtask bench --only databases`.

use chrono::{DateTime, TimeDelta, Utc};
use contract::{
    Handle, Whole,
    curate::{Ask, Env},
    rates::{Format, MANIFEST, Manifest, Outcome, PULLED, PageNote, Verdict},
};
use runtime::{
    Handler,
    testing::{Dice, FileObjects, Watch, peak_mb, run},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
    process::Command,
    time::Instant,
};

use crate::{
    bench::{SOURCE, batch, wish},
    handle::Curator,
    pages::in_hex,
};

type BoxError = Box<dyn Error + Send + Sync>;

const PEAK_MB: f64 = 512.0;
const MEMORY_MB: u64 = 512;
const PAGE: &str = "page-00000.csv";

/// The same work in SQL, and without sorting and telling apart; prints seconds and bytes of both. Reads what the function
/// wrote, which has to be the same rows.
const DUCKDB: &str = r#"
import duckdb, json, os, sys, time
page, out, parts = sys.argv[1:]
duckdb.sql("SET enable_progress_bar = false")
types = {'orig_code': 'VARCHAR', 'dest_code': 'VARCHAR', 'day': 'DATE', 'price': 'INTEGER'}
def took(select, order):
    begun = time.monotonic()
    columns = 'orig_code, dest_code, day, price'
    duckdb.sql(f'''COPY (SELECT *, 'a' AS batch FROM (SELECT {select} {columns} FROM read_csv('{page}', header=true, columns={types})){order})
                   TO '{out}' (FORMAT parquet, COMPRESSION zstd)''')
    return [time.monotonic() - begun, os.path.getsize(out)]
def said(files):
    row = 'hash(orig_code, dest_code, day, price, batch)'
    return duckdb.sql(f"SELECT count(*), bit_xor({row}) FROM read_parquet('{files}')").fetchall()
same = took('DISTINCT', ' ORDER BY orig_code, dest_code, day, price')
if said(out) != said(parts):
    sys.exit('DuckDB has other rows than the function')
print(json.dumps([same, took('', '')]))
"#;

/// Prices between some hundred ports, of which one in twenty is there twice.
fn generate(root: &Path, rows: u64) -> Result<(), BoxError> {
    let folder = root.join("raw").join(batch("a").raw());
    fs::create_dir_all(&folder)?;
    let mut dice = Dice::new(rows);
    let mut code = || (0..5).map(|_| char::from(b'A' + u8::try_from(dice.below(26)).unwrap_or(0))).collect::<String>();
    let ports: Vec<String> = (0..300).map(|_| code()).collect();
    let first = DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap_or_default();
    let days: Vec<String> = (0..365).map(|day| (first + TimeDelta::days(day)).format("%Y-%m-%d").to_string()).collect();
    let mut file = BufWriter::new(File::create(folder.join(PAGE))?);
    writeln!(file, "{}", PULLED.join(","))?;
    let mut before = String::new();
    for number in 0..rows {
        if number % 20 != 19 {
            let (orig, dest, day) = (&ports[dice.below(300)], &ports[dice.below(300)], &days[dice.below(365)]);
            before = format!("{orig},{dest},{day},{}", 200 + dice.below(9_800));
        }
        writeln!(file, "{before}")?;
    }
    file.flush()?;
    let (mut hash, mut page) = (Sha256::new(), BufReader::with_capacity(1 << 20, File::open(folder.join(PAGE))?));
    let mut bytes = 0;
    loop {
        let read = page.fill_buf()?;
        if read.is_empty() {
            break;
        }
        hash.update(read);
        let many = read.len();
        bytes += many as u64;
        page.consume(many);
    }
    let note = PageNote {
        name: PAGE.to_owned(),
        bytes,
        sha256: in_hex(&hash.finalize()),
        rows: Some(rows),
        etag: None,
        last_modified: None,
    };
    let manifest = Manifest {
        batch: batch("a"),
        source: SOURCE.to_owned(),
        format: Format::Csv,
        pages: vec![note],
        bytes,
        unchanged: false,
    };
    Ok(fs::write(folder.join(MANIFEST), serde_json::to_vec(&manifest)?)?)
}

/// Processor time of this process so far.
fn cpu_seconds() -> Result<f64, BoxError> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(')').ok_or("no statistics")?;
    let ticks: f64 = rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

fn measure(root: &Path, rows: u64) -> Result<Value, BoxError> {
    let env =
        Env { raw: Handle::named("s3://raw/"), curated: Handle::named("s3://curated/"), memory_mb: Whole(MEMORY_MB) };
    let function = Curator::new(env, FileObjects::new(root), Watch::default())?;
    let (begun, before) = (Instant::now(), cpu_seconds()?);
    let told = run(function.handle(wish(&batch("a"), Ask::Curate)))?.response;
    let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds()? - before);
    assert_eq!(told.outcome, Some(Outcome::Curated));
    let verdict: Verdict = serde_json::from_slice(&fs::read(root.join("curated").join(batch("a").verdict()))?)?;
    let bytes: u64 = verdict.parts.iter().map(|part| part.bytes).sum();
    #[expect(clippy::cast_precision_loss, reason = "some millions")]
    let rate = (rows as f64 / seconds).round();
    Ok(json!({
        "rows": rows, "rows_per_second": rate, "seconds": seconds, "cpu_seconds": cpu, "parquet_bytes": bytes,
        "peak_mb": peak_mb()?, "limit_mb": PEAK_MB,
    }))
}

fn duckdb(root: &Path) -> Result<Value, BoxError> {
    let python = env::var("MILLRACE_PYSPARK")?;
    let (page, out) = (root.join("raw").join(batch("a").raw()).join(PAGE), root.join("duckdb.parquet"));
    let parts = root.join("curated").join(batch("a").data()).join("*.parquet");
    let output = Command::new(python).args(["-c", DUCKDB]).args([page, out, parts]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
#[ignore = "cargo xtask bench --only databases runs it, and says of how many prices"]
fn pace() {
    let rows = env::var("MILLRACE_PACE_ROWS").map_or(2_000_000, |rows| rows.parse().unwrap());
    let root = tempfile::tempdir().unwrap();
    generate(root.path(), rows).unwrap();
    let mut figures = measure(root.path(), rows).unwrap();
    let other = duckdb(root.path()).unwrap();
    for (name, figure) in [("duckdb", &other[0]), ("duckdb_plain", &other[1])] {
        figures[format!("{name}_seconds")] = figure[0].clone();
        figures[format!("{name}_bytes")] = figure[1].clone();
    }
    println!("{figures}");
    assert!(figures["peak_mb"].as_f64().is_none_or(|peak| peak < PEAK_MB), "it takes more memory than a function has");
}
