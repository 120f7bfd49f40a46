//! Files of the project that are written as a whole or not at all: one that is cut off would not compile, or be no stage.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Whoever reads the file meanwhile, or a computer that loses its power, has the old text or the new one.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let file = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(file.path(), text)?;
    // A temporary file is its owner's alone.
    let mode = fs::metadata(path).map_or(0o644, |there| there.permissions().mode());
    fs::set_permissions(file.path(), fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
