//! Plain settings: values that pass through an environment variable as text and are checked on arrival.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A variable whose text is not what the setting takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting(String);

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
}
