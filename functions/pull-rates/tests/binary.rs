//! The binary itself, as a task and as a function, with a real source and S3 played by the test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(target_os = "linux")]

#[path = "../src/site.rs"]
mod site;

use contract::{metric, rates::Manifest};
use runtime::testing::{end_of, invoke};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use site::{Asked, Site, Step, answer, head};
use std::{
    collections::BTreeMap,
    fs,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

const BINARY: &str = env!("CARGO_BIN_EXE_pull-rates");
const EVENT: &str = r#"{"batch":{"run":"run-1","started":"2026-11-21T02:00:07Z"}}"#;
const PAGES: [&str; 2] = [
    r#"{"prices":[{"orig_code":"DEHAM","dest_code":"CNSGH","day":"2026-11-21","price":1200}],"next":"/prices?page=2"}"#,
    r#"{"prices":[]}"#,
];

/// Buckets, and what else of AWS a task asks for.
#[derive(Default)]
struct Aws {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    parts: Mutex<BTreeMap<u32, Upload>>,
    /// The most memory that the task had when it wrote the manifest.
    peak: Mutex<Option<u64>>,
    task: Mutex<Option<u32>>,
}

/// Of what is large only the digest is kept.
#[derive(Default)]
struct Upload {
    bytes: usize,
    sha256: Sha256,
}

impl Aws {
    fn reply(&self, asked: &Asked) -> Vec<Step> {
        if asked.headers.contains_key("x-amz-target") {
            let secret = json!({ "SecretString": r#"{"header":"X-Api-Key","value":"swordfish"}"# });
            return answer(200, "", secret.to_string().as_bytes());
        }
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let mut objects = self.objects.lock().unwrap();
        let etag = "etag: \"0\"\r\nlast-modified: Sat, 21 Nov 2026 00:00:00 GMT\r\n";
        match (asked.method.as_str(), query) {
            ("GET", query) if query.contains("list-type=2") => {
                let prefix = query.split('&').find_map(|pair| pair.strip_prefix("prefix=")).unwrap_or_default();
                let prefix = prefix.replace("%2F", "/").replace("%3D", "=");
                let keys = objects.keys().filter_map(|key| key.strip_prefix("/raw/"));
                let rest = "<LastModified>2026-11-21T00:00:00Z</LastModified><ETag>0</ETag><Size>1</Size>";
                let contents = keys
                    .filter(|key| key.starts_with(&prefix))
                    .fold(String::new(), |before, key| format!("{before}<Contents><Key>{key}</Key>{rest}</Contents>"));
                answer(200, "", format!("<ListBucketResult>{contents}</ListBucketResult>").as_bytes())
            }
            ("GET", _) => match objects.get(&plain(path)) {
                Some(body) => answer(200, etag, body),
                None => answer(404, "", b""),
            },
            ("POST", query) if query.starts_with("uploads") => answer(
                200,
                "",
                b"<InitiateMultipartUploadResult><UploadId>7</UploadId></InitiateMultipartUploadResult>",
            ),
            ("PUT", query) if query.contains("uploadId=7") => {
                let mut parts = self.parts.lock().unwrap();
                let upload = parts.entry(7).or_default();
                upload.bytes += asked.body.len();
                upload.sha256.update(&asked.body);
                answer(200, etag, b"")
            }
            ("POST", _) => {
                let upload = self.parts.lock().unwrap().remove(&7).unwrap();
                let told = format!("{} {}", upload.bytes, hex(&upload.sha256.finalize()));
                objects.insert(plain(path), told.into_bytes());
                answer(200, "", b"<CompleteMultipartUploadResult><ETag>0</ETag></CompleteMultipartUploadResult>")
            }
            ("PUT", _) => {
                if path.ends_with("manifest.json") {
                    self.peak.lock().unwrap().clone_from(&self.task.lock().unwrap().map(peak_kb));
                }
                objects.insert(plain(path), asked.body.clone());
                answer(200, etag, b"")
            }
            _ => answer(204, "", b""),
        }
    }

    fn object(&self, name: &str) -> Option<Vec<u8>> {
        self.objects.lock().unwrap().get(&format!("/raw/rates/batch=run-1/{name}")).cloned()
    }

    fn manifest(&self) -> Manifest {
        serde_json::from_slice(&self.object("manifest.json").unwrap()).unwrap()
    }
}

fn plain(path: &str) -> String {
    path.replace("%3D", "=")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |before, byte| format!("{before}{byte:02x}"))
}

fn peak_kb(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

struct World {
    aws: Arc<Aws>,
    s3: Site,
    source: Site,
}

impl World {
    fn new(source: impl Fn(&Asked) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let aws = Arc::new(Aws::default());
        let replying = Arc::clone(&aws);
        Self { aws, s3: Site::new(move |asked| replying.reply(asked)), source: Site::new(source) }
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        [
            ("EVENT", EVENT),
            ("RAW", "s3://raw/rates/"),
            ("SEEN", "s3://raw/curated/seen/"),
            ("SOURCE", &format!("http://127.0.0.1:{}/prices", self.source.port)),
            ("CREDENTIALS", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rates"),
            ("FORMAT", "json"),
            ("REQUESTS_PER_MINUTE", "60000"),
            ("SECONDS", "60"),
            ("AWS_ENDPOINT_URL", &format!("http://127.0.0.1:{}", self.s3.port)),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    fn begin(&self) -> Child {
        let mut command = Command::new(BINARY);
        command.env_clear().envs(self.variables()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        self.aws.task.lock().unwrap().replace(child.id());
        child
    }

    fn end(&self) -> (bool, String) {
        told(self.begin().wait_with_output().unwrap())
    }
}

fn told(output: Output) -> (bool, String) {
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(!said.contains("swordfish"), "{said}");
    (output.status.success(), said)
}

fn metrics(stdout: &str) -> Value {
    let line = stdout.lines().find(|line| line.contains("_aws")).unwrap_or_else(|| panic!("no metrics: {stdout}"));
    serde_json::from_str(line).unwrap()
}

fn pages(asked: &Asked) -> Vec<Step> {
    assert_eq!(asked.headers["x-api-key"], "swordfish");
    answer(200, "etag: \"1\"\r\n", PAGES[usize::from(asked.path.ends_with("page=2"))].as_bytes())
}

#[test]
fn what_is_missing_or_wrong_ends_it_at_once() {
    let world = World::new(pages);
    let all = world.variables();
    let said = |variables: &[(&str, &str)]| {
        let (success, said) = told(end_of(BINARY, variables).unwrap());
        assert!(!success, "{said}");
        said
    };
    for name in ["RAW", "SEEN", "FORMAT", "REQUESTS_PER_MINUTE", "SECONDS", "EVENT"] {
        let some: Vec<_> = all.iter().filter(|(n, _)| *n != name).map(|(n, v)| (*n, v.as_str())).collect();
        let said = said(&some);
        assert!(said.contains(name), "{name}: {said}");
    }
    for (name, value, why) in [
        ("EVENT", "{", "EVENT does not say what there is to do"),
        ("EVENT", "{\"batch\":{\"run\":\"../x\",\"started\":\"2026-11-21T02:00:07Z\"}}", "cannot name a batch"),
        ("SOURCE", "http://rates.example.com", "write https://"),
        ("RAW", "s3://raw", "is not a folder"),
    ] {
        let some: Vec<_> = all.iter().map(|(n, v)| (*n, if *n == name { value } else { v.as_str() })).collect();
        let said = said(&some);
        assert!(said.contains(why), "{said}");
    }
    assert!(world.source.asked().is_empty());
}

#[test]
fn a_task_pulls_once_and_its_exit_code_is_the_answer() {
    let world = World::new(pages);
    let (success, said) = world.end();
    assert!(success, "{said}");
    assert_eq!(world.aws.object("page-000001.json").unwrap(), PAGES[0].as_bytes());
    assert_eq!(world.aws.object("page-000002.json").unwrap(), PAGES[1].as_bytes());
    let manifest = world.aws.manifest();
    assert_eq!(
        manifest.pages.iter().map(|page| page.name.as_str()).collect::<Vec<_>>(),
        ["page-000001.json", "page-000002.json"]
    );
    assert_eq!(manifest.pages[0].sha256, hex(&Sha256::digest(PAGES[0])));
    let metrics = metrics(&said);
    assert_eq!((&metrics[metric::OUT], &metrics[metric::FUNCTION_NAME]), (&json!(2), &json!("pull-rates")));
    assert!(said.contains(r#"done: {"pages":2,"#), "{said}");
    assert!(world.end().0, "again");
    assert_eq!(world.source.asked().len(), 2, "it is done already");
}

#[test]
fn a_task_that_fails_says_why_and_another_goes_on() {
    let missing = Mutex::new(true);
    let world = World::new(move |asked| {
        let is_missing = asked.path.ends_with("page=2") && std::mem::take(&mut *missing.lock().unwrap());
        if is_missing { answer(404, "", b"no such page") } else { pages(asked) }
    });
    let (success, said) = world.end();
    assert!(!success && said.contains("page=2 answers 404 Not Found: no such page. 1 pages are stored"), "{said}");
    assert!(!said.contains("_aws"), "what is not done is not counted");
    assert!(world.end().0);
    assert_eq!(world.aws.manifest().pages.len(), 2);
}

/// What Fargate sends some time before it kills.
#[test]
fn a_task_that_is_told_to_stop_stops_at_once_and_keeps_what_is_stored() {
    let slow = Mutex::new(true);
    let world = World::new(move |asked| {
        if asked.path.ends_with("page=2") && std::mem::take(&mut *slow.lock().unwrap()) {
            let begun = format!("content-length: {}\r\n", PAGES[1].len());
            return vec![
                Step::Send(head(200, &begun)),
                Step::Send(b"{".to_vec()),
                Step::Wait(Duration::from_secs(20)),
                Step::Close,
            ];
        }
        pages(asked)
    });
    let child = world.begin();
    let waiting = Instant::now();
    while world.source.asked().len() < 2 {
        assert!(waiting.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(10));
    }
    let stopped = Instant::now();
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(2), "it took {:?}", stopped.elapsed());
    assert_eq!(output.status.code(), Some(1), "it ends by itself");
    assert!(told(output).1.contains("pull-rates failed: it was told to stop before it was done"));
    assert!(world.aws.object("page-000001.json").is_some() && world.aws.object("manifest.json").is_none());
    assert!(world.end().0);
    let asked: Vec<String> = world.source.asked().iter().map(|asked| asked.path.clone()).collect();
    assert_eq!(asked, ["/prices", "/prices?page=2", "/prices", "/prices?page=2"]);
    assert_eq!(world.source.asked()[2].headers["if-none-match"], "\"1\"");
    assert_eq!(world.aws.manifest().pages.len(), 2);
}

#[test]
fn a_function_answers_what_it_pulled() {
    let source = Site::new(|_| answer(200, "", PAGES[1].as_bytes()));
    let event = json!({
        "batch": { "run": "run-1", "started": "2026-11-21T02:00:07Z" },
        "source": format!("http://127.0.0.1:{}/prices", source.port),
    });
    let variables = [
        ("RAW", "s3://raw/rates/"),
        ("SEEN", "s3://raw/curated/seen/"),
        ("FORMAT", "json"),
        ("REQUESTS_PER_MINUTE", "60000"),
        ("SECONDS", "60"),
    ];
    let invoked = invoke(BINARY, &variables, &event, |request, _| {
        let list = request.path.contains("list-type=2");
        (200, if list { "<ListBucketResult></ListBucketResult>".to_owned() } else { String::new() })
    });
    let invoked = invoked.unwrap();
    assert_eq!(invoked.answer, json!({ "pages": 1, "bytes": 13, "unchanged": false }), "{}", invoked.stdout);
    let puts: Vec<&str> = invoked
        .requests
        .iter()
        .filter(|request| request.method == "PUT")
        .map(|request| request.path.as_str())
        .collect();
    let folder = "/raw/rates/batch%3Drun-1";
    assert_eq!(puts, ["page-000001.json", "progress.json", "manifest.json"].map(|name| format!("{folder}/{name}")));
}

/// A page is as large as it likes; the task is not.
#[test]
fn three_hundred_megabytes_pass_through_sixty_four() {
    const TIMES: usize = 3_400;
    let note = "as agreed, ".repeat(200);
    let row =
        format!(r#"{{"orig_code":"DEHAM","dest_code":"CNSGH","day":"2026-11-21","price":1200,"note":"{note}"}},"#);
    let rows = row.repeat(40);
    let (first, last) = (r#"{"prices":["#, format!("{}]}}", row.trim_end_matches(',')));
    let length = first.len() + TIMES * rows.len() + last.len();
    assert!(length > 300_000_000);
    let mut sha256 = Sha256::new_with_prefix(first);
    (0..TIMES).for_each(|_| sha256.update(&rows));
    sha256.update(&last);
    let sha256 = hex(&sha256.finalize());
    let world = World::new(move |_| {
        vec![
            Step::Send(head(200, &format!("x-row-count: {}\r\ncontent-length: {length}\r\n", TIMES * 40 + 1))),
            Step::Send(first.into()),
            Step::Repeat(rows.clone().into_bytes(), TIMES),
            Step::Send(last.clone().into_bytes()),
        ]
    });
    let begun = Instant::now();
    let (success, said) = world.end();
    assert!(success, "{said}");
    let manifest = world.aws.manifest();
    assert_eq!((manifest.bytes, &manifest.pages[0].sha256), (length as u64, &sha256));
    assert_eq!(world.aws.object("page-000001.json").unwrap(), format!("{length} {sha256}").into_bytes());
    let peak = world.aws.peak.lock().unwrap().unwrap() / 1_024;
    println!("{length} bytes in {:?} and {peak} MB", begun.elapsed());
    assert!(peak < 64, "{peak} MB");
}
