//! The whole function against a real PostgreSQL: it dies between any two steps, of the ledger or of the warehouse, and
//! the next one, or the same message again, loads the file once.

use contract::{AUTHORITIES, QueueEvent};
use postgres::{Break, Cut, ThrowAway, throw_away};
use runtime::{
    Handler,
    testing::{MemoryItems, MemoryNotices, MemoryObjects, Upset, Upsets, Watch, queue_event, told},
};
use std::rc::Rc;
use warehouse::{Database, Login, Postgres, SCHEMA, Server, Target, Trust};

use crate::{
    handle::{Loader, Ports},
    testing::{Clock, SECONDS, SharedItems, env, file, packed, uri},
};

struct Bench {
    server: ThrowAway,
    trust: Trust,
    objects: Rc<MemoryObjects>,
    items: Rc<MemoryItems>,
    clock: Clock,
}

impl Bench {
    fn new() -> Self {
        let server = throw_away().unwrap();
        server.database("warehouse", "loader", "secret").unwrap();
        let objects = Rc::new(MemoryObjects::default());
        for target in Target::ALL {
            objects.place(&uri(target, 14), &file(target, 3));
        }
        let trust = Trust::parse(AUTHORITIES.as_bytes()).unwrap();
        Self { server, trust, objects, items: Rc::default(), clock: Clock::default() }
    }

    /// As if nothing had ever been loaded.
    fn empty(&self) {
        self.items.remove_all();
        self.sql(&format!("SET client_min_messages TO warning; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;"));
    }

    fn sql(&self, statements: &str) -> String {
        self.server.sql("warehouse", statements).unwrap()
    }

    /// A function of its own, which reaches the server at this port; the messages that stay in the queue.
    async fn invoke(&self, port: u16, upsets: Upsets, event: QueueEvent) -> Vec<String> {
        let server = Server { host: "127.0.0.1".to_owned(), port, database: "warehouse".to_owned() };
        let clock: fn() -> String = || "2017-07-14T15:00:00Z".to_owned();
        let logins = Login { user: "loader".to_owned(), password: "secret".to_owned() };
        let warehouse = Postgres::new(Database { server, logins, trust: self.trust.clone() }, clock);
        let items = SharedItems { items: Rc::clone(&self.items), upsets: Rc::new(upsets) };
        let ports = Ports { objects: Rc::clone(&self.objects), items, notices: Rc::<MemoryNotices>::default() };
        let loader = Loader::new(env(10), ports, warehouse, Watch::default(), self.clock.reader());
        let answer = loader.unwrap().handle(event).await.unwrap();
        answer.response.failed().map(str::to_owned).collect()
    }

    /// The same message, later, to a function that nothing happens to.
    async fn settle(&self, event: &QueueEvent) {
        self.clock.pass(i64::try_from(SECONDS).unwrap() + 1);
        let failed = self.invoke(self.server.port(), Upsets::default(), event.clone()).await;
        assert_eq!(failed, [""; 0]);
    }

