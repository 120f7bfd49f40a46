//! Volumes as they are written: what serde reads and what editors complete, and what it comes to.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use stacks::stage::REMEDY;
use std::borrow::Cow;

/// A number from nothing to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount<const MOST: u64>(pub(super) f64);

impl<'de, const MOST: u64> Deserialize<'de> for Amount<MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(from)?;
        #[expect(clippy::cast_precision_loss, reason = "limits are round numbers")]
        let most = MOST as f64;
        if (0.0..=most).contains(&value) {
            return Ok(Self(value));
        }
        Err(de::Error::custom(format!("{value} is out of range{REMEDY}write a number from 0 to {MOST}")))
    }
}

impl<const MOST: u64> JsonSchema for Amount<MOST> {
    fn schema_name() -> Cow<'static, str> {
        format!("UpTo{MOST}").into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": MOST })
    }
}

/// A rate, a size, a count: more than any of ours will be.
pub(crate) type Many = Amount<1_000_000_000_000>;

/// A value, where it was written.
pub(crate) fn set<const MOST: u64>(value: &mut f64, written: Option<Amount<MOST>>) {
    if let Some(Amount(written)) = written {
        *value = written;
    }
}

/// The volumes of one pipeline, as they are written and as they are reckoned with: its keys, each with the most that may
/// stand there and what it is where nobody says otherwise.
macro_rules! volume {
    ($volume:ident from $raw:ident { $($(#[doc = $help:literal])* $key:ident: $amount:ty = $default:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
        pub struct $volume {
            $(pub $key: f64,)+
        }

        #[derive(Debug, Default, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct $raw {
            $($(#[doc = $help])* $key: Option<$amount>,)+
        }

        impl Default for $volume {
            fn default() -> Self {
                Self { $($key: $default,)+ }
            }
        }

        impl $volume {
            /// Takes what was written.
            pub(crate) fn state(&mut self, raw: &$raw) {
                $($crate::volumes::set(&mut self.$key, raw.$key);)+
            }
        }
    };
}
pub(crate) use volume;
