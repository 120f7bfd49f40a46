//! A server for one test, gone with it.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::account::Account;
use crate::binaries::Binaries;
use crate::cluster::{Cluster, free_port, is_port_taken, new_password};
use crate::server::Server;
use crate::trouble::{Trouble, While};

/// A shell stands between: it ends the server and deletes its files when its input ends, and that it does however the test
/// process ends, also when that is killed.
const GUARD: &str = "\"$@\" & server=$!; read -r _; kill -QUIT $server; wait $server; rm -rf \"$0\"";

/// Another process may take a free port before the server does.
const ATTEMPTS: usize = 5;

pub struct ThrowAway {
    server: Server,
    guard: Child,
    folder: PathBuf,
}

/// Starts an empty server. It takes about a second.
pub fn throw_away() -> Result<ThrowAway, Trouble> {
    let account = Account::choose()?;
    let binaries = Binaries::found()?.reachable_by(account)?;
    let cannot = || "cannot make a folder for PostgreSQL".to_owned();
    let folder = tempfile::Builder::new().prefix("millrace-postgres-").tempdir_in(account.temporary());
    let folder = folder.failing(cannot)?;
    account.give(folder.path()).failing(cannot)?;
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    let cluster = Cluster { account, binaries: binaries.clone(), data, log };
    let password = new_password();
    cluster.initialise(&password)?;
    let mut attempt = 1;
    loop {
        let port = free_port()?;
        let mut guard = start(&cluster, folder.path(), port)?;
        match cluster.wait(None) {
            Ok(()) => {
                let server = Server::new(binaries, port, password);
                return Ok(ThrowAway { server, guard, folder: folder.keep() });
            }
            Err(trouble) => {
                // The server never ran, so that the guard has nothing to wait for; the folder stays ours.
                let _ = guard.kill();
                let _ = guard.wait();
                let taken = fs::read_to_string(&cluster.log).is_ok_and(|log| is_port_taken(&log));
                if !taken || attempt == ATTEMPTS {
                    return Err(trouble);
                }
                attempt += 1;
            }
        }
    }
}

fn start(cluster: &Cluster, folder: &Path, port: u16) -> Result<Child, Trouble> {
    let serve = cluster.serve(&cluster.binaries.program("postgres"), port);
    let mut guard = cluster.account.command(Path::new("/bin/sh"));
    guard.args(["-c", GUARD]).arg(folder).arg(serve.get_program()).args(serve.get_args());
    // What a test loads need not outlive a power cut.
    guard.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
    guard.args(["-c", "shared_buffers=16MB", "-c", "max_connections=40"]);
    let (log, errors) = cluster.open_log()?;
    guard.stdin(Stdio::piped()).stdout(log).stderr(errors);
    guard.spawn().failing(|| "PostgreSQL could not be run".to_owned())
}

impl Deref for ThrowAway {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
        // The guard may delete what is in the folder and not the folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
