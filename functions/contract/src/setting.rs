//! Plain settings: values that pass through an environment variable as text and are checked on arrival.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A variable whose text is not what the setting takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting(String);

impl BadSetting {
    pub(crate) fn new(why: String) -> Self {
        Self(why)
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetting {}

/// A file that is packed beside the binary in the function's archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetFile(Cow<'static, str>);

impl AssetFile {
    /// A file that the project ships.
    pub const fn shipped(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    pub fn name(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AssetFile {
    type Error = BadSetting;
    fn try_from(name: String) -> Result<Self, BadSetting> {
        let plain = !name.is_empty()
            && !name.starts_with('.')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if plain { Ok(Self(name.into())) } else { Err(BadSetting(format!("'{name}' is not a plain file name"))) }
    }
}

impl From<AssetFile> for String {
    fn from(file: AssetFile) -> Self {
        file.0.into_owned()
    }
}

/// A whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Whole(pub u64);

impl TryFrom<String> for Whole {
    type Error = BadSetting;
    fn try_from(text: String) -> Result<Self, BadSetting> {
        text.parse().map(Self).map_err(|_| BadSetting(format!("'{text}' is not a whole number")))
    }
}

impl From<Whole> for String {
    fn from(number: Whole) -> Self {
        number.0.to_string()
    }
}

/// The first part of the names of a pipeline's schemas in a database, which also names its exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchemaName(Cow<'static, str>);

impl SchemaName {
    /// What the schemas of the orders pipeline are called after, unless a stage says otherwise.
    pub const ORDERS: Self = Self(Cow::Borrowed("orders"));
    /// PostgreSQL cuts names off after 63 characters; the rest is for what stands behind it.
    pub const MOST: usize = 40;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SchemaName {
    type Error = BadSetting;
    fn try_from(name: String) -> Result<Self, BadSetting> {
        let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= Self::MOST
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !plain {
            let rule = format!("write a-z, 0-9 and _, at most {}, beginning with a letter", Self::MOST);
            return Err(BadSetting(format!("'{name}' is not the name of a schema: {rule}")));
        }
        // What begins so is PostgreSQL's own.
        if name.starts_with("pg_") {
            let rule = "write one that does not begin with 'pg_', which PostgreSQL keeps for itself";
            return Err(BadSetting(format!("'{name}' is not the name of a schema: {rule}")));
        }
        Ok(Self(name.into()))
    }
}

impl From<SchemaName> for String {
    fn from(name: SchemaName) -> Self {
        name.0.into_owned()
    }
}

/// A time zone, by the name that the tz database has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(pub chrono_tz::Tz);

impl TimeZone {
    pub const UTC: Self = Self(chrono_tz::Tz::UTC);
}

impl TryFrom<String> for TimeZone {
    type Error = BadSetting;
    fn try_from(name: String) -> Result<Self, BadSetting> {
        let unknown = |_| BadSetting(format!("'{name}' is not a time zone: write one such as Europe/Berlin or UTC"));
        name.parse().map(Self).map_err(unknown)
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.0.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_passes_as_text() {
        assert_eq!(serde_json::to_string(&Whole(500_000)).unwrap(), r#""500000""#);
        assert_eq!(serde_json::from_str::<Whole>(r#""500000""#).unwrap(), Whole(500_000));
        let why = serde_json::from_str::<Whole>(r#""5e5""#).unwrap_err().to_string();
        assert_eq!(why, "'5e5' is not a whole number");
    }

    #[test]
    fn a_schema_is_named_plainly() {
        for good in ["orders", "abcd1234", "a_b"] {
            assert_eq!(SchemaName::try_from(good.to_owned()).unwrap().as_str(), good);
        }
        let long = "a".repeat(SchemaName::MOST + 1);
        for bad in ["", "1st", "Orders", "a-b", "a\"; DROP SCHEMA b; --", "pg_temp", &long] {
            assert!(SchemaName::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_time_zone_is_one_that_there_is() {
        let zone = TimeZone::try_from("Europe/Berlin".to_owned()).unwrap();
        assert_eq!(serde_json::to_string(&zone).unwrap(), r#""Europe/Berlin""#);
        let why = TimeZone::try_from("Europe/Bärlin".to_owned()).unwrap_err().to_string();
        assert_eq!(why, "'Europe/Bärlin' is not a time zone: write one such as Europe/Berlin or UTC");
    }
}
