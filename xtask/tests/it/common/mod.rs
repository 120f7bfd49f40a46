//! A local stage of its own for a test: its own emulator, on its own port, gone afterwards.

pub(crate) mod browser;
pub(crate) mod mailbox;
pub(crate) mod shell;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// The checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Where this checkout is built, and all others too.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// The files that git knows, as they are now.
pub(crate) fn files() -> BTreeSet<PathBuf> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").args(list).current_dir(root()).output().unwrap();
    assert!(listed.status.success(), "{}", text(&listed.stderr));
    text(&listed.stdout).lines().map(PathBuf::from).filter(|file| root().join(file).is_file()).collect()
}

static TURN: Mutex<()> = Mutex::new(());

/// An emulator for one test.
pub(crate) struct LocalStage {
    /// Of this test alone, and gone after it.
    folder: TempDir,
    /// One at a time, also where the tests are threads of one process.
    _turn: MutexGuard<'static, ()>,
    checkout: PathBuf,
}

impl LocalStage {
    /// Of a checkout of its own, in which a test may change what it likes.
    pub(crate) fn new() -> Self {
        let mut stage = Self::of(PathBuf::new());
        stage.checkout = stage.folder.path().join("checkout");
        for file in files() {
            let to = stage.checkout.join(&file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root().join(file), to).unwrap();
        }
        stage
    }

    /// Of this checkout, for what neither builds functions nor changes files.
    pub(crate) fn here() -> Self {
        Self::of(root())
    }

    /// Of another checkout than this one.
    pub(crate) fn of(checkout: PathBuf) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Self { folder: TempDir::new().unwrap(), _turn: turn, checkout }
    }

    pub(crate) fn checkout(&self) -> PathBuf {
        self.checkout.clone()
    }

    /// Where its emulator keeps what it has.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(args).current_dir(&self.checkout).env("MILLRACE_STATE", self.state());
        // What functions depend on is built once for all checkouts.
        command.env("CARGO_TARGET_DIR", target());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that has to succeed.
    pub(crate) fn succeed(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{args:?} ended with {:?}\n{out}\n{err}", output.status.code());
        out
    }

    /// Runs a command that has to succeed and to print JSON and nothing else.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let out = self.succeed(&[args, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?} printed no JSON ({error}):\n{out}"))
    }
}

impl Drop for LocalStage {
    fn drop(&mut self) {
        // A test that fails says so already; this must not hide it.
        let _ = self.command(&["local", "erase"]).output();
    }
}

/// For asking the emulator's services themselves, as the root of the account.
pub(crate) async fn client_config(endpoint: &str) -> aws_config::SdkConfig {
    let http = aws_smithy_http_client::Builder::new().build_http();
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .http_client(http)
        .credentials_provider(aws_sdk_iam::config::Credentials::new("000000000000", "emulated", None, None, "test"))
        .load()
        .await
}

/// Posts JSON to a service of the emulator that no client is built in for, and reads its answer.
pub(crate) fn post(endpoint: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
    let (host, body) = (endpoint.trim_start_matches("http://"), body.to_string());
    let headers = headers.iter().fold(String::new(), |all, (name, value)| format!("{all}{name}: {value}\r\n"));
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(stream, "POST {path} HTTP/1.0\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.lines().next().unwrap().contains(" 200 "), "{answer}");
    serde_json::from_str(body).unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
