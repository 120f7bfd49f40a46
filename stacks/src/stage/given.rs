//! Names that others gave to what is theirs: repositories, branches, buckets.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

use super::value::{text, wrong};

/// Letters, digits, and a few others that need no quoting in a policy.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn is_repository(text: &str) -> bool {
    let is_owner = |owner: &str| {
        let parts = || owner.split('-');
        owner.len() <= 39 && parts().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    text.split_once('/').is_some_and(|(owner, name)| is_owner(owner) && name.len() <= 100 && is_plain(name))
}

fn is_copy_prefix(text: &str) -> bool {
    (2..=5).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.contains("--")
}

fn is_bucket(text: &str) -> bool {
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&text.len())
        && text.starts_with(is_end)
        && text.ends_with(is_end)
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b))
        && !text.contains("..")
}

text!(
    /// Where the code is kept: an owner, and the name of a repository of theirs.
    Repository, "^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}$", is_repository,
    "a repository", "write its owner and its name, such as example/millrace"
);
text!(
    Branch,
    "^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$",
    |text| text.len() <= 100 && text.split('/').all(is_plain),
    "a branch",
    "write one branch, such as main: letters, digits, '.', '_', '-' and '/'"
);
text!(
    /// What the names of copies begin with.
    CopyPrefix, "^[a-z](-?[a-z0-9]){0,3}-$", is_copy_prefix,
    "what names of copies begin with", "write lower-case letters, digits and hyphens, a hyphen last, such as pr-"
);
text!(
    BucketName,
    "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    is_bucket,
    "the name of a bucket",
    "write 3 to 63 lower-case letters, digits, dots and hyphens"
);

impl Branch {
    /// The one that is deployed where none is named.
    pub(super) fn main() -> Self {
        Self("main".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_as_their_owners_may_give_and_break_out_of_no_policy() {
        for good in ["example/millrace", "a-b/x.y_z", "A1/-"] {
            assert!(Repository::new(good).is_ok(), "{good}");
        }
        for bad in ["", "example", "/x", "example/", "-a/x", "a--b/x", "a/b/c", "a/*", "a:b/x", "a/b c"] {
            assert!(Repository::new(bad).is_err(), "{bad}");
        }
        for (name, good) in [("main", true), ("release/1.2", true), ("", false), ("a//b", false), ("*", false)] {
            assert_eq!(Branch::new(name).is_ok(), good, "{name}");
        }
        for (prefix, good) in
            [("pr-", true), ("a-b-", true), ("pr", false), ("-", false), ("p--", false), ("1-", false)]
        {
            assert_eq!(CopyPrefix::new(prefix).is_ok(), good, "{prefix}");
        }
        for (name, good) in [("logs-eu", true), ("Logs", false), ("ab", false), ("a..b", false), ("a-", false)] {
            assert_eq!(BucketName::new(name).is_ok(), good, "{name}");
        }
    }
}
