//! Prices on the local stage, end to end: pulled, curated, queried and loaded; batches that are refused; steps that fail; and
//! a deploy in the middle of it.

use crate::common::{LocalStage, client_config, mailbox::Mailbox, post, root, text};
use aws_config::SdkConfig;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const CURATED: &str = "millrace-local-curated-000000000000";
const RAW: &str = "millrace-local-raw-000000000000";
const SEND: [&str; 4] = ["send", "rates", "--stage", "local"];
const VERIFY: [&str; 4] = ["verify", "rates", "--stage", "local"];
const LOAD: [&str; 4] = ["invoke", "load-rates", "--stage", "local"];

/// Puts settings of the pipeline in the place of others.
fn set(file: &Path, settings: &str) {
    let text = fs::read_to_string(file).unwrap();
    let before = text.split_once("  rates:\n").unwrap().0;
    fs::write(file, format!("{before}  rates:\n{settings}")).unwrap();
}

fn settings(requests_per_minute: u32, curate_mb: u32) -> String {
    format!(
        "    source: {{requests_per_minute: {requests_per_minute}}}\n    pull: {{runs_on: function, timeout_seconds: 30}}\n    curate: \
         {{memory_mb: {curate_mb}}}\n    retry: {{attempts: 1, seconds: 1}}\n"
    )
}

fn with<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [command, more].concat()
}

fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(true).build())
}

async fn keys(objects: &aws_sdk_s3::Client, bucket: &str, prefix: &str) -> Vec<String> {
    let listed = objects.list_objects_v2().bucket(bucket).prefix(prefix).send().await.unwrap();
    listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
}

async fn object(objects: &aws_sdk_s3::Client, bucket: &str, key: &str) -> Vec<u8> {
    let object = objects.get_object().bucket(bucket).key(key).send().await.unwrap();
    object.body.collect().await.unwrap().to_vec()
}

struct Rates<'a> {
    stage: &'a LocalStage,
    objects: aws_sdk_s3::Client,
    mailbox: Mailbox,
}

