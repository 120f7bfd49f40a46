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

    pub(crate) fn tagged(&self, tag: &str) -> Address {
        Address::with_tag(self.registry.clone(), self.path.clone(), tag.to_owned())
    }

    /// From what the grammar of references has let through.
    fn of(address: &Address) -> Self {
        Self { registry: address.registry().to_owned(), path: address.repository().to_owned() }
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

/// The grammar is that of everybody; a registry that is not named is nobody's guess.
fn address(what: &'static str, text: &str) -> Result<Address, Error> {
    let host = text.split_once('/').map_or("", |(host, _)| host);
    if !(host.contains(['.', ':']) || host == "localhost") {
        let why =
            "it begins with the registry, as in `registry.example.com/repository`; a folder begins with `/` or `./`";
        return Err(Error::unreadable(what, text, why));
    }
    let port = host.split_once(':').map_or("", |(_, port)| port);
    if host.contains(':') && port.parse::<u16>().is_err() {
        return Err(Error::unreadable(what, text, format!("{port} is no port")));
    }
    text.parse().map_err(|error: oci_client::ParseError| Error::unreadable(what, text, error.to_string()))
}

impl FromStr for Repository {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let address = address(REPOSITORY, text)?;
        let last = text.rsplit('/').next().unwrap_or_default();
        if last.contains([':', '@']) {
            return Err(Error::unreadable(REPOSITORY, text, "it has neither tag nor digest: an image gets its own"));
        }
        Ok(Self::of(&address))
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let address = address(REFERENCE, text)?;
        let Some(digest) = address.digest() else {
            let why =
                "a tag may stand for another image tomorrow: give the digest, as in `registry/repository@sha256:…`";
            return Err(Error::unreadable(REFERENCE, text, why));
        };
        Ok(Repository::of(&address).at(digest.parse()?))
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

        #[test]
        fn nothing_breaks_the_parser(text in ".{0,80}") {
            let _ = text.parse::<Reference>();
            let _ = text.parse::<Repository>();
        }
    }
}
