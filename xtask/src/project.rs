//! Where things are: the checkout, its stage files, what we build, and what we keep in the user's cache.

use std::env;
use std::path::{Path, PathBuf};

use engine::failure::{Failure, Outcome};

/// The checkout that `cargo xtask` was called in.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// The nearest folder, from here upwards, that holds `environments/` and a Cargo.toml.
    pub(crate) fn find() -> Outcome<Self> {
        let here =
            env::current_dir().map_err(|error| Failure::new("cannot tell the current folder").because(&error))?;
        let root = here.ancestors().find(|dir| dir.join("environments").is_dir() && dir.join("Cargo.toml").is_file());
        root.map(|root| Self { root: root.to_owned() }).ok_or_else(|| {
            Failure::invalid(format!("{} is not inside a Millrace project", here.display()))
                .since("no folder from here upwards holds both Cargo.toml and environments/")
                .hint("change into your checkout and run the command again")
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn environments(&self) -> PathBuf {
        self.root.join("environments")
    }

    /// Cargo's target folder, which may be shared between checkouts.
    pub(crate) fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |dir| self.root.join(dir))
    }

    /// The local stage's own folder: the emulator's state, its log, its process id.
    pub(crate) fn local_state(&self) -> PathBuf {
        env::var_os("MILLRACE_STATE").map_or_else(|| self.root.join(".millrace"), |dir| self.root.join(dir))
    }

    /// What container images are made on top of, kept beside the tools.
    pub(crate) fn bases(&self) -> Outcome<PathBuf> {
        Ok(self.tools()?.join("bases"))
    }

    /// Pinned tools, shared by all checkouts of this user.
    pub(crate) fn tools(&self) -> Outcome<PathBuf> {
        if let Some(dir) = env::var_os("MILLRACE_TOOLS") {
            return Ok(self.root.join(dir));
        }
        let cache = env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|dir| dir.is_absolute())
            .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
        cache.map(|cache| cache.join("millrace").join("tools")).ok_or_else(|| {
            Failure::invalid("no folder to keep the tools in")
                .since("neither HOME nor XDG_CACHE_HOME is set")
                .hint("set MILLRACE_TOOLS to a folder that may hold about 500 MB")
        })
    }
}
