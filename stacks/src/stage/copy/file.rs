//! A copy as a file in environments/, for one that stays for a while.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Copied, Scale, moment, parse_moment};
use crate::stage::value::{REMEDY, StageName};
use crate::stage::{StageFault, read};

/// A stage that is a copy of another one. `cargo xtask copy --save` writes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::stage) struct RawCopyFile {
    /// What it is a copy of, and how it differs.
    copy: RawCopy,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCopy {
    /// The stage: another file in environments/, without its ending.
    of: StageName,
    /// By which factor it is smaller or larger, from 0.01 to 10. Default: 1.
    #[serde(default = "whole", deserialize_with = "scale")]
    #[schemars(with = "f64")]
    scale: Scale,
    /// The pipelines that it has. Default: all.
    #[serde(default)]
    only: Vec<String>,
    /// Whether it runs on the emulator, whatever the other stage runs on. Default: false.
    #[serde(default)]
    local: bool,
    /// When it may be destroyed with all its data, such as 2026-11-22T18:00:00Z.
    #[serde(deserialize_with = "time")]
    #[schemars(with = "String")]
    expires: DateTime<Utc>,
}

fn whole() -> Scale {
    Scale::WHOLE
}

fn scale<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Scale, D::Error> {
    let factor = f64::deserialize(from)?;
    Scale::new(factor).map_err(|bad| serde::de::Error::custom(bad.to_string().replacen(": ", &REMEDY.to_string(), 1)))
}

fn time<'de, D: serde::Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(from)?;
    parse_moment(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("'{text}' is no time{REMEDY}write it as 2026-11-22T18:00:00Z")))
}

/// Whether a stage file is a copy's.
pub fn is_copy(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "copy:" || line.starts_with("copy: "))
}

/// Reads a copy's file. `file` is only a name for messages.
pub fn read_copy(file: &str, text: &str) -> Result<Copied, StageFault> {
    let RawCopyFile { copy: RawCopy { of, scale, only, local, expires } } =
        read::read_as(file, text, "cargo xtask copy --save writes such a file")?;
    Ok(Copied { of, scale, only, local, expires })
}

/// The file of a copy.
pub fn text(copied: &Copied) -> String {
    let Copied { of, scale, only, local, expires } = copied;
    let only = if only.is_empty() { String::new() } else { format!("  only: [{}]\n", only.join(", ")) };
    let local = if *local { "  local: true\n" } else { "" };
    let expires = moment(*expires);
    format!(
        "# yaml-language-server: $schema=stage.schema.json\ncopy:\n  of: {of}\n  scale: {scale}\n{only}{local}  expires: \
         {expires}\n"
    )
}
