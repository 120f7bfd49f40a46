//! Where an entry of a layer stands. No path leads out of the root, and none leads through a link: a link may point
//! anywhere, so that nothing is written by way of one.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, While};

/// The parts of a name, from the root down; none for the root itself.
pub(crate) fn parts(name: &Path) -> Result<Vec<&OsStr>, Error> {
    let mut parts = Vec::new();
    for component in name.components() {
        match component {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            Component::RootDir | Component::ParentDir | Component::Prefix(_) => {
                return Err(refused(name, "leads out of the image"));
            }
        }
    }
    Ok(parts)
}

/// The path of an entry, with the folders that it lies in. There is none for the root itself.
pub(crate) fn made(root: &Path, name: &Path) -> Result<Option<PathBuf>, Error> {
    walk(root, name, |missing| {
        fs::create_dir(missing).failing(|| format!("cannot make {}", missing.display())).map(|()| true)
    })
}

/// The path of an entry whose folder is there already.
pub(crate) fn found(root: &Path, name: &Path) -> Result<Option<PathBuf>, Error> {
    walk(root, name, |_| Ok(false))
}

/// Goes down to an entry, on or not where a folder is missing.
fn walk(root: &Path, name: &Path, goes_on: impl Fn(&Path) -> Result<bool, Error>) -> Result<Option<PathBuf>, Error> {
    let parts = parts(name)?;
    let Some((last, folders)) = parts.split_last() else { return Ok(None) };
    let mut path = root.to_owned();
    for folder in folders {
        path.push(folder);
        if !is_folder(&path, name)? && !goes_on(&path)? {
            return Ok(None);
        }
    }
    Ok(Some(path.join(last)))
}

/// Removes whatever is there, and never what it points to.
pub(crate) fn clear(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.failing(|| format!("cannot remove {}", path.display()))
}

/// Whether it is a folder; `false` where there is nothing.
fn is_folder(path: &Path, name: &Path) -> Result<bool, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(_) => Err(refused(name, "leads through a link or a file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).failing(|| format!("cannot look at {}", path.display())),
    }
}

pub(crate) fn refused(name: &Path, why: &'static str) -> Error {
    Error::Unsafe { entry: name.display().to_string(), why }
}
