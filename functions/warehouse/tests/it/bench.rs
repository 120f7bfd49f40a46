//! A server with an empty database, and what is asked of it.

use postgres::{ThrowAway, throw_away};
use std::{cell::RefCell, error::Error};
use warehouse::{Database, Load, LoadError, Loaded, Login, Logins, Postgres, SCHEMA, Server, Target, Trust, Warehouse};

use crate::files::{Pieces, packed};

const ROLE: &str = "loader";

pub(crate) struct Bench {
    pub(crate) server: ThrowAway,
    database: String,
}

/// Says these passwords, one at each fresh reading.
pub(crate) struct Passwords(pub(crate) RefCell<Vec<&'static str>>);

impl Logins for Passwords {
    async fn login(&self, fresh: bool) -> Result<Login, Box<dyn Error + Send + Sync>> {
        let mut passwords = self.0.borrow_mut();
        if fresh && passwords.len() > 1 {
            passwords.remove(0);
        }
        Ok(Login { user: ROLE.to_owned(), password: passwords[0].to_owned() })
    }
}

pub(crate) type Clocked = Postgres<Passwords, fn() -> String>;

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self { server: throw_away().unwrap(), database: "warehouse".to_owned() };
        bench.server.database("warehouse", ROLE, "secret").unwrap();
        bench
    }

    /// Another empty database of the same server.
    pub(crate) fn fresh(&mut self, name: &str) {
        self.server.sql("postgres", &format!("CREATE DATABASE {name} OWNER {ROLE};")).unwrap();
        name.clone_into(&mut self.database);
    }

    /// As if nothing had ever been loaded.
    pub(crate) fn empty(&self) {
        self.sql(&format!("SET client_min_messages TO warning; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;"));
    }

    pub(crate) fn warehouse(&self) -> Clocked {
        self.through(self.server.port())
    }

    /// Reached at another port.
    pub(crate) fn through(&self, port: u16) -> Clocked {
        self.trusting(port, &nobody(), &["secret"])
    }

    pub(crate) fn trusting(&self, port: u16, trust: &Trust, passwords: &[&'static str]) -> Clocked {
        let server = Server { host: "127.0.0.1".to_owned(), port, database: self.database.clone() };
        let logins = Passwords(RefCell::new(passwords.to_vec()));
        Postgres::new(Database { server, logins, trust: trust.clone() }, || "2017-07-14T15:00:00Z".to_owned())
    }

    pub(crate) fn sql(&self, statements: &str) -> String {
        self.server.sql(&self.database, statements).unwrap()
    }

    /// All that is in the tables, sorted.
    pub(crate) fn dump(&self) -> String {
        let exists =
            self.sql(&format!("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '{SCHEMA}';"));
        if exists.trim() == "0" {
            return String::new();
        }
        let tables = ["flats", "address", "agency", "city", "loads"];
        let all = tables.map(|table| format!("SELECT '{table}', t FROM {SCHEMA}.{table} AS t ORDER BY t::text;"));
        self.sql(&all.concat())
    }
}

/// A certificate authority that signed nothing.
pub(crate) fn nobody() -> Trust {
    let certificate = rcgen::generate_simple_self_signed(["nobody.example".to_owned()]).unwrap();
    Trust::parse(certificate.cert.pem().as_bytes()).unwrap()
}

pub(crate) fn load_of(target: Target, hour: u32, version: &str) -> Load {
    Load::of("curated", &format!("flats/clean/2017-07-14/{hour:02}/batch/{}.csv.gz", target.table()), version).unwrap()
}

/// Waits for what is asked of a warehouse.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn load(warehouse: &impl Warehouse, load: &Load, text: &str) -> Result<Loaded, LoadError> {
    run(warehouse.load(load, Pieces::of(&packed(text), 1_000)))
}
