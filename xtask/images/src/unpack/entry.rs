//! One entry of a layer.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tar::{Entry, EntryType};

use super::place::{clear, found, made, parts, refused};
use crate::error::{Error, While};

/// A name that begins so takes away what has the rest of the name.
const WHITEOUT: &[u8] = b".wh.";

/// Takes away all that is in its folder.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// Does what an entry says of the layers below.
pub(super) fn take_away<R: Read>(root: &Path, entry: &Entry<'_, R>) -> Result<(), Error> {
    let name = name(entry);
    let parts = parts(&name)?;
    let Some(gone) = parts.last().and_then(|last| last.as_bytes().strip_prefix(WHITEOUT)) else { return Ok(()) };
    if matches!(gone, b"" | b"." | b"..") {
        return Err(refused(&name, "takes away what is no entry of its folder"));
    }
    let Some(path) = found(root, &name)? else { return Ok(()) };
    if path.file_name().is_some_and(|last| last.as_bytes() == OPAQUE) {
        let folder = path.parent().unwrap_or(root);
        let inside = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            read => read.failing(|| format!("cannot look into {}", folder.display()))?,
        };
        return inside.flatten().try_for_each(|inside| clear(&inside.path()));
    }
    // Else it is what a file system noted for itself.
    if gone.starts_with(WHITEOUT) { Ok(()) } else { clear(&path.with_file_name(OsStr::from_bytes(gone))) }
}

/// Makes what an entry holds, in place of what was there.
pub(super) fn lay_down<R: Read>(root: &Path, entry: &mut Entry<'_, R>) -> Result<(), Error> {
    let name = name(entry);
    if parts(&name)?.last().is_some_and(|last| last.as_bytes().starts_with(WHITEOUT)) {
        return Ok(());
    }
    let kind = entry.header().entry_type();
    let is_known = kind.is_dir() || kind.is_file() || kind.is_symlink() || kind.is_hard_link();
    if !(is_known || matches!(kind, EntryType::Continuous | EntryType::GNUSparse)) {
        return Ok(());
    }
    let Some(path) = made(root, &name)? else { return Ok(()) };
    let cannot_write = || format!("cannot write {}", path.display());
    let mode = entry.header().mode().failing(|| format!("cannot read the mode of {}", name.display()))? & 0o777;
    match kind {
        EntryType::Directory => {
            if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
                clear(&path)?;
                fs::create_dir(&path).failing(cannot_write)?;
            }
            // What follows goes into it, whoever we are.
            fs::set_permissions(&path, Permissions::from_mode(mode | 0o700)).failing(cannot_write)
        }
        EntryType::Symlink => {
            clear(&path)?;
            symlink(target(entry, &name)?, &path).failing(cannot_write)
        }
        EntryType::Link => {
            let target = target(entry, &name)?;
            let other = found(root, &target)?.filter(|other| fs::symlink_metadata(other).is_ok_and(|it| it.is_file()));
            let other = other.ok_or_else(|| refused(&name, "is a second name of what is no file"))?;
            if other == path {
                return Ok(());
            }
            clear(&path)?;
            fs::hard_link(other, &path).failing(cannot_write)
        }
        _ => {
            clear(&path)?;
            let mut file = File::create_new(&path).failing(cannot_write)?;
            io::copy(entry, &mut file).failing(cannot_write)?;
            file.set_permissions(Permissions::from_mode(mode)).failing(cannot_write)
        }
    }
}

fn name<R: Read>(entry: &Entry<'_, R>) -> PathBuf {
    OsString::from_vec(entry.path_bytes().into_owned()).into()
}

fn target<R: Read>(entry: &Entry<'_, R>, name: &Path) -> Result<PathBuf, Error> {
    let target = entry.link_name_bytes().ok_or_else(|| refused(name, "is a link to nothing"))?;
    Ok(OsString::from_vec(target.into_owned()).into())
}
