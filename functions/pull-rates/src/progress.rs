//! How far a batch has come, kept beside its pages, so that the next attempt goes on where this one ends.

use contract::rates::{Format, PageNote};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{
    address::{Source, mark},
    page::Received,
    remote::Validators,
};

/// Its name in the batch's folder. It is written after each page that it tells of.
pub(crate) const PROGRESS: &str = "progress.json";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    source: String,
    format: Format,
    /// Where the page behind those that are stored is; none where there is none.
    pub(crate) next: Option<String>,
    pub(crate) pages: Vec<PageNote>,
    /// By which the addresses of these pages are known again.
    asked: Vec<String>,
    pub(crate) rows: u64,
    /// How many prices there are in all, as the source said last.
    pub(crate) of: Option<u64>,
}

impl Progress {
    pub(crate) fn none(source: &Source, format: Format) -> Self {
        let source = source.hide(source.url());
        let next = Some(source.clone());
        Self { source, format, next, pages: Vec::new(), asked: Vec::new(), rows: 0, of: None }
    }

    /// Whether it is of the same question.
    pub(crate) fn is_of(&self, source: &Source, format: Format) -> bool {
        self.source == source.hide(source.url()) && self.format == format
    }

    /// The source's state when the first page was pulled.
    pub(crate) fn state(&self) -> Validators {
        self.pages.first().map_or_else(Validators::default, |first| Validators {
            etag: first.etag.clone(),
            last_modified: first.last_modified.clone(),
        })
    }

    /// Whether a page's next one is itself or one before it.
    pub(crate) fn leads_back(&self, at: &Url, next: &Url) -> bool {
        at == next || self.asked.contains(&mark(next))
    }

    /// How many pages at the end are the same as some page before.
    pub(crate) fn repeated(&self) -> usize {
        let is_new = |number: usize| !self.pages[..number].iter().any(|page| page.sha256 == self.pages[number].sha256);
        (0..self.pages.len()).rev().take_while(|number| !is_new(*number)).count()
    }

    pub(crate) fn add(&mut self, source: &Source, at: &Url, page: Received, next: Option<&Url>) {
        self.asked.push(mark(at));
        self.rows += page.rows;
        self.of = page.of.or(self.of);
        self.next = next.map(|next| source.hide(next));
        self.pages.push(page.note);
    }
}
