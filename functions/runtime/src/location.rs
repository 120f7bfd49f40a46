//! Names of S3 places, which only a granted handle makes.

use crate::{Fault, PortError, Told};

/// A variable that should name a folder and does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{uri}' is not a folder: s3://bucket/prefix/ is expected, and {why}")]
pub struct BadFolder {
    uri: String,
    why: &'static str,
}

/// A folder, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    bucket: String,
    prefix: String,
}

impl Folder {
    pub(crate) fn parse(uri: &str) -> Result<Self, BadFolder> {
        let bad = |why| BadFolder { uri: uri.to_owned(), why };
        let place = uri.strip_prefix("s3://").ok_or_else(|| bad("it does not begin with s3://"))?;
        let (bucket, prefix) = place.split_once('/').ok_or_else(|| bad("it has no / after the bucket"))?;
        if bucket.is_empty() {
            return Err(bad("the bucket is missing"));
        }
        if !(prefix.is_empty() || prefix.ends_with('/')) {
            return Err(bad("it does not end with /"));
        }
        if prefix.split('/').rev().skip(1).any(str::is_empty) {
            return Err(bad("a part of the prefix is empty"));
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }

    pub(crate) fn object(&self, name: &str) -> Object {
        Object { bucket: self.bucket.clone(), key: format!("{}{name}", self.prefix) }
    }

    /// What a notification tells of, if it is in this folder.
    pub(crate) fn source(&self, told: &Told) -> Option<Source> {
        let here = told.bucket == self.bucket && told.key.starts_with(&self.prefix);
        let object = Object { bucket: told.bucket.clone(), key: told.key.clone() };
        here.then(|| Source { object, version: told.version.clone(), etag: told.etag.clone() })
    }

    pub(crate) fn listing(&self, under: &str, after: &str) -> Listing {
        Listing {
            bucket: self.bucket.clone(),
            prefix: format!("{}{under}", self.prefix),
            after: format!("{}{after}", self.prefix),
            folder: self.prefix.clone(),
        }
    }
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    bucket: String,
    key: String,
}

impl Object {
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// In whichever state it is found in.
    pub(crate) fn in_its_state(self) -> Source {
        Source { object: self, version: None, etag: None }
    }

    pub(crate) fn failed(&self, operation: &'static str, fault: Fault) -> PortError {
        PortError::new(operation, self.uri(), fault)
    }
}

/// One object in the state that was told of: this version of it or, where the bucket keeps none, these contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    object: Object,
    version: Option<String>,
    etag: Option<String>,
}

impl Source {
    pub fn object(&self) -> &Object {
        &self.object
    }

    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// To be matched; none where the version says all.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref().filter(|_| self.version.is_none())
    }

    /// Keeps to what is being read, if nothing else says which contents are meant.
    pub(crate) fn pin(&mut self, etag: Option<&str>) {
        if self.etag.is_none() {
            self.etag = etag.map(str::to_owned);
        }
    }

    pub(crate) fn failed(&self, operation: &'static str, fault: Fault) -> PortError {
        self.object.failed(operation, fault)
    }
}

/// A question for the objects of a bucket under a prefix whose keys sort after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    bucket: String,
    prefix: String,
    after: String,
    folder: String,
}

impl Listing {
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    pub fn after(&self) -> &str {
        &self.after
    }

    /// The name by which the folder's handle knows the object of this key.
    pub(crate) fn name(&self, key: &str) -> String {
        key.strip_prefix(&self.folder).unwrap_or(key).to_owned()
    }

    pub(crate) fn failed(&self, fault: Fault) -> PortError {
        PortError::new("list", format!("s3://{}/{}", self.bucket, self.prefix), fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_relative_to_its_folder() {
        let folder = Folder::parse("s3://out-123456789012/context=write_to_s3/").unwrap();
        let object = folder.object("date=2014-02-01/a.json");
        assert_eq!(object.uri(), "s3://out-123456789012/context=write_to_s3/date=2014-02-01/a.json");
        assert_eq!(folder.listing("date=", "date=2").name(object.key()), "date=2014-02-01/a.json");
        assert_eq!(Folder::parse("s3://b/").unwrap().object("x").uri(), "s3://b/x");
    }

    #[test]
    fn a_bad_folder_is_quoted_with_what_is_wrong() {
        let why = |uri| Folder::parse(uri).unwrap_err().to_string();
        assert_eq!(
            why("out-bucket"),
            "'out-bucket' is not a folder: s3://bucket/prefix/ is expected, and it does not begin with s3://"
        );
        assert!(why("").ends_with("it does not begin with s3://"));
        assert!(why("s3://bucket").ends_with("it has no / after the bucket"));
        assert!(why("s3:///x/").ends_with("the bucket is missing"));
        assert!(why("s3://bucket/prefix").ends_with("it does not end with /"));
        assert!(why("s3://bucket//").ends_with("a part of the prefix is empty"));
        assert!(why("s3://bucket/a//b/").ends_with("a part of the prefix is empty"));
    }
}
