//! What a source says that its page's bytes come to, and whether they do.

use base64::{Engine, prelude::BASE64_STANDARD};
use md5::{Digest, Md5};
use reqwest::header::HeaderMap;
use sha2::Sha256;

/// In base64, as it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    sha256: Option<String>,
    md5: Option<String>,
}

/// Of the bytes as they were sent.
pub(crate) struct Check {
    stated: Stated,
    sha256: Sha256,
    md5: Md5,
}

impl Stated {
    /// Of digests of other kinds nothing is said, and nothing checked.
    pub(crate) fn by(headers: &HeaderMap) -> Self {
        let said = |name: &str| {
            let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
            values.flat_map(|value| value.split(',')).map(str::trim).map(str::to_owned).collect::<Vec<_>>()
        };
        let digest = |names: &[&str], kind: &str, quote: &str| {
            let mut each = names.iter().flat_map(|name| said(name)).filter_map(|value| {
                let (name, value) = value.split_once('=')?;
                let value = value.split(';').next()?.trim().strip_prefix(quote)?.strip_suffix(quote)?;
                (name.trim().eq_ignore_ascii_case(kind)).then(|| value.to_owned())
            });
            each.find(|value| BASE64_STANDARD.decode(value).is_ok())
        };
        let new = &["repr-digest", "content-digest"];
        Self {
            sha256: digest(new, "sha-256", ":").or_else(|| digest(&["digest"], "sha-256", "")),
            md5: said("content-md5")
                .into_iter()
                .next()
                .or_else(|| digest(new, "md5", ":"))
                .or_else(|| digest(&["digest"], "md5", ""))
                .filter(|value| BASE64_STANDARD.decode(value).is_ok_and(|bytes| bytes.len() == 16)),
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        *self != Self::default()
    }

    pub(crate) fn check(self) -> Check {
        Check { stated: self, sha256: Sha256::new(), md5: Md5::new() }
    }
}

impl Check {
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        if self.stated.sha256.is_some() {
            self.sha256.update(bytes);
        }
        if self.stated.md5.is_some() {
            self.md5.update(bytes);
        }
    }

    pub(crate) fn finish(self) -> Result<(), String> {
        let Self { stated, sha256, md5 } = self;
        let come_to = [
            ("SHA-256", stated.sha256, BASE64_STANDARD.encode(sha256.finalize())),
            ("MD5", stated.md5, BASE64_STANDARD.encode(md5.finalize())),
        ];
        for (kind, stated, found) in come_to {
            if let Some(stated) = stated.filter(|stated| *stated != found) {
                return Err(format!("its {kind} is {found}, and the source says {stated}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    const MD5: &str = "XUFAKrxLKna5cZ2REBfFkg==";

    fn check(name: &'static str, value: &str, bytes: &[u8]) -> (bool, Result<(), String>) {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        let stated = Stated::by(&headers);
        let any = stated.is_any();
        let mut check = stated.check();
        bytes.chunks(2).for_each(|bytes| check.take(bytes));
        (any, check.finish())
    }

    #[test]
    fn bytes_come_to_what_was_said() {
        let said = [
            ("repr-digest", format!("sha-512=:AAAA:, sha-256=:{SHA256}:")),
            ("content-digest", format!("sha-256=:{SHA256}:;a=b")),
            ("digest", format!("SHA-256={SHA256},unixsum=7")),
            ("digest", format!("md5={MD5}")),
            ("content-md5", MD5.to_owned()),
        ];
        for (name, value) in said {
            assert_eq!(check(name, &value, b"hello"), (true, Ok(())), "{name}");
            let (_, bad) = check(name, &value, b"hellp");
            assert!(bad.unwrap_err().contains("and the source says"), "{name}");
        }
    }

    #[test]
    fn what_says_nothing_that_is_known_is_not_checked() {
        for (name, value) in
            [("digest", "sha-256"), ("repr-digest", "sha-256=:?:"), ("content-md5", "AAAA"), ("etag", "x")]
        {
            assert_eq!(check(name, value, b"hello"), (false, Ok(())), "{name}: {value}");
        }
    }
}
