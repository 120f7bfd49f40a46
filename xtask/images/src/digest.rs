//! What content is known by.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// A SHA-256 digest. Other algorithms are in no registry that Lambda reads from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        Self::finished(Sha256::new_with_prefix(bytes))
    }

    /// As it is written everywhere, with the algorithm in front.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Sixty-four digits, without the algorithm.
    pub fn hex(&self) -> &str {
        &self.0[ALGORITHM.len()..]
    }

    pub(crate) fn finished(hash: Sha256) -> Self {
        use fmt::Write;
        let text = hash.finalize().iter().fold(ALGORITHM.to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Self(text)
    }
}

const ALGORITHM: &str = "sha256:";

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let hex = text.strip_prefix(ALGORITHM).unwrap_or_default();
        if hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::unreadable("a digest", text, "a digest is `sha256:` and sixty-four digits of 0-9 and a-f"))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_the_digest_that_everybody_else_has() {
        let known = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").as_str(), known);
        assert_eq!(known.parse::<Digest>().unwrap().hex(), &known[7..]);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(bytes: Vec<u8>) {
            let digest = Digest::of(&bytes);
            prop_assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        }

        #[test]
        fn nothing_else_is_a_digest(text in "(sha256:)?[0-9a-fA-Fg:]{0,70}") {
            let right = text.len() == 71 && text.starts_with("sha256:")
                && text[7..].chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
            prop_assert_eq!(text.parse::<Digest>().is_ok(), right);
        }
    }
}