impl Rates<'_> {
    /// Sends a batch that has to succeed.
    fn good(&self, more: &[&str]) -> Value {
        self.stage.json(&with(&SEND, more))
    }

    /// Sends one that has to fail: the execution ends failed, one notice says why, and nothing of it can be read.
    async fn failing(&self, more: &[&str], step: &str, reason: &str) -> Vec<String> {
        let before = keys(&self.objects, CURATED, "rates/visible/").await;
        let sent = self.stage.run(&[&with(&SEND, more)[..], &["--json"]].concat());
        assert_eq!(sent.status.code(), Some(1), "{more:?}: {}", text(&sent.stderr));
        let report: Value = serde_json::from_slice(&sent.stdout).unwrap();
        assert_eq!(report["status"], "FAILED", "{report}");
        let told = self.mailbox.read().await;
        assert_eq!(told.len(), 1, "{more:?}: {told:?}");
        assert!(told[0].contains(&format!("in its step {step}.")) && told[0].contains(reason), "{more:?}: {told:?}");
        assert_eq!(keys(&self.objects, CURATED, "rates/visible/").await, before);
        let name = report["execution"].as_str().unwrap();
        let data = keys(&self.objects, CURATED, "rates/data/").await;
        assert!(!data.iter().any(|key| key.contains(name)), "{data:?}");
        self.stage.json(&VERIFY);
        report["states"].as_array().unwrap().iter().map(|state| state.as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_batch_of_prices_is_there_as_a_whole_or_not_at_all() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    let file = checkout.join("environments/local.yaml");
    set(&file, &settings(60_000, 1024));
    let deployed = stage.json(&["deploy", "--stage", "local"]);
    let endpoint = deployed["endpoint"].as_str().unwrap().to_owned();
    let output = |key: &str| {
        let mut stacks = deployed["stacks"].as_array().unwrap().iter();
        stacks.find_map(|stack| stack["outputs"][key].as_str()).unwrap().to_owned()
    };
    let config = client_config(&endpoint).await;
    let mailbox = Mailbox::subscribe(&endpoint, &output("AlertTopic")).await;
    let rates = Rates { stage: &stage, objects: s3(&config), mailbox };

    // Count and average are the same in Athena, in PostgreSQL, and worked out from what was pulled.
    let sent = rates.good(&["--rows", "50000"]);
    assert_eq!(sent["prices"], 50_500);
    assert_eq!(stage.json(&LOAD)["answer"]["status"], "loaded");
    let found = stage.json(&VERIFY);
    assert!(found["database"]["averages"].as_u64().unwrap() > 10_000, "{found}");
    assert_eq!(stage.json(&LOAD)["answer"]["status"], "already there");

    // One bad row among 50,000 refuses all of them, and the batch before it is served.
    let bad = ["--rows", "50000", "--seed", "2", "--fault", "price"];
    let states = rates.failing(&bad, "Curate", "'on request' is not a whole number").await;
    assert!(states.ends_with(&["Rejected".to_owned(), "Tell".to_owned(), "Failed".to_owned()]), "{states:?}");
    let rejected = keys(&rates.objects, CURATED, "rates/rejected/").await;
    let lines = text(&object(&rates.objects, CURATED, &rejected[0]).await);
    assert!(rejected.len() == 1 && lines.lines().count() == 1 && lines.contains("on request"), "{lines}");

    each_step_fails(&rates, &config).await;

    // What the database refuses changes nothing there, and is told; the next batch takes its place.
    rates.good(&["--rows", "500", "--seed", "4", "--fault", "unknown-port"]);
    let refused = stage.run(&with(&LOAD, &["--json"]));
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
    let told = rates.mailbox.read().await;
    assert!(told.len() == 1 && told[0].contains("ZZZZZ"), "{told:?}");
    rates.good(&["--rows", "3000", "--seed", "5"]);
    stage.json(&LOAD);
    stage.json(&VERIFY);

    what_runs_goes_on_as_it_began(&rates, &endpoint, &file).await;
    as_a_task(&rates, &endpoint).await;
}

/// Pulling and curating fail in turn, for good and for a while.
async fn each_step_fails(rates: &Rates<'_>, config: &SdkConfig) {
    let states = rates.failing(&["--rows", "100", "--fault", "source-gone"], "Pull", "404").await;
    assert!(states.contains(&"PullFailed".to_owned()), "{states:?}");
    rates.failing(&["--rows", "100", "--fault", "source-hangs"], "Pull", "time").await;

    let roles = aws_sdk_iam::Client::new(config);
    let listed = roles.list_roles().send().await.unwrap();
    let role = listed.roles().iter().map(aws_sdk_iam::types::Role::role_name).find(|name| name.contains("CurateRole"));
    let role = role.unwrap();
    for (action, step) in [("s3:GetObject", "Weigh"), ("s3:PutObject", "Curate")] {
        let denied =
            json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Action": action, "Resource": "*" }] });
        let put = roles.put_role_policy().role_name(role).policy_name("denied").policy_document(denied.to_string());
        put.send().await.unwrap();
        rates.failing(&["--rows", "100", "--seed", "3"], step, "denied").await;
        roles.delete_role_policy().role_name(role).policy_name("denied").send().await.unwrap();
    }
    // The same prices again, when nothing is in their way.
    rates.good(&["--rows", "3000", "--seed", "3"]);
    assert_eq!(rates.stage.json(&LOAD)["answer"]["status"], "loaded");
    rates.stage.json(&VERIFY);
    assert_eq!(rates.mailbox.read().await, [""; 0]);
}

/// A deploy while an execution runs leaves it on its version of the function, and the next one has the new one.
async fn what_runs_goes_on_as_it_began(rates: &Rates<'_>, endpoint: &str, file: &Path) {
    let config = client_config(endpoint).await;
    set(file, &settings(60, 1024));
    rates.stage.json(&["deploy", "--stage", "local"]);
    let machines = aws_sdk_sfn::Client::new(&config);
    let machine = "arn:aws:states:eu-west-1:000000000000:stateMachine:millrace-local-rates";
    let running = async || {
        let listed = machines.list_executions().state_machine_arn(machine).send().await.unwrap();
        listed.executions().iter().any(|one| one.status() == &aws_sdk_sfn::types::ExecutionStatus::Running)
    };
    // A page a second.
    let slow = with(&SEND, &["--rows", "2000", "--page", "100", "--seed", "6", "--json"]);
    let sending = rates.stage.command(&slow).stdout(Stdio::piped()).spawn().unwrap();
    while !running().await {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    set(file, &settings(60_000, 1200));
    rates.stage.json(&["deploy", "--stage", "local"]);
    assert!(running().await, "it ended before the deploy did");
    let done = sending.wait_with_output().unwrap();
    let old: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(old["status"], "SUCCEEDED", "{old}");
    rates.good(&["--rows", "2000", "--seed", "7"]);
    let calls = versions_called(endpoint);
    let (new, old) = (calls[calls.len() - 2..].to_vec(), calls[calls.len() - 4..calls.len() - 2].to_vec());
    assert!(old[0] == old[1] && new[0] == new[1] && old[0] != new[0], "{calls:?}");
    rates.stage.json(&LOAD);
    rates.stage.json(&VERIFY);
}

/// The versions of `curate` that were called, in the order of the calls: each has a stream of the log, named by it.
fn versions_called(endpoint: &str) -> Vec<String> {
    let key = "AWS4-HMAC-SHA256 Credential=000000000000/20260101/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0";
    let headers = [
        ("X-Amz-Target", "Logs_20140328.DescribeLogStreams"),
        ("Content-Type", "application/x-amz-json-1.1"),
        ("Authorization", key),
    ];
    let listed =
        post(endpoint, "/", &headers, &json!({ "logGroupName": "/aws/lambda/millrace-local-curate", "limit": 50 }));
    let mut streams = listed["logStreams"].as_array().unwrap().clone();
    streams.sort_by_key(|stream| stream["firstEventTimestamp"].as_u64());
    let version = |stream: &Value| {
        let (_, named) = stream["logStreamName"].as_str()?.split_once('[')?;
        Some(named.split_once(']')?.0.to_owned())
    };
    streams.iter().filter_map(version).collect()
}

/// A web server of a folder, on a free port.
struct Folder {
    server: Child,
    url: String,
}

impl Folder {
    fn serve(folder: &Path) -> Self {
        let args = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder.to_str().unwrap()];
        let mut server =
            Command::new("python3").args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.split("port ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        Self { url: format!("http://127.0.0.1:{port}"), server }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The same program as a task: once, by its event, with an exit code for an answer.
async fn as_a_task(rates: &Rates<'_>, endpoint: &str) {
    let built = rates.stage.json(&["build", "--stage", "local", "--function", "pull-rates"]);
    let archive = fs::File::open(built["archives"][0]["path"].as_str().unwrap()).unwrap();
    let mut program = Vec::new();
    zip::ZipArchive::new(archive).unwrap().by_name("bootstrap").unwrap().read_to_end(&mut program).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pull-rates");
    fs::write(&path, program).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let page = r#"{"prices": [{"orig_code": "XDABC", "dest_code": "XEABC", "day": "2026-01-01", "price": 7}]}"#;
    fs::write(folder.path().join("prices.json"), page).unwrap();

    let server = Folder::serve(folder.path());
    let run = |name: &str, page: &str| {
        let batch = json!({ "run": name, "started": "2026-01-02T03:04:05Z" });
        let event = json!({ "batch": batch, "source": format!("{}/{page}", server.url) }).to_string();
        let mut task = Command::new(&path);
        task.env_clear().current_dir(root());
        task.envs([
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "000000000000"),
            ("AWS_SECRET_ACCESS_KEY", "emulated"),
            ("RAW", &format!("s3://{RAW}/rates/")),
            ("SEEN", &format!("s3://{CURATED}/rates/seen/")),
            ("FORMAT", "json"),
            ("REQUESTS_PER_MINUTE", "6000"),
            ("SECONDS", "30"),
            ("EVENT", &event),
        ]);
        task.output().unwrap()
    };
    for _ in 0..2 {
        let done = run("as-a-task", "prices.json");
        assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
    }
    let stored = object(&rates.objects, RAW, "rates/batch=as-a-task/page-000001.json").await;
    assert_eq!(text(&stored), page);
    let manifest: Value =
        serde_json::from_slice(&object(&rates.objects, RAW, "rates/batch=as-a-task/manifest.json").await).unwrap();
    assert_eq!(manifest["bytes"], page.len());
    let failed = run("not-there", "other.json");
    assert_eq!(failed.status.code(), Some(1), "{}", text(&failed.stdout));
    assert!(
        !keys(&rates.objects, RAW, "rates/batch=not-there/").await.iter().any(|key| key.ends_with("manifest.json"))
    );
}
