//! The values of a stage file that text or a number alone does not make right: each type admits only good ones.

use contract::BadSetting;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use std::borrow::Cow;
use std::fmt;

/// Parts what is wrong from the remedy in an error's text, which is all that serde carries.
pub const REMEDY: char = '\n';

pub(super) fn wrong<E: de::Error>(what: &str, remedy: &str) -> E {
    E::custom(format!("{what}{REMEDY}{remedy}"))
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Within<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Within<MIN, MAX> {
    /// A default, checked while compiling.
    pub const fn of(value: u32) -> Self {
        assert!(MIN <= value && value <= MAX, "outside the range");
        Self(value)
    }

    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Within<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(from)?;
        match u32::try_from(value) {
            Ok(value) if (MIN..=MAX).contains(&value) => Ok(Self(value)),
            _ => Err(wrong(&format!("{value} is out of range"), &format!("write a number from {MIN} to {MAX}"))),
        }
    }
}

impl<const MIN: u32, const MAX: u32> JsonSchema for Within<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("From{MIN}To{MAX}").into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// Declares a text type that admits only what its check lets through, with the same rule as a pattern for editors.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $is_good:expr, $what:literal, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Result<Self, String> {
                let text = text.into();
                let is_good: fn(&str) -> bool = $is_good;
                if is_good(&text) { Ok(Self(text)) } else { Err(format!("'{text}' is not {}", $what)) }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(from)?).map_err(|what| wrong(&what, $rule))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

pub(super) use text;

/// Lower case, digits and single hyphens, as every AWS name takes them.
fn is_name(text: &str) -> bool {
    (2..=16).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.ends_with('-')
        && !text.contains("--")
}

text!(
    /// The first part of every name. Sixteen characters leave room for the longest name that AWS bounds, a bucket's.
    ProjectName, "^[a-z](-?[a-z0-9]){1,15}$", is_name,
    "a project name", "write 2 to 16 lower-case letters, digits and single hyphens, a letter first"
);
text!(
    /// The second part of every name: the stage file's own name.
    StageName, "^[a-z](-?[a-z0-9]){1,15}$", is_name,
    "a stage name", "write 2 to 16 lower-case letters, digits and single hyphens, a letter first"
);
text!(
    AccountId,
    "^[0-9]{12}$",
    |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()),
    "an AWS account id",
    "write its 12 digits, in quotes"
);
impl AccountId {
    /// The emulator's own.
    pub(super) fn emulated() -> Self {
        Self("000000000000".to_owned())
    }
}

text!(
    /// With the six characters at its end that tell one secret of a name from another.
    SecretArn,
    "^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$",
    |text| {
        let parts: Vec<_> = text.split(':').collect();
        matches!(parts.as_slice(), ["arn", partition, "secretsmanager", region, account, "secret", name]
            if partition.starts_with("aws")
                && Region::new(*region).is_ok()
                && AccountId::new(*account).is_ok()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b))
                && name.rsplit_once('-').is_some_and(|(name, end)| {
                    !name.is_empty() && end.len() == 6 && end.bytes().all(|b| b.is_ascii_alphanumeric())
                }))
    },
    "the ARN of a secret",
    "write arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX, as Secrets Manager shows it"
);
text!(
    Region,
    "^[a-z]{2}(-[a-z]+)+-[0-9]$",
    |text| {
        let parts: Vec<_> = text.split('-').collect();
        matches!(parts.as_slice(), [country, middle @ .., number]
            if country.len() == 2
                && country.bytes().all(|b| b.is_ascii_lowercase())
                && !middle.is_empty()
                && middle.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
                && number.len() == 1
                && number.bytes().all(|b| b.is_ascii_digit()))
    },
    "an AWS region",
    "write its code, such as eu-west-1"
);
text!(
    Email,
    "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
    |text| {
        let mut halves = text.split('@');
        match (halves.next(), halves.next(), halves.next()) {
            (Some(user), Some(host), None) => {
                !user.is_empty()
                    && host.contains('.')
                    && !host.starts_with('.')
                    && !host.ends_with('.')
                    && !text.contains(char::is_whitespace)
            }
            _ => false,
        }
    },
    "an e-mail address",
    "write it as name@example.com"
);
text!(
    /// A file of the project, named from its root.
    ProjectFile, "^[^/.][^\\\\]*$", |text| {
        !text.is_empty()
            && !text.starts_with('/')
            && !text.contains('\\')
            && text.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
    },
    "a file of the project", "write its path from the project's root, without '..'"
);

