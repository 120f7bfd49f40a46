//! What follows from a verdict, in the order in which it may be cut off: the verdict itself, then what lets the batch be
//! read, and only then what its source is asked for news with. The other way round, a batch that never became visible would
//! count as seen, and nobody would pull it again.

use contract::{
    Folder, Handle, ReadWrite,
    rates::{Manifest, Outcome, SEEN, Seen, Verdict},
};
use runtime::{Objects, Pause, Writable, patiently};
use serde::Serialize;
use std::error::Error;

use crate::documents;

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Conclusion<'a, O, P> {
    pub(crate) curated: &'a Handle<ReadWrite<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
    pub(crate) manifest: &'a Manifest,
}

impl<O: Objects, P: Pause> Conclusion<'_, O, P> {
    /// Writes the verdict down and does what follows from it.
    pub(crate) async fn draw(&self, verdict: &Verdict) -> Result<(), BoxError> {
        self.put(&self.manifest.batch.verdict(), verdict).await?;
        self.follow(verdict).await
    }

    /// What follows from a verdict that is there.
    pub(crate) async fn follow(&self, verdict: &Verdict) -> Result<(), BoxError> {
        if verdict.outcome != Outcome::Curated {
            return Ok(());
        }
        let batch = &self.manifest.batch;
        let folder = format!("{}{}", self.curated.name(), batch.data());
        let uris = verdict.parts.iter().map(|part| [&folder, &*part.name, "\n"].concat()).collect::<String>();
        let visible = batch.visible();
        patiently(self.pause, async || self.curated.put(self.objects, &visible, uris.as_bytes()).await).await?;
        self.note().await
    }

    /// What the source said of it, unless a later batch has been noted.
    async fn note(&self) -> Result<(), BoxError> {
        let Manifest { batch, source, pages, .. } = self.manifest;
        let name = format!("{SEEN}{}", Seen::name(source));
        let there: Option<Seen> = documents::read(self.curated, self.objects, self.pause, &name).await?;
        if there.is_some_and(|seen| seen.batch.started > batch.started) {
            return Ok(());
        }
        let first = pages.first();
        let seen = Seen {
            source: source.clone(),
            etag: first.and_then(|page| page.etag.clone()),
            last_modified: first.and_then(|page| page.last_modified.clone()),
            batch: batch.clone(),
        };
        self.put(&name, &seen).await
    }

    async fn put(&self, name: &str, document: &impl Serialize) -> Result<(), BoxError> {
        let text = documents::text(document)?;
        Ok(patiently(self.pause, async || self.curated.put(self.objects, name, &text).await).await?)
    }
}
