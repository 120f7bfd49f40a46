//! The PostgreSQL server beside the emulator, which stands behind the database instances of its stacks.

use postgres::{Durable, Server};
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use super::folder::Folder;
use crate::progress::Task;
use crate::project::Project;
use crate::tools::{self, in_words};
use engine::failure::{Context, Outcome};

/// Whether there ever was one in this checkout.
pub(super) fn exists(folder: &Folder) -> bool {
    durable(folder).exists()
}

/// Starts it, unless it runs, and tells the emulator where it is.
pub(super) fn ensure_running(project: &Project, folder: &Folder) -> Outcome {
    let postgres = durable(folder);
    if postgres.running().map_err(|trouble| in_words(&trouble))?.is_some() && folder.postgres_server().is_file() {
        return Ok(());
    }
    let binaries = tools::postgres(project)?;
    // Two deploys at once start it once: the second one finds it running.
    let _starting = folder.exclusive()?;
    let _task = Task::start("starting PostgreSQL beside the emulator");
    let server = postgres.start(&binaries).map_err(|trouble| in_words(&trouble))?;
    tell(folder, &server)
}

/// Whether there was anything to stop.
pub(super) fn stop(folder: &Folder) -> Outcome<bool> {
    durable(folder).stop().map_err(|trouble| in_words(&trouble))
}

pub(super) fn erase(folder: &Folder) -> Outcome {
    durable(folder).erase().map_err(|trouble| in_words(&trouble))
}

fn durable(folder: &Folder) -> Durable {
    Durable::in_folder(folder.postgres())
}

/// A file and no variable: the emulator hands its variables to the functions, and the administrator's password is not
/// for them.
fn tell(folder: &Folder, server: &Server) -> Outcome {
    let (path, whole) = (folder.postgres_server(), folder.postgres_server().with_extension("new"));
    let text = json!({
        "psql": server.binaries().folder().join("psql"),
        "host": server.host(),
        "port": server.port(),
        "user": server.administrator(),
        "password": server.password(),
    });
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&whole);
    file.and_then(|mut file| file.write_all(text.to_string().as_bytes()))
        .and_then(|()| fs::rename(&whole, &path))
        .failing(|| format!("cannot write {}", path.display()))
}
