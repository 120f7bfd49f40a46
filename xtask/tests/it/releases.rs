//! Ten releases while data flows into every pipeline: each record comes out once, and what runs ends on its version.

use crate::common::{LocalStage, client_config};
use aws_sdk_lambda::primitives::Blob;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

const RELEASES: usize = 10;
/// The one that has other code, not only other sizes.
const OTHER_CODE: usize = 5;
const FUNCTIONS: [&str; 10] = [
    "autoscale-shards",
    "consolidate",
    "curate",
    "load-rates",
    "load-warehouse",
    "orders-etl",
    "pull-rates",
    "send-to-firehose",
    "transform",
    "write-to-s3",
];

/// A stage with versions, in which every function has something that is of this release only.
fn release(file: &Path, number: usize) {
    let (memory, percent) = (1024 + number, 50 + number);
    let pipelines = format!(
        "pipelines:
  taxi:
    stream: {{autoscale: {{min_shards: 1, max_shards: 2, target_percent: {percent}}}}}
    consumers: {{batch_window_seconds: 1}}
    delivery: {{buffer_seconds: 60}}
    write_to_s3: {{memory_mb: {memory}}}
    send_to_firehose: {{memory_mb: {memory}}}
  accommodation:
    queue: {{batch_window_seconds: 1}}
    consolidate: {{timeout_seconds: 30, memory_mb: {memory}}}
  flats:
    warehouse: postgres
    queue: {{batch_window_seconds: 1}}
    transform: {{timeout_seconds: 30, memory_mb: {memory}}}
    load_queue: {{batch_window_seconds: 1}}
    load_warehouse: {{timeout_seconds: 30, memory_mb: {memory}}}
  orders:
    etl: {{package: zip, memory_mb: {memory}}}
  rates:
    source: {{requests_per_minute: 6000}}
    pull: {{runs_on: function, timeout_seconds: 600, memory_mb: {memory}}}
    curate: {{memory_mb: {memory}}}
    loader: {{memory_mb: {memory}}}
    retry: {{attempts: 2, seconds: 1}}
"
    );
    let text = fs::read_to_string(file).unwrap().replace("hotswap: true", "hotswap: false");
    let (head, _) = text.split_once("pipelines:\n").unwrap();
    fs::write(file, format!("{head}{pipelines}")).unwrap();
}

/// What has been sent so far.
struct Flow {
    over: AtomicBool,
    trips: AtomicUsize,
    catalogues: AtomicUsize,
    listings: AtomicUsize,
    days: AtomicUsize,
    batches: AtomicUsize,
}

/// Whatever happens to the test, what goes on beside it ends.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Flow {
    /// Does something again and again, with a number of its own each time.
    fn again(&self, seed: u64, counted: &AtomicUsize, work: impl Fn(usize) -> usize) {
        let mut chance = fastrand::Rng::with_seed(seed);
        for number in 1.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            counted.fetch_add(work(number), Ordering::Relaxed);
            thread::sleep(Duration::from_millis(chance.u64(200..3000)));
        }
    }
}

fn run(stage: &LocalStage, words: &str) -> Value {
    stage.json(&words.split(' ').chain(["--stage", "local"]).collect::<Vec<_>>())
}

fn day(number: usize) -> String {
    (chrono::NaiveDate::from_ymd_opt(2022, 9, 5).unwrap() + chrono::Days::new(number as u64)).to_string()
}

/// Feeds every pipeline, and has done what a day or a batch asks for, until it is over.
fn feed<'scope>(scope: &'scope thread::Scope<'scope, '_>, stage: &'scope LocalStage, flow: &'scope Flow) {
    scope.spawn(|| {
        flow.again(1, &flow.trips, |number| {
            let count = 40 + number * 37 % 160;
            run(stage, &format!("send taxi --count {count} --invalid 0.02 --seed {number}"));
            count
        });
    });
    scope.spawn(|| {
        flow.again(2, &flow.catalogues, |number| {
            run(stage, &format!("send accommodation --files 3 --size 10KB --twice --seed {number}"));
            3
        });
    });
    scope.spawn(|| {
        flow.again(3, &flow.listings, |number| {
            run(stage, &format!("send flats --files 2 --size 10KB --twice --seed {number}"));
            2
        });
    });
    scope.spawn(|| {
        flow.again(4, &flow.days, |number| {
            let today = day(number);
            run(stage, &format!("send orders --rows 300 --today {today} --seed {number}"));
            run(stage, &format!("invoke orders-etl --today {today}"));
            run(stage, &format!("verify orders --today {today}"));
            1
        });
    });
    scope.spawn(|| {
        flow.again(5, &flow.batches, |number| {
            run(stage, &format!("send rates --rows 400 --page 50 --seed {number}"));
            run(stage, "invoke load-rates");
            run(stage, "verify rates");
            1
        });
    });
}

