//! A function with a real PostgreSQL and everything else in memory, and batches for it.

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use contract::{
    AUTHORITIES, AUTHORITIES_FILE, Handle, Whole,
    load_rates::{Env, LoadWish},
    rates::{Batch, Engine, Outcome, PORTS, PartNote, REGIONS, RunName, Verdict, part},
};
use parquet::{
    basic::{Compression, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, Int32Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use postgres::{ThrowAway, throw_away};
use runtime::{
    Answer, Handler, Pause,
    testing::{MemoryNotices, MemoryObjects, Upsets, Watch},
};
use std::{
    io::Write,
    rc::Rc,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio_postgres::{Client, NoTls};
use warehouse::{Database, Login, Server, Trust};

use crate::{handle::Loader, report::Report};

pub(crate) const CURATED: &str = "s3://curated/rates/";
pub(crate) const REFERENCE: &str = "s3://raw/rates/reference/";

/// One for all tests of a process, each with a database of its own. It ends with the process.
static SERVER: LazyLock<ThrowAway> = LazyLock::new(|| throw_away().unwrap());
static DATABASES: AtomicUsize = AtomicUsize::new(0);
/// Not asked for: the server has no TLS, and is on this machine.
static TRUST: LazyLock<Trust> = LazyLock::new(|| Trust::parse(AUTHORITIES.as_bytes()).unwrap());

/// Goes away with the test.
pub(crate) struct Db {
    pub(crate) name: String,
}

impl Db {
    pub(crate) fn new() -> Self {
        let name = format!("rates_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
        SERVER.database(&name, &name, "secret").unwrap();
        Self { name }
    }

    pub(crate) fn port() -> u16 {
        SERVER.port()
    }

    pub(crate) fn reached_at(&self, port: u16) -> Database<Login> {
        let server = Server { host: "127.0.0.1".to_owned(), port, database: self.name.clone() };
        let logins = Login { user: self.name.clone(), password: "secret".to_owned() };
        Database { server, logins, trust: TRUST.clone() }
    }

    pub(crate) fn sql(&self, statements: &str) -> String {
        SERVER.sql(&self.name, statements).unwrap()
    }

    /// Another program that is connected.
    pub(crate) async fn reader(&self) -> Client {
        let address = format!("host=127.0.0.1 port={} user={1} password=secret dbname={1}", Self::port(), self.name);
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// All that is served and recorded, by row and in an order of its own; not which of the two tables is served.
    pub(crate) fn dump(&self) -> String {
        let tables = ["regions", "ports", "places", "prices", "migrations"];
        let each = |table: &&str| format!("SELECT '{table}', t::text FROM rates.{table} AS t ORDER BY 2;\n");
        let loads = "SELECT number, batch, place, rows, loaded_at FROM rates.loads ORDER BY 1;\n";
        self.sql(&(tables.iter().map(each).collect::<String>() + loads))
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        let _ = SERVER.sql("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE);", self.name));
    }
}

pub(crate) type Price = (String, String, NaiveDate, i32);

pub(crate) fn price(orig: &str, dest: &str, day: &str, price: i32) -> Price {
    (orig.to_owned(), dest.to_owned(), day.parse().unwrap(), price)
}

/// How a part is written: by the function, or as Spark does.
pub(crate) const OURS: &str =
    "message schema { REQUIRED BYTE_ARRAY orig_code (UTF8); REQUIRED BYTE_ARRAY dest_code (UTF8);
    REQUIRED INT32 day (DATE); REQUIRED INT32 price; REQUIRED BYTE_ARRAY batch (UTF8); }";
pub(crate) const SPARKS: &str = "message spark_schema { OPTIONAL BYTE_ARRAY orig_code (UTF8);
    OPTIONAL BYTE_ARRAY dest_code (UTF8); OPTIONAL INT32 day (DATE); OPTIONAL INT32 price; OPTIONAL BYTE_ARRAY batch (UTF8); }";

/// A part in row groups of so many rows.
pub(crate) fn parquet<W: Write + Send>(to: W, schema: &str, group: usize, rows: impl Iterator<Item = Price>) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let is_sparks = schema.name() == "spark_schema";
    let compression = if is_sparks { Compression::SNAPPY } else { Compression::ZSTD(ZstdLevel::default()) };
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut writer = SerializedFileWriter::new(to, schema, properties).unwrap();
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let rows: Vec<Price> = rows.by_ref().take(group).collect();
        let levels = is_sparks.then(|| vec![1; rows.len()]);
        let levels = levels.as_deref();
        let epoch = NaiveDate::default();
        let mut group = writer.next_row_group().unwrap();
        let texts = |text: fn(&Price) -> &str| -> Vec<ByteArray> { rows.iter().map(|row| text(row).into()).collect() };
        for column in 0..5 {
            let mut writer = group.next_column().unwrap().unwrap();
            let number =
                |value: fn(&Price, NaiveDate) -> i32| rows.iter().map(|row| value(row, epoch)).collect::<Vec<_>>();
            match column {
                0 => writer.typed::<ByteArrayType>().write_batch(&texts(|row| &row.0), levels, None),
                1 => writer.typed::<ByteArrayType>().write_batch(&texts(|row| &row.1), levels, None),
                2 => {
                    let days = number(|row, epoch| i32::try_from((row.2 - epoch).num_days()).unwrap());
                    writer.typed::<Int32Type>().write_batch(&days, levels, None)
                }
                3 => writer.typed::<Int32Type>().write_batch(&number(|row, _| row.3), levels, None),
                _ => writer.typed::<ByteArrayType>().write_batch(&texts(|_| "run"), levels, None),
            }
            .unwrap();
            writer.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

pub(crate) fn batch(number: i64) -> Batch {
    let started: DateTime<Utc> = "2026-11-21T02:00:07Z".parse().unwrap();
    Batch { run: RunName::try_from(format!("run-{number}")).unwrap(), started: started + TimeDelta::hours(number) }
}

/// A verdict that says of each part how many rows it has.
pub(crate) fn verdict(batch: Batch, parts: &[u64]) -> Verdict {
    let rows = parts.iter().sum();
    let parts = parts.iter().enumerate().map(|(n, rows)| PartNote { name: part(n), rows: *rows, bytes: 1 }).collect();
    let (outcome, engine) = (Outcome::Curated, Engine::Function);
    Verdict { batch, outcome, engine, read: rows, duplicates: 0, wrong: 0, rows, parts, quarantine: None, why: None }
}

pub(crate) type Bench<P> = Loader<Rc<MemoryObjects>, Rc<MemoryNotices>, Login, P>;

/// The buckets and the topic.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) objects: Rc<MemoryObjects>,
    pub(crate) notices: Rc<MemoryNotices>,
    pub(crate) upsets: Rc<Upsets>,
}

impl World {
    pub(crate) fn new(upsets: Upsets) -> Self {
        let upsets = Rc::new(upsets);
        let objects = Rc::new(MemoryObjects::new(Rc::clone(&upsets)).with_chunks_of(1_500));
        let notices = Rc::new(MemoryNotices::new(Rc::clone(&upsets)));
        let world = Self { objects, notices, upsets };
        world.reference(REGIONS_FILE, PORTS_FILE);
        world
    }

    /// The same objects where calls go wrong.
    pub(crate) fn upset(&self, upsets: Upsets) -> Self {
        let other = Self::new(upsets);
        for (uri, bytes) in self.objects.all() {
            other.objects.place(&uri, &bytes);
        }
        other
    }

    pub(crate) fn reference(&self, regions: &str, ports: &str) {
        self.objects.place(&format!("{REFERENCE}{}", REGIONS.file), regions.as_bytes());
        self.objects.place(&format!("{REFERENCE}{}", PORTS.file), ports.as_bytes());
    }

    /// A visible batch, in as many parts.
    pub(crate) fn curated(&self, number: i64, parts: &[Vec<Price>]) {
        let counts: Vec<u64> = parts.iter().map(|rows| rows.len() as u64).collect();
        let verdict = verdict(batch(number), &counts);
        for (rows, note) in parts.iter().zip(&verdict.parts) {
            let mut file = Vec::new();
            let schema = if number % 2 == 0 { OURS } else { SPARKS };
            parquet(&mut file, schema, 50, rows.iter().cloned());
            self.objects.place(&format!("{CURATED}{}{}", verdict.batch.data(), note.name), &file);
        }
        self.decided(&verdict);
    }

    pub(crate) fn decided(&self, verdict: &Verdict) {
        let uris = verdict.parts.iter().map(|part| format!("{CURATED}{}{}\n", verdict.batch.data(), part.name));
        let text = serde_json::to_vec(verdict).unwrap();
        self.objects.place(&format!("{CURATED}{}", verdict.batch.verdict()), &text);
        self.objects.place(&format!("{CURATED}{}", verdict.batch.visible()), uris.collect::<String>().as_bytes());
    }

    /// How many notices there are whose subject ends so.
    pub(crate) fn told(&self, end: &str) -> usize {
        self.notices.published().iter().filter(|(subject, _)| subject.ends_with(end)).count()
    }

    /// A function that reaches the database at this port.
    pub(crate) fn loader(&self, db: &Db, port: u16) -> Bench<Watch> {
        self.loader_with(db, port, Watch::default())
    }

    pub(crate) fn loader_with<P: Pause>(&self, db: &Db, port: u16, pause: P) -> Bench<P> {
        let loader = Loader {
            env: env(),
            objects: Rc::clone(&self.objects),
            notices: Rc::clone(&self.notices),
            database: db.reached_at(port),
            pause,
            clock: || "2026-11-22T03:00:00Z".parse().unwrap(),
            pauses: 0,
        };
        loader.checked().unwrap()
    }

    pub(crate) fn invoke(&self, db: &Db) -> Answer<Report> {
        run(self.loader(db, Db::port()).handle(LoadWish::default())).unwrap()
    }

    pub(crate) fn prepare(&self, db: &Db) -> Answer<Report> {
        let wish = LoadWish { prepare: true, ..LoadWish::default() };
        run(self.loader(db, Db::port()).handle(wish)).unwrap()
    }
}

pub(crate) fn env() -> Env<contract::Run> {
    Env {
        curated: Handle::named(CURATED),
        reference: Handle::named(REFERENCE),
        database: Handle::named("postgres://127.0.0.1:5/rates?secret=arn:s"),
        authorities: AUTHORITIES_FILE,
        seconds: Whole(120),
        notices: Handle::named("arn:topic"),
    }
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The bytes of a part, for those that want to spoil them.
pub(crate) fn bytes(schema: &str, rows: &[Price]) -> Bytes {
    let mut file = Vec::new();
    parquet(&mut file, schema, 50, rows.iter().cloned());
    file.into()
}

pub(crate) const REGIONS_FILE: &str = "\
slug,name,parent_slug
world,World,
china,China,world
china_south,\"South China, all of it\",china
europe,Europe,world
";

pub(crate) const PORTS_FILE: &str = "\
code,name,parent_slug
CNSGH,Shanghai,china
CNGGZ,Guangzhou,china_south
NLRTM,Rotterdam,europe
";

/// Prices between three ports, so many a day and pair; batches differ by what they cost.
pub(crate) fn prices(days: u64, each: i32, cost: i32) -> Vec<Price> {
    let first: NaiveDate = "2026-01-01".parse().unwrap();
    let mut rows = Vec::new();
    for day in first.iter_days().take(usize::try_from(days).unwrap()) {
        for (orig, dest) in [("CNSGH", "NLRTM"), ("CNGGZ", "NLRTM"), ("NLRTM", "CNSGH")] {
            rows.extend((0..each).map(|n| (orig.to_owned(), dest.to_owned(), day, cost + n)));
        }
    }
    rows
}
