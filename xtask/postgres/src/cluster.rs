//! A folder that a server keeps its databases in, and the process that serves it.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::server::ADMINISTRATOR;
use crate::trouble::{Trouble, While};

/// It starts within a second; on a busy machine it may take longer, and after a crash it repairs its files first.
const PATIENCE: Duration = Duration::from_mins(2);

/// How much of the log is shown when it did not start.
const LAST_LINES: usize = 8;

pub(crate) struct Cluster {
    pub(crate) account: Account,
    pub(crate) binaries: Binaries,
    pub(crate) data: PathBuf,
    pub(crate) log: PathBuf,
}

impl Cluster {
    /// Makes the files of an empty server, whose administrator has this password.
    pub(crate) fn initialise(&self, password: &str) -> Result<(), Trouble> {
        let cannot = || format!("cannot make a PostgreSQL server in {}", self.data.display());
        fs::create_dir_all(&self.data).failing(cannot)?;
        self.account.give(&self.data).failing(cannot)?;
        let secret = self.data.with_extension("password");
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&secret);
        file.and_then(|mut file| file.write_all(password.as_bytes())).failing(cannot)?;
        self.account.give(&secret).failing(cannot)?;
        let mut initdb = self.account.command(&self.binaries.program("initdb"));
        initdb.arg("-D").arg(&self.data).arg("--pwfile").arg(&secret).args(["--username", ADMINISTRATOR]);
        initdb.args(["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"]);
        let output = initdb.output();
        let _ = fs::remove_file(&secret);
        let output = output.failing(cannot)?;
        if output.status.success() {
            return Ok(());
        }
        Err(Trouble::new(format!("{}: {}", cannot(), last_lines(&String::from_utf8_lossy(&output.stderr)))))
    }

    /// The command that serves the files, on this port.
    pub(crate) fn serve(&self, program: &Path, port: u16) -> Command {
        let mut command = self.account.command(program);
        command.arg("-D").arg(&self.data).args(["-p", &port.to_string(), "-h", "127.0.0.1"]);
        command.args(["-c", "unix_socket_directories=", "-c", "password_encryption=scram-sha-256"]);
        command
    }

    /// Waits until the server of this process id (of any, where there can be no other) takes connections.
    pub(crate) fn wait(&self, pid: Option<u32>) -> Result<(), Trouble> {
        let begun = Instant::now();
        loop {
            if is_ready(&fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default(), pid) {
                return Ok(());
            }
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            if log.contains("FATAL:  ") || begun.elapsed() > PATIENCE {
                return Err(self.explain(&log));
            }
            sleep(Duration::from_millis(10));
        }
    }

    fn explain(&self, log: &str) -> Trouble {
        let trouble = Trouble::new(format!("PostgreSQL does not start: {}", last_lines(log)));
        if is_port_taken(log) {
            return trouble.remedy("another process has its port: stop that one, and try again");
        }
        if log.contains("No space left on device") {
            return trouble.remedy("free some space on the disk and try again");
        }
        trouble.remedy(format!("the whole log is {}", self.log.display()))
    }

    pub(crate) fn open_log(&self) -> Result<(File, File), Trouble> {
        let cannot = || format!("cannot write {}", self.log.display());
        let log = File::create(&self.log).failing(cannot)?;
        Ok((log.try_clone().failing(cannot)?, log))
    }
}

/// The server writes its state into the eighth line of its lock file. One that crashed may have left the file behind.
fn is_ready(lock: &str, pid: Option<u32>) -> bool {
    let mut lines = lock.lines();
    let owner = lines.next().and_then(|line| line.trim().parse::<u32>().ok());
    let ours = pid.is_none() || owner == pid;
    ours && lines.nth(6).is_some_and(|state| state.trim() == "ready")
}

pub(crate) fn is_port_taken(log: &str) -> bool {
    log.contains("Address already in use") || log.contains("could not create any TCP/IP sockets")
}

pub(crate) fn free_port() -> Result<u16, Trouble> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
    free.map(|address| address.port()).failing(|| "there is no free port".to_owned())
}

/// Sixty-two letters and digits to the power of twenty-four.
pub(crate) fn new_password() -> String {
    (0..24).map(|_| fastrand::alphanumeric()).collect()
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_of_another_process_says_nothing() {
        let lock = "42\n/data\n1700000000\n5432\n\n127.0.0.1\n 1 2\nready   \n";
        assert!(is_ready(lock, Some(42)) && is_ready(lock, None));
        assert!(!is_ready(lock, Some(43)));
        assert!(!is_ready(&lock.replace("ready", "starting"), Some(42)));
        assert!(!is_ready("", None));
    }
}
