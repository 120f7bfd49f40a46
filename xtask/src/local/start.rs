//! Starts the emulator, and waits until it answers.

use std::env;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::endpoint::Endpoint;
use super::folder::Folder;
use super::{health, process};
use crate::progress::Task;
use crate::tools::Tool;
use engine::failure::{Context, Failure, Outcome};

/// The program that runs MiniStack, and what it brings along. The first one is started.
const PROGRAMS: [(&str, &str); 8] = [
    ("emulator.py", include_str!("emulator.py")),
    ("counts.py", include_str!("counts.py")),
    ("databases.py", include_str!("databases.py")),
    ("machines.py", include_str!("machines.py")),
    ("queries.py", include_str!("queries.py")),
    ("shards.py", include_str!("shards.py")),
    ("streams.py", include_str!("streams.py")),
    ("versions.py", include_str!("versions.py")),
];

/// It starts within a second; with a large state on a busy machine it may take longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// How much of the log is shown when it did not start.
const LAST_LINES: usize = 12;

pub(super) fn start(emulator: &Tool, folder: &Folder, endpoint: Endpoint) -> Outcome {
    if let Some(pid) = process::fallen(folder)? {
        process::kill_group(pid);
    }
    let cannot_write = || format!("cannot keep the emulator's state in {}", folder.root().display());
    // Unpacked archives of a run that was killed.
    let _ = fs::remove_dir_all(folder.scratch());
    for dir in [folder.state(), folder.objects(), folder.scratch()] {
        fs::create_dir_all(dir).failing(cannot_write)?;
    }
    for (name, text) in PROGRAMS {
        fs::write(folder.root().join(name), text).failing(cannot_write)?;
    }
    let log = File::create(folder.log()).failing(cannot_write)?;
    let errors = log.try_clone().failing(cannot_write)?;

    let _task = Task::start(&format!("starting the emulator at {}", endpoint.url()));
    let mut command = emulator.python();
    command.arg(folder.root().join(PROGRAMS[0].0)).current_dir(folder.root());
    environment(&mut command, emulator, folder, endpoint);
    // A group of its own: Ctrl-C in the terminal is not meant for it, and its functions can be found again.
    command.process_group(0).stdin(Stdio::null()).stdout(log).stderr(errors);
    let mut child = command.spawn().failing(|| "the emulator could not be run".to_owned())?;
    wait(&mut child, folder, endpoint)
}

/// Nothing of the user's environment but what a program needs to run: the emulator hands its own to the functions,
/// which must not find anybody's credentials in it.
fn environment(command: &mut Command, emulator: &Tool, folder: &Folder, endpoint: Endpoint) {
    command.env_clear().env("PATH", emulator.path()).env("TMPDIR", folder.scratch());
    if let Some(home) = env::var_os("HOME") {
        command.env("HOME", home);
    }
    command
        .env("AUTH", "true")
        .env("AWS_ENDPOINT_URL", endpoint.url())
        .env("BIND_HOST", endpoint.address().ip().to_string())
        .env("MINISTACK_HOST", endpoint.address().ip().to_string())
        .env("GATEWAY_PORT", endpoint.port().to_string())
        .env("PERSIST_STATE", "1")
        .env("STATE_DIR", folder.state())
        .env("S3_PERSIST", "1")
        .env("S3_DATA_DIR", folder.objects())
        // These listen on every address of the machine, and no stage uses them.
        .env("SFTP_ENABLED", "0")
        .env("IOT_MTLS_ENABLED", "0")
        // No daemon is asked whether it has containers of ours.
        .env("DOCKER_HOST", "unix:///nowhere")
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("MILLRACE_POSTGRES_SERVER", folder.postgres_server())
        .env("MILLRACE_EMULATOR_PROCESS", folder.process());
}

fn wait(child: &mut Child, folder: &Folder, endpoint: Endpoint) -> Outcome {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().failing(|| "cannot tell whether the emulator runs".to_owned())? {
            return Err(explain(&format!("the emulator ended as soon as it was started ({status})"), folder));
        }
        if health::answers(endpoint) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            // It is ours and just started: nothing in it is worth saving.
            let _ = child.kill();
            let _ = child.wait();
            return Err(explain(&format!("the emulator did not answer within {} s", PATIENCE.as_secs()), folder));
        }
        sleep(Duration::from_millis(30));
    }
}

fn explain(what: &str, folder: &Folder) -> Failure {
    let log = fs::read_to_string(folder.log()).unwrap_or_default();
    let failure = Failure::new(what).since(last_lines(&log));
    if log.contains("No space left on device") {
        return failure.hint("the disk is full: free some space and run the command again");
    }
    if log.contains("ddress already in use") || log.contains("is already in use") {
        return failure.hint("another process took the port meanwhile: run the command again");
    }
    failure.hint(format!("the whole log: {}", folder.log().display()))
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(log: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path());
        fs::write(folder.log(), log).unwrap();
        explain("it ended", &folder).to_string()
    }

    #[test]
    fn the_log_tells_why() {
        assert!(explained("Traceback\nOSError: [Errno 28] No space left on device\n").contains("the disk is full"));
        assert!(explained("ERROR: 127.0.0.1:1 is already in use.").contains("run the command again"));
        let other = explained(&"a line\n".repeat(100));
        assert_eq!(other.matches("a line").count(), LAST_LINES);
        assert!(other.contains("the whole log: "), "{other}");
    }
}