    fn is_loaded_once(&self, target: Target) {
        let table = target.table();
        let counts =
            format!("SELECT COUNT(*), COUNT(DISTINCT id) FROM {SCHEMA}.{table}; SELECT COUNT(*) FROM {SCHEMA}.loads;");
        assert_eq!(self.sql(&counts), "3|3\n1\n", "{table}");
        let entries = self.items.all();
        assert_eq!((entries.len(), &entries[0]["state"], &entries[0]["rows"]), (1, &"loaded".into(), &3.into()));
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn event(targets: &[Target]) -> QueueEvent {
    queue_event(&targets.iter().map(|target| told(&uri(*target, 14))).collect::<Vec<_>>())
}

#[test]
fn a_crash_at_any_step_of_the_warehouse_loads_once() {
    let bench = Bench::new();
    let event = event(&[Target::Address]);
    let whole = Cut::before(bench.server.port(), Break::Never).unwrap();
    assert_eq!(run(bench.invoke(whole.port(), Upsets::default(), event.clone())), [""; 0]);
    bench.is_loaded_once(Target::Address);
    let messages = whole.messages();
    assert!(messages > 20, "{messages}");
    for at in (1..=messages).flat_map(|message| [Break::Before(message), Break::After(message)]) {
        bench.empty();
        let cut = Cut::before(bench.server.port(), at).unwrap();
        run(async {
            let failed = bench.invoke(cut.port(), Upsets::default(), event.clone()).await;
            let recorded = format!("SELECT to_regclass('{SCHEMA}.loads') IS NOT NULL;");
            assert!(!failed.is_empty() || bench.sql(&recorded) == "t\n", "{at:?}: it is settled, and not loaded");
            bench.settle(&event).await;
        });
        bench.is_loaded_once(Target::Address);
    }
}

#[test]
fn a_crash_at_any_step_of_the_ledger_loads_once() {
    let bench = Bench::new();
    let event = event(&[Target::Flats]);
    // It is read and written for the claim, and again for the end.
    for call in 1..=4 {
        for upset in [Upset::CrashBefore, Upset::CrashAfter, Upset::After] {
            bench.empty();
            run(async {
                let failed = bench.invoke(bench.server.port(), Upsets::default().at(call, upset), event.clone()).await;
                assert_eq!(failed.is_empty(), upset == Upset::After, "call {call}, {upset:?}");
                bench.settle(&event).await;
            });
            bench.is_loaded_once(Target::Flats);
        }
    }
}

#[test]
fn of_two_functions_at_once_one_loads_and_each_message_stands_for_itself() {
    let bench = Bench::new();
    let all = event(&Target::ALL);
    for _round in 0..10 {
        bench.empty();
        run(async {
            let port = bench.server.port();
            let invoke = || bench.invoke(port, Upsets::default(), all.clone());
            let (one, other) = futures_util::future::join(invoke(), invoke()).await;
            for number in 0..Target::ALL.len() {
                let message = format!("message-{number}");
                assert!(!(one.contains(&message) && other.contains(&message)), "nobody loaded {message}");
            }
            bench.settle(&all).await;
        });
        let counts = Target::ALL.map(|target| format!("SELECT COUNT(*) FROM {SCHEMA}.{};", target.table()));
        assert_eq!(bench.sql(&(counts.concat() + &format!("SELECT COUNT(*) FROM {SCHEMA}.loads;"))), "3\n3\n3\n3\n");
    }
}

#[test]
fn a_bad_file_fails_alone_and_what_it_was_is_in_the_ledger() {
    let bench = Bench::new();
    bench.objects.place(&uri(Target::Flats, 14), &packed("id,publishDate\n1,2017\n"));
    let all = event(&Target::ALL);
    let failed = run(bench.invoke(bench.server.port(), Upsets::default(), all));
    assert_eq!(failed, ["message-0"]);
    let entries = bench.items.all();
    let bad = entries.iter().find(|entry| entry["target"] == "flats").unwrap();
    let why = bad["error"].as_str().unwrap();
    assert!(why.contains("line 1: the header lacks realEstate_apartmentType"), "{why}");
    assert_eq!((&bad["state"], &bad["until"]), (&"pending".into(), &0.into()));
    assert_eq!(entries.iter().filter(|entry| entry["state"] == "loaded").count(), 2);
}

#[test]
fn a_warehouse_that_was_made_anew_is_loaded_again_whatever_the_ledger_says() {
    let bench = Bench::new();
    let event = event(&[Target::Agency]);
    run(bench.invoke(bench.server.port(), Upsets::default(), event.clone()));
    bench.sql(&format!("SET client_min_messages TO warning; DROP SCHEMA {SCHEMA} CASCADE;"));
    run(bench.settle(&event));
    bench.is_loaded_once(Target::Agency);
}
