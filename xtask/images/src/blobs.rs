//! A folder of content by its digest, in the form that OCI layouts have: what is in it is what its name says.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::digest::Digest;
use crate::error::{Error, While};

#[derive(Debug, Clone)]
pub(crate) struct Blobs(PathBuf);

/// How much is read at once.
pub(crate) const PIECE: usize = 256 * 1024;

/// What is not whole yet has a name that begins so.
const PARTIAL: &str = ".partial-";

/// What is not whole by then was left behind by a process that was killed.
const FORGOTTEN: Duration = Duration::from_hours(24);

impl Blobs {
    /// Those of a layout, or of a cache in the same form.
    pub(crate) fn of(layout: &Path) -> Self {
        Self(layout.join("blobs").join("sha256"))
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.0.join(digest.hex())
    }

    /// The content, if it is there. All of it is read and compared first: nothing else may have changed the file.
    pub(crate) fn open(&self, digest: &Digest) -> Result<Option<File>, Error> {
        let path = self.path(digest);
        let cannot_read = || format!("cannot read {}", path.display());
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.failing(cannot_read)?,
        };
        if digest_of(&mut file).failing(cannot_read)? != *digest {
            return Err(Error::unfit(path.display().to_string(), "its content is not what its name says"));
        }
        file.rewind().failing(cannot_read)?;
        Ok(Some(file))
    }

    pub(crate) fn read(&self, digest: &Digest) -> Result<Option<Vec<u8>>, Error> {
        let Some(mut file) = self.open(digest)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).failing(|| format!("cannot read {}", self.path(digest).display()))?;
        Ok(Some(bytes))
    }

    pub(crate) fn put(&self, bytes: &[u8]) -> Result<Digest, Error> {
        let digest = Digest::of(bytes);
        if self.open(&digest).is_ok_and(|found| found.is_some()) {
            return Ok(digest);
        }
        let mut incoming = self.incoming()?;
        incoming.take(bytes)?;
        incoming.keep(&digest)?;
        Ok(digest)
    }

    /// Begins to write content that arrives in pieces.
    pub(crate) fn incoming(&self) -> Result<Incoming<'_>, Error> {
        let cannot_write = || format!("cannot write to {}", self.0.display());
        fs::create_dir_all(&self.0).failing(cannot_write)?;
        self.sweep();
        let mut partial = tempfile::Builder::new();
        let file = partial.prefix(PARTIAL).permissions(readable()).tempfile_in(&self.0).failing(cannot_write)?;
        Ok(Incoming { blobs: self, file, hash: Sha256::new() })
    }

    /// As well as it goes: what stays is swept another time.
    fn sweep(&self) {
        let now = SystemTime::now();
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let written = entry.metadata().and_then(|found| found.modified());
            let is_old = written.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > FORGOTTEN));
            if is_old && entry.file_name().to_string_lossy().starts_with(PARTIAL) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

pub(crate) struct Incoming<'a> {
    blobs: &'a Blobs,
    file: NamedTempFile,
    hash: Sha256,
}

impl Write for Incoming<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.file.write(bytes)?;
        self.hash.update(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Incoming<'_> {
    /// As an error of this crate, which says where there is no room for it.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.write_all(bytes).failing(|| format!("cannot write to {}", self.blobs.0.display()))
    }

    /// Takes it in, if it is what it was to be.
    pub(crate) fn keep(self, digest: &Digest) -> Result<(), Error> {
        let found = Digest::finished(self.hash);
        if found != *digest {
            return Err(Error::unfit(digest.as_str(), format!("what came in its place is {found}")));
        }
        let path = self.blobs.path(digest);
        let cannot_write = || format!("cannot write {}", path.display());
        self.file.as_file().sync_all().failing(cannot_write)?;
        self.file.persist(&path).map(drop).map_err(|error| error.error).failing(cannot_write)
    }
}

/// Of a temporary file, which is for its owner alone if nobody says otherwise: a layout may be for several.
pub(crate) fn readable() -> Permissions {
    Permissions::from_mode(0o644)
}

/// Of all that is still to be read.
pub(crate) fn digest_of(mut content: impl Read) -> io::Result<Digest> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        match content.read(&mut piece)? {
            0 => return Ok(Digest::finished(hash)),
            length => hash.update(&piece[..length]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::of(folder.path());
        assert!(blobs.read(&Digest::of(b"content")).unwrap().is_none());
        let digest = blobs.put(b"content").unwrap();
        assert_eq!(blobs.read(&digest).unwrap().unwrap(), b"content");
        blobs.put(b"content").unwrap();
        assert_eq!(fs::read_dir(&blobs.0).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_not_what_it_was_to_be_is_not_taken_in() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::of(folder.path());
        let mut incoming = blobs.incoming().unwrap();
        incoming.take(b"something else").unwrap();
        let said = incoming.keep(&Digest::of(b"content")).unwrap_err().to_string();
        assert!(said.contains(Digest::of(b"something else").as_str()), "{said}");
        assert_eq!(fs::read_dir(&blobs.0).unwrap().count(), 0);
    }

    #[test]
    fn what_was_changed_is_noticed_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::of(folder.path());
        let digest = blobs.put(b"content").unwrap();
        fs::write(blobs.path(&digest), b"contenT").unwrap();
        assert!(blobs.read(&digest).unwrap_err().to_string().contains("not what its name says"));
        blobs.put(b"content").unwrap();
        assert!(blobs.read(&digest).unwrap().is_some());
    }

    #[test]
    fn what_a_killed_process_left_is_swept_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::of(folder.path());
        blobs.put(b"content").unwrap();
        let (old, new) = (blobs.0.join(".partial-old"), blobs.0.join(".partial-new"));
        for path in [&old, &new] {
            fs::write(path, "half").unwrap();
        }
        let then = SystemTime::now() - FORGOTTEN * 2;
        File::options().write(true).open(&old).unwrap().set_modified(then).unwrap();
        blobs.incoming().unwrap();
        assert!(!old.exists() && new.exists());
    }
}