/// Reads a setting that a function reads too, whose error says what is wrong and, behind a colon, what would be right.
pub(super) fn agreed<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<String, Error = BadSetting>,
{
    T::try_from(String::deserialize(from)?).map(Some).map_err(|bad| {
        let text = bad.to_string();
        let (what, remedy) = text.split_once(": ").unwrap_or((&text, "correct the value"));
        wrong(what, remedy)
    })
}

/// Hours and minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    pub hour: u8,
    pub minute: u8,
}

impl TimeOfDay {
    /// So many minutes later, on the next day if need be.
    #[must_use]
    pub fn later(self, minutes: u8) -> Self {
        let minute = u32::from(self.minute) + u32::from(minutes);
        let hour = (u32::from(self.hour) + minute / 60) % 24;
        Self { hour: hour as u8, minute: (minute % 60) as u8 }
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let number = |text: &str, most: u8| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|number| digits && *number <= most)
        };
        let parts = text.split_once(':').and_then(|(hour, minute)| Some((number(hour, 23)?, number(minute, 59)?)));
        let (hour, minute) = parts.ok_or_else(|| {
            wrong(&format!("'{text}' is not a time of day"), "write hours and minutes in quotes, such as \"06:30\"")
        })?;
        Ok(Self { hour, minute })
    }
}

impl JsonSchema for TimeOfDay {
    fn schema_name() -> Cow<'static, str> {
        "TimeOfDay".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" })
    }
}

/// The days that CloudWatch can keep logs; other numbers it refuses.
const RETENTIONS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// How long log lines are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogDays(u32);

impl LogDays {
    pub const DEFAULT: Self = Self(30);

    pub const fn get(self) -> u32 {
        self.0
    }
}

impl LogDays {
    /// The fewest days that CloudWatch can keep logs for that are not fewer than these.
    pub(super) fn at_least(self, days: f64) -> Self {
        RETENTIONS.into_iter().find(|kept| f64::from(*kept) >= days - 1e-9).map_or(self, Self)
    }
}

impl<'de> Deserialize<'de> for LogDays {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(from)?;
        let allowed = &RETENTIONS;
        if let Some(days) = allowed.iter().find(|days| i64::from(**days) == value) {
            return Ok(Self(*days));
        }
        let close = allowed.iter().min_by_key(|days| (i64::from(**days) - value).abs()).copied().unwrap_or(30);
        Err(wrong(
            &format!("CloudWatch cannot keep logs for {value} days"),
            &format!("the nearest that it can is {close}"),
        ))
    }
}

impl JsonSchema for LogDays {
    fn schema_name() -> Cow<'static, str> {
        "LogDays".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "enum": RETENTIONS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_every_aws_service() {
        for good in ["dev", "pr-42", "a1", "abcdefghijklmnop"] {
            assert!(StageName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "Dev", "-dev", "dev-", "pr--42", "1dev", "dev_1", "abcdefghijklmnopq", "dév"] {
            assert!(StageName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn regions_are_recognised_by_their_form() {
        for good in ["eu-west-1", "us-gov-west-1", "ap-southeast-2"] {
            assert!(Region::new(good).is_ok(), "{good}");
        }
        for bad in ["eu-west", "eu_west_1", "EU-WEST-1", "europe-west-1", "eu--1", "1"] {
            assert!(Region::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn project_files_stay_inside_the_project() {
        assert!(ProjectFile::new("schemas/taxi.json").is_ok());
        for bad in ["", "/etc/passwd", "../secret", "a/../../b", "a//b", "C:\\x"] {
            assert!(ProjectFile::new(bad).is_err(), "{bad}");
        }
    }
}
