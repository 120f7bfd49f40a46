//! What the emulator keeps in the checkout, and where.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::project::Project;
use engine::failure::{Context, Outcome};

/// The emulator's part of the state folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn of(project: &Project) -> Self {
        Self { root: project.local_state().join("local") }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Held by the emulator as long as it lives; says its process id.
    pub(super) fn process(&self) -> PathBuf {
        self.root.join("process")
    }

    pub(super) fn port(&self) -> PathBuf {
        self.root.join("port")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The emulator's records of all services.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// The objects in all buckets.
    pub(super) fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// Unpacked function archives: worthless once the emulator has ended.
    pub(super) fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// The PostgreSQL server beside the emulator: its data, port, password and log.
    pub(super) fn postgres(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// Where the emulator finds that server, and how its administrator signs in.
    pub(super) fn postgres_server(&self) -> PathBuf {
        self.root.join("postgres.json")
    }

    /// Made, and for this process alone until the answer is dropped.
    pub(super) fn exclusive(&self) -> Outcome<File> {
        let cannot_write = || format!("cannot keep the emulator's state in {}", self.root.display());
        fs::create_dir_all(&self.root).failing(cannot_write)?;
        let file = File::create(self.root.join("lock")).failing(cannot_write)?;
        file.lock().failing(cannot_write)?;
        Ok(file)
    }

    #[cfg(test)]
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}
