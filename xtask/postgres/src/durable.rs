//! The server of a local stage: its data, its port and its password outlive it.

use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::cluster::{Cluster, free_port, new_password};
use crate::server::Server;
use crate::trouble::{Trouble, While};

/// How long the server may take to end its connections and write its data.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that keeps everything in one folder.
///
/// As long as any of its processes lives, the file `process` is locked: it is their standard input. So what its lock says
/// is true however they end, and a process id that another program has by now is never taken for ours.
#[derive(Debug, Clone)]
pub struct Durable {
    folder: PathBuf,
}

impl Durable {
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Whether there is anything that it was to serve.
    pub fn exists(&self) -> bool {
        self.folder.join("password").is_file()
    }

    /// The server, started if it does not run. Who calls sees to it that nobody else does so at the same moment.
    pub fn start(&self, binaries: &Binaries) -> Result<Server, Trouble> {
        if self.running()?.is_none() {
            self.launch(binaries)?;
        }
        let read = |name: &str| {
            let path = self.folder.join(name);
            fs::read_to_string(&path).failing(|| format!("cannot read {}", path.display()))
        };
        let port = read("port")?.trim().parse().map_err(|_| {
            Trouble::new(format!("{} holds no port", self.folder.join("port").display())).remedy("delete that file")
        })?;
        Ok(Server::new(binaries.clone(), port, read("password")?))
    }

    fn launch(&self, binaries: &Binaries) -> Result<(), Trouble> {
        let cannot = || format!("cannot keep PostgreSQL's data in {}", self.folder.display());
        fs::create_dir_all(&self.folder).failing(cannot)?;
        let account = Account::choose()?;
        let place = self.data_place(account);
        fs::create_dir_all(&place).failing(cannot)?;
        account.give(&place).failing(cannot)?;
        let (data, log) = (place.join("data"), self.folder.join("log"));
        let cluster = Cluster { account, binaries: binaries.reachable_by(account)?, data, log };
        // The password is written last: without it, what is there is half made.
        if !self.exists() {
            remove(&cluster.data)?;
            let password = new_password();
            cluster.initialise(&password)?;
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(self.folder.join("password.new"));
            file.and_then(|mut file| file.write_all(password.as_bytes())).failing(cannot)?;
            fs::rename(self.folder.join("password.new"), self.folder.join("password")).failing(cannot)?;
        }
        let port = self.port()?;
        let process = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(self.process());
        let mut process = process.failing(cannot)?;
        process.try_lock().map_err(|error| Trouble::new(format!("{}: {error}", self.process().display())))?;
        let mut serve = cluster.serve(&cluster.binaries.program("postgres"), port);
        let (log, errors) = cluster.open_log()?;
        // A group of its own: Ctrl-C in the terminal is not meant for it.
        serve.process_group(0).stdin(process.try_clone().failing(cannot)?).stdout(log).stderr(errors);
        let child = serve.spawn().failing(|| "PostgreSQL could not be run".to_owned())?;
        writeln!(process, "{}", child.id()).failing(cannot)?;
        drop(process);
        cluster.wait(Some(child.id()))
    }

    /// The same as before: it stands in the settings of what is deployed.
    fn port(&self) -> Result<u16, Trouble> {
        let path = self.folder.join("port");
        if let Some(port) = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok()) {
            return Ok(port);
        }
        let port = free_port()?;
        fs::write(&path, format!("{port}\n")).failing(|| format!("cannot write {}", path.display()))?;
        Ok(port)
    }

    /// Beside the rest, unless the server's account cannot go there.
    fn data_place(&self, account: Account) -> PathBuf {
        if account.reaches(&self.folder) {
            return self.folder.clone();
        }
        let mut hash = DefaultHasher::new();
        fs::canonicalize(&self.folder).unwrap_or_else(|_| self.folder.clone()).hash(&mut hash);
        PathBuf::from(format!("/var/tmp/millrace-postgres-data-{:016x}", hash.finish()))
    }

    fn process(&self) -> PathBuf {
        self.folder.join("process")
    }

    /// Its process id, if it lives.
    pub fn running(&self) -> Result<Option<Pid>, Trouble> {
        let path = self.process();
        let cannot = || format!("cannot read {}", path.display());
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.failing(cannot)?,
        };
        match file.try_lock_shared() {
            Ok(()) => return file.unlock().map(|()| None).failing(cannot),
            Err(TryLockError::Error(error)) => return Err(Trouble::new(format!("{}: {error}", cannot()))),
            Err(TryLockError::WouldBlock) => {}
        }
        let mut text = String::new();
        file.read_to_string(&mut text).failing(cannot)?;
        let pid = text.strip_suffix('\n').and_then(|text| text.parse().ok()).and_then(Pid::from_raw);
        pid.map(Some).ok_or_else(|| {
            Trouble::new(format!("{} does not say which process PostgreSQL is", path.display()))
                .remedy("it may just be starting: run the command again")
        })
    }

    /// Ends its connections and the server. Whether there was anything to stop.
    pub fn stop(&self) -> Result<bool, Trouble> {
        let Some(pid) = self.running()? else { return Ok(false) };
        let _ = kill_process(pid, Signal::INT);
        let asked = Instant::now();
        while self.running()?.is_some() {
            if asked.elapsed() > PATIENCE {
                // As after a power cut: it repairs its files at the next start, and nothing that was committed is lost.
                let _ = kill_process(pid, Signal::QUIT);
            }
            if asked.elapsed() > PATIENCE * 2 {
                return Err(Trouble::new(format!("PostgreSQL, process {pid}, does not stop"))
                    .remedy(format!("look at it with: ps -p {pid}")));
            }
            sleep(Duration::from_millis(10));
        }
        Ok(true)
    }

    /// Stops it and deletes all that it holds.
    pub fn erase(&self) -> Result<(), Trouble> {
        self.stop()?;
        let place = self.data_place(Account::choose()?);
        remove(&place)?;
        remove(&self.folder)
    }
}

fn remove(folder: &Path) -> Result<(), Trouble> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done.failing(|| format!("cannot delete {}", folder.display())),
    }
}
