//! One load: which file, into which table, and how it is known again.

use sha2::{Digest, Sha256};

use crate::target::Target;

/// A file to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    id: String,
    bucket: String,
    key: String,
    version: String,
    target: Target,
    hour: String,
}

/// An object that is not one of the files that are loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not loaded: {0}")]
pub struct NotALoad(String);

impl Load {
    /// Of an object in a state, which is its version or whatever tells one content from another. The key ends with
    /// `YYYY-MM-DD/HH/<batch>/<table>.csv.gz`.
    pub fn of(bucket: &str, key: &str, version: &str) -> Result<Self, NotALoad> {
        let expected = || NotALoad("its key does not end with YYYY-MM-DD/HH/<batch>/<table>.csv.gz".to_owned());
        // Names go into statements. None that is made by our functions has anything else in it.
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!-_.*()/=+~:@".contains(&b));
        if !(plain(bucket) && plain(key) && plain(version)) {
            return Err(NotALoad("its name has characters that the names of our files do not have".to_owned()));
        }
        let mut parts = key.rsplit('/');
        let mut part = || parts.next().ok_or_else(expected);
        let (file, _batch, hour, day) = (part()?, part()?, part()?, part()?);
        let table = file.strip_suffix(".csv.gz").ok_or_else(expected)?;
        let target = Target::ALL.into_iter().find(|target| target.table() == table).ok_or_else(|| {
            NotALoad(format!("'{file}' is of no table: flats.csv.gz, address.csv.gz and agency.csv.gz are loaded"))
        })?;
        let hour = hour_of(day, hour).ok_or_else(expected)?;
        let id = digest(&[bucket, key, version, table]);
        Ok(Self { id, bucket: bucket.to_owned(), key: key.to_owned(), version: version.to_owned(), target, hour })
    }

    /// The same for the same object in the same state, and for no other.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn target(&self) -> Target {
        self.target
    }

    pub fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// When the listings were seen, as digits: year, month, day, hour.
    pub(crate) fn hour(&self) -> &str {
        &self.hour
    }
}

/// A short name for these parts, and no others.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    format!("{:032x}", u128::from_be_bytes(first))
}

fn hour_of(day: &str, hour: &str) -> Option<String> {
    let shape = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
    };
    (shape(day, "0000-00-00") && shape(hour, "00")).then(|| format!("{}{hour}", day.replace('-', "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "flats/clean/2017-07-14/16/listings.zip-0a1b/flats.csv.gz";

    #[test]
    fn a_load_is_known_again_and_no_other_is_taken_for_it() {
        let load = Load::of("curated", KEY, "v1").unwrap();
        assert_eq!((load.target(), load.hour(), load.id().len()), (Target::Flats, "2017071416", 32));
        assert_eq!(load, Load::of("curated", KEY, "v1").unwrap());
        let others =
            [("curated", KEY, "v2"), ("other", KEY, "v1"), ("curated", &KEY.replace("flats.csv", "agency.csv"), "v1")];
        for (bucket, key, version) in others {
            assert_ne!(load.id(), Load::of(bucket, key, version).unwrap().id());
        }
    }

    #[test]
    fn what_is_no_file_of_ours_is_said() {
        let why = |key: &str| Load::of("curated", key, "v1").unwrap_err().to_string();
        assert!(why("flats.csv.gz").contains("YYYY-MM-DD/HH/<batch>"));
        assert!(why("clean/2017-7-14/16/b/flats.csv.gz").contains("YYYY-MM-DD/HH/<batch>"));
        assert!(why("clean/2017-07-14/16/b/flats.csv").contains("<table>.csv.gz"));
        assert!(why("clean/2017-07-14/16/b/houses.csv.gz").contains("'houses.csv.gz' is of no table"));
        assert!(why("clean/2017-07-14/16/b'; DROP TABLE x; --/flats.csv.gz").contains("characters"));
    }
}
