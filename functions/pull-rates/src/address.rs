//! Where pages are, and what of their addresses nobody should read.

use contract::HttpSource;
use reqwest::Url;
use sha2::{Digest, Sha256};

use crate::trouble::Trouble;

/// What stands where something secret was.
const HIDDEN: &str = "***";
/// A parameter with one of these in its name is taken for secret: rather one too many.
const SECRET: [&str; 8] = ["key", "token", "secret", "pass", "pwd", "auth", "sig", "cred"];

/// The address of the first page.
#[derive(Clone)]
pub(crate) struct Source {
    url: Url,
}

impl Source {
    pub(crate) fn parse(source: &HttpSource) -> Result<Self, Trouble> {
        let mut url = Url::parse(source.as_str())
            .map_err(|error| Trouble::Lasting(format!("the source's URL cannot be read: {error}")))?;
        url.set_fragment(None);
        Ok(Self { url })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Where a link on a page leads. What is sent along is for the source only, so it cannot lead elsewhere.
    pub(crate) fn follow(&self, from: &Url, link: &str) -> Result<Url, Trouble> {
        let mut to = from
            .join(link.trim())
            .map_err(|error| Trouble::Lasting(format!("{} leads to something that is no URL: {error}", shown(from))))?;
        to.set_fragment(None);
        if to.origin() != self.url.origin() || !to.username().is_empty() || to.password().is_some() {
            let (there, here) = (to.origin().ascii_serialization(), self.url.origin().ascii_serialization());
            return Err(Trouble::Lasting(format!(
                "{} leads to {there}, and is not followed: what is sent to {here} is for it alone. If both are the same \
                 source, name the other one in the stage file",
                shown(from)
            )));
        }
        Ok(to)
    }

    /// An address as it may be kept: without what is secret in the source's own.
    pub(crate) fn hide(&self, url: &Url) -> String {
        let secrets = parameters(&self.url).filter(|(_, name, _)| is_secret(name));
        let secrets: Vec<(String, String)> = secrets.map(|(_, name, value)| (name, value)).collect();
        replaced(url, |name, value| {
            secrets.iter().any(|(n, v)| n == name && v == value).then(|| format!("{name}={HIDDEN}"))
        })
    }

    /// From what was kept to the address.
    pub(crate) fn seek(&self, kept: &str) -> Result<Url, Trouble> {
        let url = self.url.join(kept).map_err(|error| Trouble::Lasting(format!("'{kept}' is no URL: {error}")))?;
        let whole = replaced(&url, |name, value| {
            let mut own = parameters(&self.url).filter(|(_, own, _)| is_secret(own));
            own.find(|(_, own, _)| value == HIDDEN && own == name).map(|(raw, ..)| raw)
        });
        self.follow(&self.url, &whole)
    }
}

/// An address as people may read it.
pub(crate) fn shown(url: &Url) -> String {
    replaced(url, |name, _| is_secret(name).then(|| format!("{name}={HIDDEN}")))
}

/// By which an address is known again.
pub(crate) fn mark(url: &Url) -> String {
    hex(&Sha256::digest(url.as_str())[..12])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Each as it is written, and its name and value. Between two `&` there may be nothing.
fn parameters(url: &Url) -> impl Iterator<Item = (String, String, String)> {
    let mut pairs = url.query_pairs();
    url.query().unwrap_or_default().split('&').map(move |written| {
        let pair = if written.is_empty() { None } else { pairs.next() };
        let (name, value) = pair.unwrap_or_default();
        (written.to_owned(), name.into_owned(), value.into_owned())
    })
}

fn replaced(url: &Url, replace: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut replaced = url.clone();
    if url.query().is_some() {
        let query = parameters(url).map(|(raw, name, value)| replace(&name, &value).unwrap_or(raw));
        replaced.set_query(Some(&query.collect::<Vec<_>>().join("&")));
    }
    replaced.into()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(url: &str) -> Source {
        Source::parse(&HttpSource::try_from(url.to_owned()).unwrap()).unwrap()
    }

    #[test]
    fn a_link_leads_to_the_same_source_or_nowhere() {
        let source = source("https://rates.example.com/v1/prices?day=1#x");
        let to =
            |link: &str| source.follow(source.url(), link).map(String::from).map_err(|trouble| trouble.to_string());
        for (link, whole) in [
            ("?page=2", "https://rates.example.com/v1/prices?page=2"),
            ("/p/2#y", "https://rates.example.com/p/2"),
            ("../2", "https://rates.example.com/2"),
            ("HTTPS://RATES.example.com:443/2", "https://rates.example.com/2"),
        ] {
            assert_eq!(to(link).as_deref(), Ok(whole));
        }
        let elsewhere = [
            "//evil.example/2",
            "http://rates.example.com/2",
            "https://rates.example.com:8443/2",
            "https://a@rates.example.com/2",
            "https://rates.example.com.evil.example/",
            "javascript:x",
            "\\\\evil.example\\x",
        ];
        for link in elsewhere {
            assert!(to(link).unwrap_err().contains("is not followed"), "{link}");
        }
        assert!(to("https://").unwrap_err().contains("no URL"));
    }

    #[test]
    fn what_is_secret_is_neither_shown_nor_kept() {
        let source = source("https://a.example/p?api_key=s%2Ba%26b&day=2026-11-21");
        assert_eq!(shown(source.url()), "https://a.example/p?api_key=***&day=2026-11-21");
        let next = source.follow(source.url(), "?api_key=s%2ba%26b&pageToken=abc").unwrap();
        assert_eq!(shown(&next), "https://a.example/p?api_key=***&pageToken=***");
        let kept = source.hide(&next);
        assert_eq!(
            kept, "https://a.example/p?api_key=***&pageToken=abc",
            "how the page is found is the source's to say"
        );
        assert_eq!(source.seek(&kept).unwrap().as_str(), "https://a.example/p?api_key=s%2Ba%26b&pageToken=abc");
        assert_ne!(mark(&next), mark(source.url()));
        assert_eq!(mark(&next).len(), 24);
    }

    proptest! {
        /// Whatever a source writes, it is followed to the source or not at all.
        #[test]
        fn no_link_leads_away(link in "[a-z:/\\\\@?#.%&= 0-9\\[\\]-]{0,24}|\\PC{0,12}") {
            let source = source("https://a.example/p?x=1");
            if let Ok(to) = source.follow(source.url(), &link) {
                prop_assert_eq!((to.scheme(), to.host_str(), to.port()), ("https", Some("a.example"), None));
                let kept = source.hide(&to);
                prop_assert_eq!(source.seek(&kept).unwrap(), to);
            }
        }
    }
}
