use crate::common::{HERE, access, repository, talking};
use crate::made_up::{Publisher, Words};
use images::{Base, Error, Files, TestRegistry, build, pull, push, unpack};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

/// Built, pushed, pulled and laid out; and what its configuration says.
async fn laid_out(base: &Base, files: &Files, registry: &TestRegistry, folder: &Path) -> Value {
    let access = access(&folder.join("cache"));
    let image = build(base, files, HERE, &access).await.unwrap();
    let pushed = push(&image, &repository(&registry.host(), "tested"), &access).await.unwrap();
    let layout = folder.join("layout");
    pull(&pushed.reference, HERE, &layout, &access).await.unwrap();
    unpack(&layout, HERE, &folder.join("root")).await.unwrap();
    let manifest: Value = serde_json::from_slice(image.manifest()).unwrap();
    let config = manifest["config"]["digest"].as_str().unwrap().replace("sha256:", "blobs/sha256/");
    serde_json::from_slice(&fs::read(layout.join(config)).unwrap()).unwrap()
}

/// Runs what the configuration says, in the tree and nothing else where we may, else as a guest of this machine.
fn run(root: &Path, config: &Value) -> String {
    let entry = config["config"]["Entrypoint"][0].as_str().unwrap();
    let variables = config["config"]["Env"].as_array().unwrap().iter();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    // By its place, since the image brings a PATH of its own.
    let chroot = ["/usr/sbin/chroot", "/usr/bin/chroot"].into_iter().find(|path| Path::new(path).is_file());
    let mut command = if is_root { Command::new(chroot.unwrap()) } else { Command::new(root.join(&entry[1..])) };
    if is_root {
        command.arg(root).arg(entry);
    }
    for variable in variables {
        let (name, value) = variable.as_str().unwrap().split_once('=').unwrap();
        let is_path = !is_root && value.starts_with('/');
        command.env(name, if is_path { root.join(&value[1..]) } else { value.into() });
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn a_program_runs_from_scratch() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = Files { certificates: Some(b"authority".to_vec()), ..talking() };
    let config = laid_out(&Base::Scratch, &files, &registry, folder.path()).await;
    let root = folder.path().join("root");
    assert_eq!(run(&root, &config), "arguments: 0\nsql/load.sql: SELECT 1\n../../etc/base: not there\n");
    assert_eq!(config["config"]["WorkingDir"], "/var/task");
    let modes = [
        ("var", 0o755),
        ("var/task/bootstrap", 0o755),
        ("var/task/sql", 0o755),
        ("var/task/sql/load.sql", 0o644),
        ("etc/ssl/certs/ca-certificates.crt", 0o644),
    ];
    for (name, expected) in modes {
        assert_eq!(mode(&root.join(name)), expected, "{name}");
    }
}

#[tokio::test]
async fn a_program_runs_on_a_base() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let base = Publisher::at(&registry.host(), "bases/tested").await.list(Words::Docker, &[HERE]).await;
    let config = laid_out(&Base::Registry(base), &talking(), &registry, folder.path()).await;
    let root = folder.path().join("root");
    let said = run(&root, &config);
    assert_eq!(said, format!("arguments: 0\nsql/load.sql: SELECT 1\n../../etc/base: base of {HERE}\n"));
    assert!(!root.join("etc/gone").exists());
    assert_eq!(config["config"]["Env"], json!(["PATH=/bin", "LAMBDA_TASK_ROOT=/var/task"]));
    assert_eq!(config["created"], "2026-01-02T03:04:05Z");
    assert_eq!(config["config"].get("Cmd"), None);
}

#[tokio::test]
async fn what_scratch_cannot_run_is_not_built() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files { program: fs::read("/proc/self/exe").unwrap(), ..Files::default() };
    let error = build(&Base::Scratch, &files, HERE, &access(folder.path())).await.unwrap_err();
    assert!(matches!(error, Error::Program { .. }), "{error:?}");
    assert!(error.remedy().unwrap().contains("-unknown-linux-musl"), "{error}");
}
