//! What the tests have in common.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use images::{Access, Digest, Files, Image, Platform, Repository, Retry};

/// That of the machine that the test runs on.
pub(crate) const HERE: Platform = if cfg!(target_arch = "aarch64") { Platform::Arm64 } else { Platform::Amd64 };

pub(crate) const ELSEWHERE: Platform = if cfg!(target_arch = "aarch64") { Platform::Amd64 } else { Platform::Arm64 };

/// Tells what it finds around it.
const SOURCE: &str = r#"
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
    char path[4096], text[256] = "";
    const char *files[] = { "sql/load.sql", "../../etc/base" };
    printf("arguments: %d\n", argc - 1);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", getenv("LAMBDA_TASK_ROOT"), files[i]);
        FILE *file = fopen(path, "r");
        printf("%s: %s\n", files[i], file && fgets(text, sizeof text, file) ? text : "not there");
    }
    return 0;
}
"#;

/// Does nothing, without end.
const IDLE: &str = "void _start(void) { for (;;); }";

/// A program that needs nothing but a kernel.
fn compiled(source: &str, flags: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (text, program) = (folder.path().join("main.c"), folder.path().join("main"));
    std::fs::write(&text, source).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-static", "-Os", "-s"]).args(flags).arg("-o").arg(&program).arg(&text);
    assert!(compiler.status().unwrap().success(), "a C compiler that links statically is needed");
    std::fs::read(program).unwrap()
}

/// With a program to run.
pub(crate) fn talking() -> Files {
    with(compiled(SOURCE, &[]))
}

/// With a program of a few kilobytes, for whoever does not run it.
pub(crate) fn files() -> Files {
    static PROGRAM: OnceLock<Vec<u8>> = OnceLock::new();
    with(PROGRAM.get_or_init(|| compiled(IDLE, &["-nostdlib"])).clone())
}

fn with(program: Vec<u8>) -> Files {
    let assets = BTreeMap::from([("sql/load.sql".to_owned(), b"SELECT 1".to_vec())]);
    Files { program, assets, certificates: None }
}

/// Tries again at once, and seldom.
pub(crate) fn access(cache: &Path) -> Access {
    let mut access = Access::with_cache(cache);
    access.retry = Retry { attempts: 2, pause: Duration::from_millis(1) };
    access
}

pub(crate) fn repository(host: &str, path: &str) -> Repository {
    format!("{host}/{path}").parse().unwrap()
}

/// What the image consists of beside its manifest: layers, then the configuration.
pub(crate) fn parts(image: &Image) -> Vec<Digest> {
    let manifest: serde_json::Value = serde_json::from_slice(image.manifest()).unwrap();
    let layers = manifest["layers"].as_array().unwrap().iter();
    layers.chain([&manifest["config"]]).map(|part| part["digest"].as_str().unwrap().parse().unwrap()).collect()
}

/// A test that is ignored, as a process of its own.
pub(crate) fn as_process(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}
