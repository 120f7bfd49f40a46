//! Places in registries.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use oci_client::Reference as Address;

use crate::digest::Digest;
use crate::error::Error;

/// Where images are kept: `registry/repository`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repository {
    pub(crate) registry: String,
    pub(crate) path: String,
}

/// One image, by its content: `registry/repository@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub repository: Repository,
    pub digest: Digest,
}

const REPOSITORY: &str = "a repository";
const REFERENCE: &str = "a reference to an image";

impl Repository {
    /// Host and port.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn at(&self, digest: Digest) -> Reference {
        Reference { repository: self.clone(), digest }
    }

    /// For what is done in it. Then no tag is asked for, but none can be told so.
    pub(crate) fn address(&self) -> Address {
        self.tagged("none")
    }

    pub(crate) fn tagged(&self, tag: &str) -> Address {
        Address::with_tag(self.registry.clone(), self.path.clone(), tag.to_owned())
    }
}

impl Reference {
    pub(crate) fn address(&self) -> Address {
        let Repository { registry, path } = &self.repository;
        Address::with_digest(registry.clone(), path.clone(), self.digest.to_string())
    }
}

/// Whether nothing that is sent there leaves the machine, so that it may go without TLS.
pub(crate) fn is_loopback(registry: &str) -> bool {
    let host = registry.split(':').next().unwrap_or_default();
    host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// The grammar is that of everybody, but that a registry is named: its absence is nobody's guess.
fn repository(what: &'static str, text: &str, name: &str) -> Result<Repository, Error> {
    let wrong = |why: &str| Err(Error::unreadable(what, text, why));
    let (registry, path) = name.split_once('/').unwrap_or_default();
    if !(registry.contains(['.', ':']) || registry == "localhost") {
        return wrong(
            "it begins with the registry, as in `registry.example.com/repository`; a folder begins with `/` or `./`",
        );
    }
    let (host, port) = registry.split_once(':').map_or((registry, None), |(host, port)| (host, Some(port)));
    let is_label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !label.is_empty() && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    if !host.split('.').all(is_label) {
        return wrong("the registry is no name of a machine");
    }
    if port.is_some_and(|port| port.starts_with('+') || port.parse::<u16>().is_err()) {
        return wrong("what follows the name of the registry is no port");
    }
    if path.len() > LONGEST || !path.split('/').all(is_part) {
        return wrong("a repository has small letters and digits, and single `.`, `_`, `-` and `/` between them");
    }
    Ok(Repository { registry: registry.to_owned(), path: path.to_owned() })
}

const LONGEST: usize = 255;

/// Letters and digits, with `.`, `_`, `__` or any number of `-` between.
fn is_part(part: &str) -> bool {
    let is_separator = |run: &str| matches!(run, "." | "_" | "__") || run.bytes().all(|byte| byte == b'-');
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let between = part.split(is_plain).filter(|run| !run.is_empty());
    part.starts_with(is_plain) && part.ends_with(is_plain) && between.into_iter().all(is_separator)
}

fn is_tag(tag: &str) -> bool {
    let inner = tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    (1..=128).contains(&tag.len()) && inner && !tag.starts_with(['.', '-'])
}

impl FromStr for Repository {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let last = text.rsplit('/').next().unwrap_or_default();
        if text.contains('/') && last.contains([':', '@']) {
            return Err(Error::unreadable(REPOSITORY, text, "it has neither tag nor digest: an image gets its own"));
        }
        repository(REPOSITORY, text, text)
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let tagged = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        let (name, tag) = tagged.map_or((name, None), |(name, tag)| (name, Some(tag)));
        let repository = repository(REFERENCE, text, name)?;
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(Error::unreadable(REFERENCE, text, "what follows the repository is no tag"));
        }
        let Some(digest) = digest else {
            let why =
                "a tag may stand for another image tomorrow: give the digest, as in `registry/repository@sha256:…`";
            return Err(Error::unreadable(REFERENCE, text, why));
        };
        Ok(repository.at(digest.parse()?))
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.repository, self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_loopback_and_what_only_looks_so() {
        assert!(["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3"].into_iter().all(is_loopback));
        assert!(
            !["localhost.example.com", "127.0.0.1.example.com:80", "10.0.0.1:5000", ""].into_iter().any(is_loopback)
        );
    }

    #[test]
    fn a_tag_alone_is_refused_with_the_reason() {
        for text in ["registry.example.com/base:latest", "registry.example.com/base"] {
            let said = text.parse::<Reference>().unwrap_err().to_string();
            assert!(said.contains("another image tomorrow") && said.contains("@sha256:"), "{said}");
        }
    }

    #[test]
    fn a_registry_is_not_guessed() {
        for text in ["base", "library/base", "base@sha256:00"] {
            let said = text.parse::<Reference>().unwrap_err().to_string();
            assert!(said.contains("begins with the registry"), "{said}");
        }
    }

    fn repositories() -> impl Strategy<Value = String> {
        "(localhost|127\\.0\\.0\\.1|[a-z]{1,8}(-[a-z0-9]{1,4})?\\.example\\.com)(:[1-9][0-9]{0,3})?/[a-z0-9]{1,9}([._-][a-z0-9]{1,5})?(/[a-z0-9]{1,9}){0,2}"
            .prop_filter("a lone host is no registry", |text| text.starts_with("localhost") || text.contains('.'))
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(text in repositories(), content: u64) {
            let repository: Repository = text.parse().unwrap();
            prop_assert_eq!(&repository.to_string(), &text);
            let reference = repository.at(Digest::of(&content.to_be_bytes()));
            prop_assert_eq!(reference.to_string().parse::<Reference>().unwrap(), reference);
        }

        #[test]
        fn a_tag_beside_the_digest_is_no_matter(text in repositories(), tag in "[a-z0-9]{1,8}", content: u64) {
            let digest = Digest::of(&content.to_be_bytes());
            let reference: Reference = format!("{text}:{tag}@{digest}").parse().unwrap();
            prop_assert_eq!(reference.to_string(), format!("{text}@{digest}"));
        }

        /// Our reading of the grammar is the one of the crate that speaks to registries, where both read anything.
        #[test]
        fn others_read_the_same(host in "[a-z.]{0,3}(:[0-9]{1,2})?", path in "[a-zA._/-]{0,8}", tag in "(:[a.]{0,2})?") {
            let text = format!("{host}/{path}{tag}@{}", Digest::of(b""));
            let theirs = text.parse::<Address>();
            let named = host.contains(['.', ':']);
            prop_assert_eq!(text.parse::<Reference>().is_ok(), named && theirs.is_ok(), "{}: {:?}", text, theirs);
        }

        #[test]
        fn nothing_breaks_the_parser(text in ".{0,80}") {
            let _ = text.parse::<Reference>();
            let _ = text.parse::<Repository>();
        }
    }
}
