//! Another registry to read bases from: `host[:port][/prefix]`.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::reference::{Reference, Repository, is_loopback};

/// Takes the place of the registry in the reference of a base. What it gives is checked by the digest all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    host: String,
    /// Empty, or with a slash at its end.
    prefix: String,
}

const WHAT: &str = "a mirror";

impl Mirror {
    pub(crate) fn apply(&self, reference: &Reference) -> Reference {
        let path = format!("{}{}", self.prefix, reference.repository.path);
        Repository { registry: self.host.clone(), path }.at(reference.digest.clone())
    }
}

impl FromStr for Mirror {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
        // Read as what it becomes, so that it cannot fail later.
        let example: Repository = format!("{}/base", rest.trim_end_matches('/'))
            .parse()
            .map_err(|error| Error::unreadable(WHAT, text, format!("it is `host[:port][/prefix]`; {error}")))?;
        let host = example.registry;
        match (scheme, is_loopback(&host)) {
            (None, _) | (Some("https"), false) | (Some("http"), true) => {}
            (Some("http"), false) => {
                return Err(Error::unreadable(WHAT, text, "without TLS only a mirror on this very machine is read"));
            }
            (Some("https"), true) => {
                return Err(Error::unreadable(WHAT, text, "a mirror on this very machine is read without TLS"));
            }
            (Some(other), _) => return Err(Error::unreadable(WHAT, text, format!("{other} is not spoken here"))),
        }
        let prefix = rest.trim_end_matches('/').strip_prefix(&host).unwrap_or_default().trim_start_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        Ok(Self { prefix: format!("{prefix}{slash}"), host })
    }
}

impl fmt::Display for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", format!("{}/{}", self.host, self.prefix).trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use proptest::prelude::*;

    #[test]
    fn http_is_for_this_machine_alone() {
        assert!("http://127.0.0.1:5000/cache".parse::<Mirror>().is_ok());
        let said = "http://mirror.example.com".parse::<Mirror>().unwrap_err().to_string();
        assert!(said.contains("without TLS"), "{said}");
        assert!("ftp://mirror.example.com".parse::<Mirror>().is_err());
        assert!("mirror".parse::<Mirror>().is_err(), "a host without a dot is a folder of somebody's");
    }

    proptest! {
        #[test]
        fn it_takes_the_place_of_the_registry(
            host in "[a-z]{1,8}\\.example\\.com(:[1-9][0-9]{0,3})?",
            prefix in "(/[a-z0-9]{1,5}){0,2}",
            path in "[a-z0-9]{1,5}(/[a-z0-9]{1,5}){0,2}",
            https: bool,
        ) {
            let scheme = if https { "https://" } else { "" };
            let mirror: Mirror = format!("{scheme}{host}{prefix}").parse().unwrap();
            prop_assert_eq!(mirror.to_string(), format!("{host}{prefix}"));
            let reference = format!("registry.example.org/{path}").parse::<Repository>().unwrap().at(Digest::of(b""));
            let read = mirror.apply(&reference);
            prop_assert_eq!(read.repository.registry(), host.as_str());
            let whole = format!("{}/{path}", prefix.trim_start_matches('/'));
            prop_assert_eq!(read.repository.path(), whole.trim_start_matches('/'));
            prop_assert_eq!(&read.to_string().parse::<Reference>().unwrap(), &read);
        }

        #[test]
        fn nothing_breaks_the_parser(text in ".{0,60}") {
            let _ = text.parse::<Mirror>();
        }
    }
}
