//! A real registry for one test, gone with it.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::access::Credentials;
use crate::error::{Error, While};

/// A shell stands between: it ends the registry and deletes its files when its input ends, and that it does however the test
/// process ends, also when that is killed.
const GUARD: &str = "\"$@\" & server=$!; read -r _; kill -KILL $server; wait $server; rm -rf \"$0\"";

/// It takes a moment; on a busy machine a longer one.
const PATIENCE: Duration = Duration::from_mins(1);

const LISTENING: &str = "listening on 127.0.0.1:";

/// Whoever is let in where not everybody is, and the password as a registry keeps it (bcrypt).
const USER: &str = "AWS";
const PASSWORD: &str = "a token of twelve hours";
const HASH: &str = "$2y$05$abcdefghijklmnopqrstuuSFkFG0PckVraZKI.WMIzoC4qQRXN/AK";

pub struct TestRegistry {
    port: u16,
    guard: Child,
    folder: PathBuf,
}

const VARIABLE: &str = TestRegistry::VARIABLE;

impl TestRegistry {
    /// Names the registry's program; `cargo xtask test` sets it.
    pub const VARIABLE: &str = "MILLRACE_REGISTRY";

    /// One that lets everybody in.
    pub fn open() -> Result<Self, Error> {
        Self::start("")
    }

    /// One that asks for a password.
    pub fn closed() -> Result<Self, Error> {
        Self::start("auth: { htpasswd: { realm: test, path: FOLDER/htpasswd } }\n")
    }

    /// For a closed one.
    pub fn credentials() -> Credentials {
        Credentials { user: USER.to_owned(), password: PASSWORD.to_owned() }
    }

    /// Host and port, as references begin.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it keeps what it has.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn start(auth: &str) -> Result<Self, Error> {
        let program = program()?;
        let cannot = || "cannot make a folder for the registry".to_owned();
        let folder = TempDir::with_prefix("millrace-registry-").failing(cannot)?;
        let place = folder.path().display().to_string();
        // It takes a free port by itself, and says which.
        let config =
            "version: 0.1\nstorage: { filesystem: { rootdirectory: FOLDER/data } }\nhttp: { addr: 127.0.0.1:0 }\n";
        let config = format!("{config}{auth}").replace("FOLDER", &place);
        let (settings, log) = (folder.path().join("config.yml"), folder.path().join("log"));
        fs::write(&settings, config).failing(cannot)?;
        fs::write(folder.path().join("htpasswd"), format!("{USER}:{HASH}\n")).failing(cannot)?;
        let output = File::create(&log).failing(cannot)?;
        let mut guard = Command::new("/bin/sh");
        guard.args(["-c", GUARD]).arg(folder.path()).arg(&program).arg("serve").arg(&settings);
        guard.stdin(Stdio::piped()).stdout(output.try_clone().failing(cannot)?).stderr(output);
        let guard = guard.spawn().failing(|| format!("cannot run {}", program.display()))?;
        // From here on the guard deletes the folder.
        let mut registry = Self { port: 0, guard, folder: folder.keep() };
        registry.port = wait(&log)?;
        Ok(registry)
    }
}

impl Drop for TestRegistry {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Until it listens, and where.
fn wait(log: &Path) -> Result<u16, Error> {
    let begun = Instant::now();
    loop {
        let said = fs::read_to_string(log).unwrap_or_default();
        if let Some(port) = port(&said) {
            return Ok(port);
        }
        if begun.elapsed() > PATIENCE || said.contains("level=fatal") {
            let what = format!("the registry does not start: {said}");
            return Err(Error::TestRegistry { what, remedy: format!("see whether {VARIABLE} names a registry") });
        }
        sleep(Duration::from_millis(5));
    }
}

/// The port that the log tells of.
fn port(log: &str) -> Option<u16> {
    let (_, rest) = log.split_once(LISTENING)?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok()
}

/// Where the variable says, else as it was installed for `cargo xtask test`, else as the system has it.
fn program() -> Result<PathBuf, Error> {
    if let Some(program) = env::var_os(VARIABLE).map(PathBuf::from) {
        return if program.is_file() {
            Ok(program)
        } else {
            let what = format!("there is no {}", program.display());
            Err(Error::TestRegistry { what, remedy: format!("set {VARIABLE} to the registry's program, or unset it") })
        };
    }
    installed().ok_or_else(|| Error::TestRegistry {
        what: "the registry that this test runs against is not installed".to_owned(),
        remedy: format!("run `cargo xtask test` once, or install docker-registry and set {VARIABLE} to its program"),
    })
}

/// As `cargo xtask` has it: the newest of the complete ones.
fn installed() -> Option<PathBuf> {
    let cache = || {
        let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|cache| cache.is_absolute());
        cache.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
    };
    let tools = env::var_os("MILLRACE_TOOLS").map(PathBuf::from);
    let tools = tools.or_else(|| Some(cache()?.join("millrace").join("tools")))?;
    let entries = fs::read_dir(tools).ok()?.flatten().map(|entry| entry.path());
    let named =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("docker-registry-"));
    let complete = entries.filter(named).filter(|path| path.join("complete").is_file());
    complete.max().map(|folder| folder.join("usr").join("bin").join("docker-registry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_when_it_is_whole() {
        let log = "time=\"…\" level=info msg=\"listening on 127.0.0.1:43121\" go.version=go1.19.8";
        assert_eq!(port(log), Some(43121));
        assert_eq!(port("msg=\"listening on 127.0.0.1:43"), None);
        assert_eq!(port("msg=\"starting\""), None);
    }
}
