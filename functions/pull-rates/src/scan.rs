//! What has to be known of a page while its bytes pass by: whether it is whole, where the next one is, and how many prices are
//! in it. Nothing is held but where in the page it is, so that a page may be of any size.
//!
//! A page is not read for its prices here: what is wrong with one of them is found when they are curated.

mod csv;
mod json;
mod xml;

#[cfg(test)]
mod random;

use contract::rates::Format;

/// How deep a page may be nested; two or three are what there is to say.
const DEPTH: usize = 64;
/// How long an address may be as it is written.
const LINK: usize = 16 * 1_024;

pub(crate) enum Scan {
    Json(json::Json),
    Csv(csv::Csv),
    Xml(xml::Xml),
}

/// What a whole page says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Found {
    /// As it is written, and only where it is written in the page itself.
    pub(crate) next: Option<String>,
    pub(crate) rows: u64,
}

/// A page that is not what it should be, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at}, {why}")]
pub(crate) struct Bad {
    /// From 1, as editors count.
    pub(crate) at: u64,
    pub(crate) why: String,
}

impl Scan {
    pub(crate) fn of(format: Format) -> Self {
        match format {
            Format::Json => Self::Json(json::Json::default()),
            Format::Csv => Self::Csv(csv::Csv::default()),
            Format::Xml => Self::Xml(xml::Xml::default()),
        }
    }

    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<(), Bad> {
        match self {
            Self::Json(json) => json.take(bytes),
            Self::Csv(csv) => {
                csv.take(bytes);
                Ok(())
            }
            Self::Xml(xml) => xml.take(bytes),
        }
    }

    /// The page has ended.
    pub(crate) fn finish(self) -> Result<Found, Bad> {
        match self {
            Self::Json(json) => json.finish(),
            Self::Csv(csv) => csv.finish(),
            Self::Xml(xml) => xml.finish(),
        }
    }
}

/// An address that is not empty; some sources write an empty one on their last page.
fn link(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}
