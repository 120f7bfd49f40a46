//! The course of a batch: pages one after another, each noted when it is stored, and at the end the manifest.
//!
//! Wherever it is cut off, the next attempt of the same batch goes on behind the last page that was noted, unless the source
//! changed since: pages of two states are never in one batch. Only what the manifest names is part of the batch; a page that
//! is left over from an attempt that began anew is not.

use contract::{
    Folder, Handle, Read, ReadWrite, Reads,
    rates::{Batch, Format, MANIFEST, Manifest, Seen},
};
use reqwest::Url;
use runtime::{Backoff, LargeObjects, Pause, PortError, Readable, Writable, patiently};
use serde::Serialize;
use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use crate::{
    address::{Source, shown},
    credentials::Credentials,
    limits::Limits,
    page::{Received, receive},
    progress::{PROGRESS, Progress},
    remote::{Answer, Remote, Validators},
    trouble::Trouble,
};

pub(crate) struct Course<'a, O, P> {
    pub(crate) raw: &'a Handle<ReadWrite<Folder>>,
    pub(crate) seen: &'a Handle<Read<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
    pub(crate) remote: &'a Remote,
    pub(crate) limits: Limits,
    pub(crate) source: Source,
    pub(crate) format: Format,
    pub(crate) batch: Batch,
    pub(crate) end: Instant,
    /// Pages that are stored and noted.
    pub(crate) stored: Cell<usize>,
    /// What was tried again last, for people.
    pub(crate) last: RefCell<Option<String>>,
}

