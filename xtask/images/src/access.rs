//! How registries are reached, by all that reaches them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::blobs::Blobs;
use crate::clients::Clients;
use crate::digest::Digest;
use crate::mirror::Mirror;

#[derive(Clone)]
pub struct Access {
    /// Where bases are read from instead of their own registries.
    pub mirror: Option<Mirror>,
    /// By registry: host and port. Whoever is not in it is read without.
    pub credentials: BTreeMap<String, Credentials>,
    /// Where bases are kept, so that they are read once.
    pub cache: PathBuf,
    pub retry: Retry,
    /// Is told what goes on.
    pub report: Arc<dyn Fn(&Progress) + Send + Sync>,
    pub(crate) clients: Clients,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

/// How often what fails for the moment is tried, and the first of the pauses between, each twice as long as the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    pub attempts: u32,
    pub pause: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    Downloading {
        digest: Digest,
        bytes: u64,
        of: u64,
    },
    Uploading {
        digest: Digest,
        bytes: u64,
        of: u64,
    },
    /// The registry has it in another repository, and takes it from there.
    Mounted {
        digest: Digest,
    },
    /// The registry has it.
    There {
        digest: Digest,
    },
    /// It did not work for the moment.
    Retrying {
        what: String,
        because: String,
    },
}

impl Access {
    /// Without mirror, credentials and anybody who is told.
    pub fn with_cache(cache: impl Into<PathBuf>) -> Self {
        Self {
            mirror: None,
            credentials: BTreeMap::new(),
            cache: cache.into(),
            retry: Retry::default(),
            report: Arc::new(|_| {}),
            clients: Clients::default(),
        }
    }

    pub(crate) fn cached(&self) -> Blobs {
        Blobs::of(&self.cache)
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 4, pause: Duration::from_millis(500) }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_printed() {
        let credentials = Credentials { user: "AWS".to_owned(), password: "secret".to_owned() };
        let printed = format!("{credentials:?}");
        assert!(printed.contains("AWS") && !printed.contains("secret"), "{printed}");
    }
}
