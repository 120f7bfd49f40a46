//! The zip that Lambda takes: nothing in it depends on the clock, the file system or the order of things.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Archive, Function, Kind};
use engine::failure::{Context, Failure, Outcome};
use engine::hash;

/// What Lambda starts.
const BOOTSTRAP: &str = "bootstrap";

/// Changes whenever the same input gives other bytes than before, so that no archive of old is taken for a new one.
const FORM: &str = "1";

/// The function's archive, written unless it is there already.
pub(super) fn write(folder: &Path, function: &Function, binary: &[u8]) -> Outcome<Archive> {
    let path = place(folder, function, &hash::hex(&[binary]));
    put(&path, || zipped(function, binary).map_err(|error| Failure::new("cannot make an archive").because(&error)))?;
    found(&function.name, Kind::Zip, path)
}

/// The function's archive, if it is there already, by the digest of its binary.
pub(super) fn standing(folder: &Path, function: &Function, digest: &str) -> Outcome<Option<Archive>> {
    let path = place(folder, function, digest);
    path.is_file().then(|| found(&function.name, Kind::Zip, path)).transpose()
}

/// A script is handed over as it is.
pub(crate) fn script(folder: &Path, name: &str, text: &str) -> Outcome<Archive> {
    let path = folder.join(format!("{name}-{}.py", &hash::hex(&[text.as_bytes()])[..16]));
    put(&path, || Ok(text.as_bytes().to_vec()))?;
    found(name, Kind::Script, path)
}

/// Writes a file, unless it is there already.
pub(super) fn put(path: &Path, bytes: impl FnOnce() -> Outcome<Vec<u8>>) -> Outcome {
    let cannot_write = || format!("cannot write {}", path.display());
    if path.is_file() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).failing(cannot_write)?;
    // Under another name until it is whole: a run that is killed must leave no half archive behind.
    let mut file = tempfile::NamedTempFile::new_in(folder).failing(cannot_write)?;
    file.write_all(&bytes()?).and_then(|()| file.as_file().sync_all()).failing(cannot_write)?;
    file.persist(path).failing(cannot_write)?;
    Ok(())
}

fn found(name: &str, kind: Kind, path: PathBuf) -> Outcome<Archive> {
    let bytes = fs::read(&path).failing(|| format!("cannot read {}", path.display()))?;
    let digest = Sha256::digest(&bytes);
    Ok(Archive {
        function: name.to_owned(),
        kind,
        path,
        sha256_hex: hash::in_hex(&digest),
        sha256_base64: STANDARD.encode(digest),
        bytes: bytes.len() as u64,
    })
}

/// Named for what the archive is made from.
fn place(folder: &Path, function: &Function, digest: &str) -> PathBuf {
    let mut parts: Vec<&[u8]> = vec![FORM.as_bytes(), digest.as_bytes()];
    for (name, bytes) in &function.assets {
        parts.extend([name.as_bytes(), bytes]);
    }
    folder.join(format!("{}-{}.zip", function.name, &hash::hex(&parts)[..16]))
}

fn zipped(function: &Function, binary: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(BOOTSTRAP, options.unix_permissions(0o755))?;
    zip.write_all(binary)?;
    for (name, bytes) in &function.assets {
        zip.start_file(name.as_str(), options.unix_permissions(0o644))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