impl<O: LargeObjects, P: Pause> Course<'_, O, P> {
    /// What was pulled, if that is done.
    pub(crate) async fn finished(&self) -> Result<Option<Manifest>, Trouble> {
        let Some(text) = self.there(self.raw, &self.name(MANIFEST)).await? else { return Ok(None) };
        let manifest = serde_json::from_slice(&text);
        manifest.map(Some).map_err(|error| {
            let name = self.name(MANIFEST);
            Trouble::Lasting(format!(
                "{}{name} is no manifest: {error}; remove it to have the batch pulled",
                self.raw.name()
            ))
        })
    }

    pub(crate) async fn run(&self, credentials: Option<&Credentials>) -> Result<Manifest, Trouble> {
        let mut progress = self.progress(credentials).await?;
        self.stored.set(progress.pages.len());
        while let Some(next) = progress.next.clone() {
            let at = self.source.seek(&next)?;
            self.bounded(&progress)?;
            let known = if progress.pages.is_empty() { self.seen().await? } else { Validators::default() };
            let page = self.patiently(async || self.page(&at, &progress, credentials, &known).await).await?;
            let Some((page, next)) = page else {
                tracing::info!("{} has nothing new", shown(&at));
                return self.finish(progress, true).await;
            };
            tracing::info!("{} of {} bytes from {}", page.note.name, page.note.bytes, shown(&at));
            progress.add(&self.source, &at, page, next.as_ref());
            self.put(PROGRESS, &progress).await?;
            self.stored.set(progress.pages.len());
        }
        let (rows, of) = (progress.rows, progress.of);
        if let Some(of) = of.filter(|of| *of != rows) {
            self.anew().await?;
            return Err(Trouble::Lasting(format!(
                "the pages have {rows} prices, and the source says {of} in X-Total-Count: it leaves some out, or it changed \
                 meanwhile. The next attempt begins anew"
            )));
        }
        self.finish(progress, false).await
    }

    async fn finish(&self, progress: Progress, unchanged: bool) -> Result<Manifest, Trouble> {
        let mut pages = progress.pages;
        if let ([page], of @ Some(_)) = (&mut pages[..], progress.of) {
            page.rows = page.rows.or(of);
        }
        let manifest = Manifest {
            batch: self.batch.clone(),
            source: shown(self.source.url()),
            format: self.format,
            bytes: pages.iter().map(|page| page.bytes).sum(),
            pages,
            unchanged,
        };
        self.put(MANIFEST, &manifest).await?;
        Ok(manifest)
    }

    /// Where to go on: behind what is stored, if the source is still in the state that that is of.
    async fn progress(&self, credentials: Option<&Credentials>) -> Result<Progress, Trouble> {
        let Some(text) = self.there(self.raw, &self.name(PROGRESS)).await? else {
            return Ok(Progress::none(&self.source, self.format));
        };
        let progress = serde_json::from_slice(&text).ok();
        let Some(progress) = progress.filter(|progress: &Progress| progress.is_of(&self.source, self.format)) else {
            return self.anew().await;
        };
        let state = progress.state();
        if progress.next.is_none() || !state.are_any() {
            return Ok(progress);
        }
        let unchanged = self.patiently(async || {
            let answer = self.remote.ask(&self.source, self.source.url(), credentials, &state, self.pause).await?;
            Ok(match answer {
                Answer::Unchanged => true,
                Answer::Page(sent) => Validators::by(sent.response.headers()).agree(&state),
            })
        });
        if unchanged.await? {
            tracing::info!("going on behind {} pages that are stored", progress.pages.len());
            return Ok(progress);
        }
        tracing::info!("beginning anew: the source changed since {} pages of it were stored", progress.pages.len());
        self.anew().await
    }

    /// What is noted is withdrawn before anything is stored over what it tells of.
    async fn anew(&self) -> Result<Progress, Trouble> {
        let none = Progress::none(&self.source, self.format);
        self.put(PROGRESS, &none).await?;
        self.stored.set(0);
        Ok(none)
    }

    /// What the source said of the batch that became visible last. It only saves work: what cannot be read is not there.
    async fn seen(&self) -> Result<Validators, Trouble> {
        let source = shown(self.source.url());
        let text = self.there(self.seen, &Seen::name(&source)).await?;
        let seen: Option<Seen> = text.and_then(|text| serde_json::from_slice(&text).ok());
        let seen = seen.filter(|seen| seen.source == source);
        Ok(seen
            .map_or_else(Validators::default, |seen| Validators { etag: seen.etag, last_modified: seen.last_modified }))
    }

    /// One attempt at a page. None if it is as it was.
    async fn page(
        &self,
        at: &Url,
        progress: &Progress,
        credentials: Option<&Credentials>,
        known: &Validators,
    ) -> Result<Option<(Received, Option<Url>)>, Trouble> {
        let Answer::Page(sent) = self.remote.ask(&self.source, at, credentials, known, self.pause).await? else {
            return Ok(None);
        };
        let from = sent.from.clone();
        let name = format!("page-{:06}.{}", progress.pages.len() + 1, self.format.extension());
        let mut upload = self.raw.upload(self.objects, self.pause, &self.name(&name))?;
        let received = receive(*sent, self.format, name, &mut upload, &self.limits).await.and_then(|page| {
            let next = page.next.as_deref().map(|next| self.source.follow(&from, next)).transpose()?;
            match &next {
                Some(next) if progress.leads_back(at, next) => Err(Trouble::Broken(format!(
                    "{} is not stored: it leads back to {}, which is pulled already",
                    shown(at),
                    shown(next)
                ))),
                _ => Ok((page, next)),
            }
        });
        match received {
            Ok(received) => {
                upload.finish().await?;
                Ok(Some(received))
            }
            Err(trouble) => {
                upload.abort().await;
                Err(trouble)
            }
        }
    }

    fn bounded(&self, progress: &Progress) -> Result<(), Trouble> {
        let Limits { pages, repeated, .. } = self.limits;
        if progress.pages.len() >= pages {
            return Err(Trouble::Lasting(format!(
                "the source has more than {pages} pages, or no last one: ask for larger ones"
            )));
        }
        if progress.repeated() > repeated {
            return Err(Trouble::Lasting(format!(
                "the source repeats itself: the last {} pages are the same as some before, to the byte",
                progress.repeated()
            )));
        }
        Ok(())
    }

    /// Attempts, until one succeeds or fails for good. That the time is up is noticed by who waits for all of it.
    async fn patiently<T>(&self, mut attempt: impl AsyncFnMut() -> Result<T, Trouble>) -> Result<T, Trouble> {
        let (first, longest) = self.limits.pauses;
        let (mut backoff, mut broken) = (Backoff::new(u32::MAX, first).growing_to(longest), self.limits.broken);
        loop {
            let trouble = match attempt().await {
                Ok(done) => return Ok(done),
                Err(trouble) => trouble,
            };
            let Some(wait) = trouble.again(&mut broken) else { return Err(trouble) };
            if wait > self.end.saturating_duration_since(Instant::now()) {
                let wait = wait.as_secs();
                return Err(Trouble::Lasting(format!(
                    "{trouble}, and wants to be asked again in {wait} s, when it is too late"
                )));
            }
            tracing::warn!("trying again: {}", trouble.told());
            self.last.replace(Some(trouble.told()));
            if wait > Duration::ZERO {
                self.pause.pause(wait).await;
            } else {
                backoff.again(self.pause).await;
            }
        }
    }

    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.batch.raw())
    }

    /// Looked for in a listing first: who may list a folder only is denied an object that is not there.
    async fn there(&self, folder: &Handle<impl Reads<On = Folder>>, name: &str) -> Result<Option<Vec<u8>>, PortError> {
        let page = patiently(self.pause, async || folder.list(self.objects, name, "").await).await?;
        if page.names.first().is_none_or(|first| first != name) {
            return Ok(None);
        }
        patiently(self.pause, async || folder.get(self.objects, name).await).await.map(Some)
    }

    async fn put(&self, name: &str, what: &impl Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_vec(what).map_err(|error| Trouble::Lasting(error.to_string()))?;
        Ok(patiently(self.pause, async || self.raw.put(self.objects, &self.name(name), &text).await).await?)
    }
}
