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
