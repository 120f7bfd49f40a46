//! Buckets that are folders, for what is too large for memory.

use bytes::Bytes;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::{
    Body, Fault, LargeObjects, Objects, Opened, Page, PartId, PortError, UploadId,
    location::{Listing, Object, Source},
};

/// What comes of an object at once, about as from a socket.
const CHUNK: usize = 64 * 1_024;

/// A folder of buckets. An upload is there with its first part.
pub struct FileObjects(PathBuf);

impl FileObjects {
    pub fn new(root: &Path) -> Self {
        Self(root.to_owned())
    }

    fn path(&self, object: &Object) -> PathBuf {
        self.0.join(object.bucket()).join(object.key())
    }

    fn write(&self, object: &Object, body: &[u8], append: bool) -> Result<(), PortError> {
        let path = self.path(object);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let file = OpenOptions::new().create(true).write(true).append(append).truncate(!append).open(&path);
            file?.write_all(body)
        });
        written.map_err(|error| object.failed("put", Fault::Invalid).because(error))
    }
}

impl Objects for FileObjects {
    async fn put(&self, object: &Object, body: &[u8]) -> Result<(), PortError> {
        self.write(object, body, false)
    }

    async fn get(&self, object: &Object) -> Result<Vec<u8>, PortError> {
        fs::read(self.path(object)).map_err(|error| object.failed("get", Fault::NotFound).because(error))
    }

    async fn list(&self, listing: &Listing) -> Result<Page, PortError> {
        let mut keys = Vec::new();
        let bucket = self.0.join(listing.bucket());
        walk(&bucket, &bucket, &mut keys).map_err(|error| listing.failed(Fault::NotFound).because(error))?;
        keys.retain(|key| key.starts_with(listing.prefix()) && key.as_str() > listing.after());
        keys.sort();
        Ok(Page { names: keys.iter().map(|key| listing.name(key)).collect(), more: false })
    }
}

/// The keys of all files.
fn walk(bucket: &Path, folder: &Path, keys: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(bucket, &path, keys)?;
        } else if let Some(key) = path.strip_prefix(bucket).ok().and_then(Path::to_str) {
            keys.push(key.to_owned());
        }
    }
    Ok(())
}

pub struct FileBody {
    file: File,
    source: Source,
}

impl Body for FileBody {
    async fn next(&mut self) -> Result<Option<Bytes>, PortError> {
        let mut bytes = vec![0; CHUNK];
        let read =
            self.file.read(&mut bytes).map_err(|error| self.source.failed("read", Fault::Invalid).because(error))?;
        bytes.truncate(read);
        Ok((read > 0).then(|| bytes.into()))
    }
}

impl LargeObjects for FileObjects {
    type Body = FileBody;

    fn part_size(&self) -> usize {
        5 * 1_024 * 1_024
    }

    async fn open(&self, source: &Source, from: u64) -> Result<Opened<FileBody>, PortError> {
        let opened = || -> io::Result<(File, u64)> {
            let mut file = File::open(self.path(source.object()))?;
            file.seek(SeekFrom::Start(from))?;
            let size = file.metadata()?.len();
            Ok((file, size))
        };
        let (file, size) = opened().map_err(|error| source.failed("read", Fault::NotFound).because(error))?;
        Ok(Opened { body: FileBody { file, source: source.clone() }, size, etag: None })
    }

    async fn begin(&self, object: &Object) -> Result<UploadId, PortError> {
        self.write(object, &[], false)?;
        Ok(UploadId(object.uri()))
    }

    async fn put_part(&self, object: &Object, _: &UploadId, number: usize, body: Bytes) -> Result<PartId, PortError> {
        self.write(object, &body, true)?;
        Ok(PartId(number.to_string()))
    }

    async fn complete(&self, _object: &Object, _upload: &UploadId, _parts: Vec<PartId>) -> Result<(), PortError> {
        Ok(())
    }

    async fn abort(&self, object: &Object, _upload: &UploadId) -> Result<(), PortError> {
        fs::remove_file(self.path(object)).map_err(|error| object.failed("abort", Fault::Invalid).because(error))
    }
}
