//! A function with a real PostgreSQL and everything else in memory, and files for it.

use chrono::{DateTime, NaiveDate, Utc};
use contract::{
    AUTHORITIES, AUTHORITIES_FILE, Handle, SchemaName, TimeZone, Whole,
    orders::{DIMENSIONS, FILES},
    orders_etl::{Daily, Env},
};
use postgres::{ThrowAway, throw_away};
use runtime::{
    Answer, Handler,
    testing::{MemoryNotices, MemoryObjects, Upsets, Watch},
};
use std::{
    rc::Rc,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};
use warehouse::{Database, Login, Server, Trust};

use crate::{
    handle::Etl,
    migrations::{MIGRATIONS, Migration},
    report::Report,
};

pub(crate) const SCHEMA: &str = "orders";
pub(crate) const INPUT: &str = "s3://in/orders/";
pub(crate) const OUTPUT: &str = "s3://out/orders/";

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
        let name = format!("orders_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
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

    /// All tables, and all that is in them, by row and in an order of its own.
    pub(crate) fn dump(&self) -> String {
        let ours = "FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
        let each = "format('SELECT %L, t::text FROM %I.%I AS t ORDER BY 2', tablename, schemaname, tablename)";
        self.sql(&format!("SELECT schemaname || '.' || tablename {ours};\nSELECT {each} {ours}\n\\gexec\n"))
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        let _ = SERVER.sql("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE);", self.name));
    }
}

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
        let objects = Rc::new(MemoryObjects::new(Rc::clone(&upsets)).with_chunks_of(100).with_parts_of(150));
        let notices = Rc::new(MemoryNotices::new(Rc::clone(&upsets)));
        let world = Self { objects, notices, upsets };
        world.file(FILES[0].files[0], ORDERS);
        world.file(FILES[1].files[0], REVIEWS);
        world.file(FILES[2].files[0], SHIPMENTS);
        world.file(DIMENSIONS[0].files[0], DATES);
        world.file(DIMENSIONS[1].files[0], PRODUCTS);
        world
    }

    pub(crate) fn file(&self, name: &str, text: &str) {
        self.objects.place(&format!("{INPUT}{name}"), text.as_bytes());
    }

    /// What stands in an exported file.
    pub(crate) fn export(&self, table: &str) -> String {
        let all = self.objects.all();
        let file = all.get(&format!("{OUTPUT}analytics_export/{SCHEMA}/{table}.csv"));
        file.map(|bytes| String::from_utf8(bytes.clone()).unwrap()).unwrap_or_default()
    }

    /// How many notices there are whose subject ends so.
    pub(crate) fn told(&self, end: &str) -> usize {
        self.notices.published().iter().filter(|(subject, _)| subject.ends_with(end)).count()
    }

    /// A function that reaches the database at this port.
    pub(crate) fn etl(&self, db: &Db, port: u16) -> Etl<Rc<MemoryObjects>, Rc<MemoryNotices>, Login, Watch> {
        let etl = Etl {
            env: env(),
            objects: Rc::clone(&self.objects),
            notices: Rc::clone(&self.notices),
            database: db.reached_at(port),
            pause: Watch::default(),
            clock: || "2022-09-05T06:00:00Z".parse::<DateTime<Utc>>().unwrap(),
            migrations: MIGRATIONS,
            pauses: 0,
        };
        etl.checked().unwrap()
    }

    pub(crate) fn invoke(&self, db: &Db, asked: Daily) -> Answer<Report> {
        run(self.etl(db, Db::port()).handle(asked)).unwrap()
    }

    pub(crate) fn migrate(&self, db: &Db, list: &'static [Migration], asked: Daily) -> Result<Report, String> {
        let etl = Etl { migrations: list, ..self.etl(db, Db::port()) };
        run(etl.handle(asked)).map(|answer| answer.response).map_err(|error| error.to_string())
    }
}

pub(crate) fn env() -> Env<contract::Run> {
    Env {
        input: Handle::named(INPUT),
        exports: Handle::named(OUTPUT),
        database: Handle::named("postgres://127.0.0.1:5/orders?secret=arn:s"),
        authorities: AUTHORITIES_FILE,
        schema: SchemaName::try_from(SCHEMA.to_owned()).unwrap(),
        time_zone: TimeZone::try_from("Europe/Berlin".to_owned()).unwrap(),
        seconds: Whole(60),
        notices: Handle::named("arn:topic"),
    }
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn on(day: &str) -> Daily {
    Daily { today: Some(date(day)), ..Daily::default() }
}

pub(crate) const ORDERS: &str = "\
order_id,customer_id,order_date,product_id,unit_price,quantity,total_price
1,7,2022-08-15,4,1.50,2,3.00
2,8,2022-08-15,9,20,1,20
3,7,2022-09-01,4,0.335,3,1.01
";

pub(crate) const REVIEWS: &str = "\
review,product_id
5,4
4,4
5,9
";

pub(crate) const SHIPMENTS: &str = "\
shipment_id,order_id,shipment_date,delivery_date
11,1,2022-08-17,2022-08-20
12,2,,
13,3,,
";

/// A Monday that is a holiday, and a Thursday that is none.
pub(crate) const DATES: &str = "\
calendar_dt,year_num,month_of_the_year_num,day_of_the_month_num,day_of_the_week_num,working_day
2022-08-15,2022,8,15,1,false
2022-09-01,2022,9,1,4,true
";

pub(crate) const PRODUCTS: &str = "\
product_id,product_category,product_name
4,Kitchen,\"Kettle, 1 l\"
9,Garden,Rake
";