fn name(function: &str) -> String {
    format!("millrace-local-{function}")
}

/// Of each release, the version behind each function's alias.
type Versions = Vec<BTreeMap<&'static str, String>>;

/// Those that are live now.
async fn live(lambda: &aws_sdk_lambda::Client) -> BTreeMap<&'static str, String> {
    let mut versions = BTreeMap::new();
    for function in FUNCTIONS {
        let alias = lambda.get_alias().function_name(name(function)).name("live").send().await.unwrap();
        versions.insert(function, alias.function_version.unwrap());
    }
    versions
}

/// Pages without an end, until they may have one: a page a second, each with another price.
fn pages(listener: &TcpListener, may_end: &AtomicBool, over: &AtomicBool) {
    let mut number = 0;
    while !over.load(Ordering::Relaxed) {
        if let Ok((stream, _)) = listener.accept() {
            number += 1;
            // Who asked and is gone has no answer.
            let _ = give(stream, number, may_end.load(Ordering::Relaxed));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn give(mut stream: TcpStream, number: usize, is_last: bool) -> std::io::Result<()> {
    let (mut request, mut some) = (Vec::new(), [0; 1024]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut some)? {
            0 => return Ok(()),
            read => request.extend_from_slice(&some[..read]),
        }
    }
    thread::sleep(Duration::from_secs(1));
    let next = if is_last { String::new() } else { format!(", \"next\": \"/prices?page={}\"", number + 1) };
    let price =
        format!("{{\"orig_code\": \"XDABC\", \"dest_code\": \"XEABC\", \"day\": \"2026-01-01\", \"price\": {number}}}");
    let body = format!("{{\"prices\": [{price}]{next}}}");
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    write!(stream, "{head}Connection: close\r\n\r\n{body}")
}

/// An invocation that began before a release and ends after it: by which version, and what it answers.
async fn slow(lambda: &aws_sdk_lambda::Client, url: &str) -> (String, Value) {
    let batch = json!({ "run": "slow", "started": "2026-01-02T03:04:05Z" });
    let event = json!({ "batch": batch, "source": url }).to_string();
    let call = lambda.invoke().function_name(name("pull-rates")).qualifier("live").payload(Blob::new(event));
    let answer = call.send().await.unwrap();
    let told: Value = serde_json::from_slice(answer.payload.unwrap().as_ref()).unwrap();
    assert_eq!(answer.function_error, None, "{told}");
    (answer.executed_version.unwrap(), told)
}

/// Releases once, and sees that every function is another version after it.
fn deploy(stage: &LocalStage, number: usize, versions: &mut Versions, lambda: &Lambda) {
    let deployed = run(stage, "deploy");
    let changed: Vec<_> = deployed["stacks"].as_array().unwrap().iter().map(|stack| stack["changed"].clone()).collect();
    assert_eq!(changed[1..], [json!(true), json!(true), json!(true)], "{deployed}");
    let uploaded =
        deployed["artifacts"].as_array().unwrap().iter().filter(|one| one["uploaded"] == json!(true)).count();
    assert_eq!(uploaded > 0, number == OTHER_CODE, "{deployed}");
    let now = lambda.runtime.block_on(live(&lambda.client));
    for (function, version) in &now {
        let before = versions.iter().filter(|before| before[function] == *version).count();
        assert_eq!(before, 0, "{function} was version {version} before: {versions:?}");
    }
    versions.push(now);
}

/// Connections belong to the runtime that they were opened in.
struct Lambda {
    runtime: Runtime,
    client: aws_sdk_lambda::Client,
}

impl Lambda {
    fn at(endpoint: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(client_config(endpoint));
        Self { client: aws_sdk_lambda::Client::new(&config), runtime }
    }
}

#[test]
fn ten_releases_under_load_lose_nothing_and_do_nothing_twice() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    let file = checkout.join("environments/local.yaml");
    release(&file, 0);
    let first = run(&stage, "deploy");
    let endpoint = first["endpoint"].as_str().unwrap();
    let lambda = Lambda::at(endpoint);
    let mut versions = vec![lambda.runtime.block_on(live(&lambda.client))];

    let flow = Flow {
        over: AtomicBool::new(false),
        trips: AtomicUsize::new(0),
        catalogues: AtomicUsize::new(0),
        listings: AtomicUsize::new(0),
        days: AtomicUsize::new(0),
        batches: AtomicUsize::new(0),
    };
    let begun = Instant::now();
    let mut took = Vec::new();
    thread::scope(|scope| {
        let ended = Ended(&flow.over);
        feed(scope, &stage, &flow);
        for number in 1..=RELEASES {
            release(&file, number);
            if number == OTHER_CODE {
                let source = checkout.join("functions/write-to-s3/src/folder.rs");
                let code = fs::read_to_string(&source).unwrap();
                let other = code.replace("is not as this function writes it", "is not what this function writes");
                assert_ne!(code, other);
                fs::write(&source, other).unwrap();
            }
            let since = Instant::now();
            if number == 1 {
                let told = while_something_runs(&stage, endpoint, &lambda, &mut versions);
                eprintln!("{told}");
            } else {
                deploy(&stage, number, &mut versions, &lambda);
            }
            took.push(since.elapsed().as_secs());
            // Some of what comes has to be taken by this release, before the next one.
            thread::sleep(Duration::from_secs(3));
        }
        drop(ended);
    });
    let flowed = begun.elapsed().as_secs();

    let since = Instant::now();
    let sent = flow.trips.into_inner();
    let trips = run(&stage, &format!("verify taxi --sent {sent} --wait 600"));
    let catalogues = run(&stage, "verify accommodation --wait 600");
    let listings = run(&stage, "verify flats --wait 600");
    let prices = run(&stage, "verify rates");
    let settled = since.elapsed().as_secs();
    assert_eq!(catalogues["files"], flow.catalogues.into_inner(), "{catalogues}");
    assert_eq!(listings["files"], flow.listings.into_inner(), "{listings}");
    eprintln!(
        "{RELEASES} releases in {flowed} s, each of {} functions, in seconds: {took:?}; settled {settled} s later",
        FUNCTIONS.len()
    );
    eprintln!("taxi: {trips}\naccommodation: {catalogues}\nflats: {listings}\nrates, the newest batch: {prices}");
    let (days, batches) = (flow.days.into_inner(), flow.batches.into_inner());
    eprintln!("{days} days of orders and {batches} batches of prices, each verified");
    // Enough for each release to have had some of it.
    assert!(sent > 50 * RELEASES && days.min(batches) >= RELEASES / 2, "{sent} trips, {days} days, {batches} batches");
}

/// Releases while an invocation is under way, which ends on the version that it began on.
fn while_something_runs(stage: &LocalStage, endpoint: &str, lambda: &Lambda, versions: &mut Versions) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/prices?page=1", listener.local_addr().unwrap());
    let (may_end, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let before = versions[0]["pull-rates"].clone();
    thread::scope(|scope| {
        let _ended = Ended(&over);
        scope.spawn(|| pages(&listener, &may_end, &over));
        let running = scope.spawn(|| {
            let another = Lambda::at(endpoint);
            another.runtime.block_on(slow(&another.client, &url))
        });
        thread::sleep(Duration::from_secs(2));
        deploy(stage, 1, versions, lambda);
        assert!(!running.is_finished(), "it ended before the release did");
        may_end.store(true, Ordering::Relaxed);
        let (version, answer) = running.join().unwrap();
        assert_eq!(version, before, "{answer}");
        assert!(answer["pages"].as_u64().unwrap() > 1, "{answer}");
        format!("one invocation went on over a release, on version {version}: {answer}")
    })
}
