//! Files that the archive brings along.

use contract::AssetFile;
use std::{env, fs, io, path::PathBuf};

/// Why such a file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum BadAsset {
    #[error("LAMBDA_TASK_ROOT is not set, so '{0}' cannot be found")]
    NoRoot(String),
    #[error("{path} cannot be read", path = path.display())]
    Unreadable { path: PathBuf, source: io::Error },
}

/// Reads a file that lies beside the binary, which is where Lambda unpacks the archive to.
pub fn packed(file: &AssetFile) -> Result<Vec<u8>, BadAsset> {
    let root = env::var_os("LAMBDA_TASK_ROOT").ok_or_else(|| BadAsset::NoRoot(file.name().to_owned()))?;
    let path = PathBuf::from(root).join(file.name());
    fs::read(&path).map_err(|source| BadAsset::Unreadable { path, source })
}
