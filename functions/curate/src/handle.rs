//! What is done with a wish.
//!
//! A batch that is refused is an answer and no error: Lambda would only try it again.

use contract::{
    Run,
    curate::{Ask, Env, Told, Wish},
    rates::{Batch, Engine, MANIFEST, Manifest, Outcome, Verdict},
};
use runtime::{Answer, Counts, Handler, LargeObjects, Pause, Readable, Writable};
use std::error::Error;

use crate::{
    conclude::Conclusion,
    documents,
    intake::Intake,
    pages::Pages,
    parts::{Cut, Parts, rows_in},
    publish::Made,
};

type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) struct Curator<O, P> {
    env: Env<Run>,
    objects: O,
    pause: P,
    /// Rows that are held in memory.
    limit: usize,
    cut: Cut,
}

impl<O: LargeObjects, P: Pause> Curator<O, P> {
    /// Fails if a folder is none, rather than at the first batch.
    pub(crate) fn new(env: Env<Run>, objects: O, pause: P) -> Result<Self, BoxError> {
        env.raw.check()?;
        env.curated.check_writable()?;
        let limit = rows_in(env.memory_mb.0);
        Ok(Self { env, objects, pause, limit, cut: Cut::default() })
    }

    #[cfg(test)]
    pub(crate) fn cut(self, limit: usize, cut: Cut) -> Self {
        Self { limit, cut, ..self }
    }

    async fn invoke(&self, wish: Wish) -> Result<Answer<Told>, BoxError> {
        let manifest = self.manifest(&wish.batch).await?;
        if wish.ask == Ask::Weigh {
            return Ok(Answer { response: weighed(&manifest), counts: Counts::default() });
        }
        let Self { env, objects, pause, .. } = self;
        let conclusion = Conclusion { curated: &env.curated, objects, pause, manifest: &manifest };
        let there: Option<Verdict> = documents::read(&env.curated, objects, pause, &wish.batch.verdict()).await?;
        if let Some(verdict) = there {
            if verdict.batch != wish.batch {
                return Err(self.misplaced(&wish.batch.verdict()));
            }
            conclusion.follow(&verdict).await?;
            return Ok(Answer { response: self.told(&manifest, &verdict), counts: Counts::default() });
        }
        let verdict = match wish.ask {
            _ if manifest.unchanged => unchanged(&wish.batch),
            Ask::Publish => self.made(&wish.batch).checked().await?,
            _ => self.curate(&manifest).await?,
        };
        conclusion.draw(&verdict).await?;
        let response = self.told(&manifest, &verdict);
        tracing::info!("{}: {}", wish.batch.run.as_str(), response.told);
        Ok(Answer { response, counts: counts(&verdict) })
    }

    async fn manifest(&self, batch: &Batch) -> Result<Manifest, BoxError> {
        let name = format!("{}{MANIFEST}", batch.raw());
        let manifest: Option<Manifest> = documents::read(&self.env.raw, &self.objects, &self.pause, &name).await?;
        let uri = || format!("{}{name}", self.env.raw.name());
        let manifest =
            manifest.ok_or_else(|| format!("{} is not there: the batch was not pulled to its end", uri()))?;
        if manifest.batch == *batch { Ok(manifest) } else { Err(format!("{} is of another batch", uri()).into()) }
    }

    async fn curate(&self, manifest: &Manifest) -> Result<Verdict, BoxError> {
        let Self { env, objects, pause, .. } = self;
        let batch = &manifest.batch;
        let intake = Pages { folder: &env.raw, objects, pause, manifest }.read(Intake::new(self.limit)).await?;
        let Intake { sorter, quarantine, read, .. } = intake;
        let verdict = Verdict {
            batch: batch.clone(),
            outcome: Outcome::Curated,
            engine: Engine::Function,
            read,
            duplicates: 0,
            wrong: quarantine.count(),
            rows: 0,
            parts: Vec::new(),
            quarantine: None,
            why: quarantine.first(),
        };
        if verdict.wrong > 0 {
            quarantine.upload(&env.curated, objects, pause, &batch.rejected()).await?;
            return Ok(Verdict { outcome: Outcome::Rejected, quarantine: Some(batch.rejected()), ..verdict });
        }
        let parts =
            Parts { folder: &env.curated, objects, pause, batch, cut: self.cut }.write(sorter.finish()?).await?;
        self.made(batch).alone(&parts).await?;
        let rows = parts.iter().map(|part| part.rows).sum();
        Ok(Verdict { duplicates: read - rows, rows, parts, ..verdict })
    }

    fn made<'a>(&'a self, batch: &'a Batch) -> Made<'a, O, P> {
        Made { curated: &self.env.curated, objects: &self.objects, pause: &self.pause, batch }
    }

    fn misplaced(&self, name: &str) -> BoxError {
        format!("{}{name} is of another batch: two executions have the same name", self.env.curated.name()).into()
    }

    fn told(&self, manifest: &Manifest, verdict: &Verdict) -> Told {
        let Verdict { rows, duplicates, wrong, parts, .. } = verdict;
        let told = match verdict.outcome {
            Outcome::Curated => {
                format!("{rows} prices in {} parts; {duplicates} were there twice and are left out", parts.len())
            }
            Outcome::Unchanged => UNCHANGED.to_owned(),
            Outcome::Rejected => {
                let all = format!("{}{}", self.env.curated.name(), manifest.batch.rejected());
                let why = verdict.why.as_deref().unwrap_or("nobody said why");
                format!("refused as a whole for {wrong} wrong rows: {why}; all of them are in {all}")
            }
        };
        Told { outcome: Some(verdict.outcome), bytes: manifest.bytes, told }
    }
}

const UNCHANGED: &str = "the source has nothing new";

fn weighed(manifest: &Manifest) -> Told {
    let (bytes, pages) = (manifest.bytes, manifest.pages.len());
    if manifest.unchanged {
        return Told { outcome: Some(Outcome::Unchanged), bytes, told: UNCHANGED.to_owned() };
    }
    Told { outcome: None, bytes, told: format!("{bytes} bytes in {pages} pages were pulled") }
}

fn unchanged(batch: &Batch) -> Verdict {
    Verdict {
        batch: batch.clone(),
        outcome: Outcome::Unchanged,
        engine: Engine::Function,
        read: 0,
        duplicates: 0,
        wrong: 0,
        rows: 0,
        parts: Vec::new(),
        quarantine: None,
        why: None,
    }
}

/// A batch that is refused is refused with all of its rows, and with one at least.
fn counts(verdict: &Verdict) -> Counts {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (input, out, dropped) = (count(verdict.read), count(verdict.rows), count(verdict.duplicates));
    if verdict.outcome == Outcome::Rejected {
        return Counts { input: input.max(1), rejected: input.max(1), ..Counts::default() };
    }
    let bytes = count(verdict.parts.iter().map(|part| part.bytes).sum());
    Counts { input, out, dropped, bytes, ..Counts::default() }
}

impl<O: LargeObjects, P: Pause> Handler<Wish> for Curator<O, P> {
    type Response = Told;

    async fn handle(&self, wish: Wish) -> Result<Answer<Told>, BoxError> {
        self.invoke(wish).await
    }
}
