//! What the Spark job says that it did, and whether that is so.

use contract::{
    Folder, Handle, ReadWrite,
    rates::{Batch, Engine, Outcome, PartNote, Verdict, part},
};
use parquet::file::{
    FOOTER_SIZE,
    metadata::{FooterTail, ParquetMetaDataReader},
};
use runtime::{LargeObjects, Pause, Readable, patiently};
use std::{collections::BTreeSet, error::Error};

use crate::documents;

type BoxError = Box<dyn Error + Send + Sync>;

/// What a file says of itself stands at its end, and is not as long as this.
const END: u64 = 1_024 * 1_024;

pub(crate) struct Made<'a, O, P> {
    pub(crate) curated: &'a Handle<ReadWrite<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
    pub(crate) batch: &'a Batch,
}

impl<O: LargeObjects, P: Pause> Made<'_, O, P> {
    /// What the Spark job says, after it was seen to be so.
    pub(crate) async fn checked(&self) -> Result<Verdict, BoxError> {
        let name = self.batch.summary();
        let summary: Option<Verdict> = documents::read(self.curated, self.objects, self.pause, &name).await?;
        let uri = format!("{}{name}", self.curated.name());
        let verdict = summary.ok_or_else(|| format!("{uri} is not there: the Spark job has not ended well"))?;
        let says = |what: &str| Err(format!("{uri} {what}: have the Spark job run again").into());
        if verdict.batch != *self.batch || verdict.engine != Engine::Glue {
            return says("is not of this batch, or not of the Spark job");
        }
        match verdict.outcome {
            Outcome::Unchanged => {}
            Outcome::Rejected => {
                if verdict.wrong == 0 || !verdict.parts.is_empty() || verdict.quarantine != Some(self.batch.rejected())
                {
                    return says("refuses the batch without saying what for");
                }
                self.curated.read(self.objects, self.pause, &self.batch.rejected())?.head().await?;
            }
            Outcome::Curated => {
                let rows: u64 = verdict.parts.iter().map(|part| part.rows).sum();
                let names = (0..).map(part).zip(&verdict.parts).all(|(name, part)| part.name == name && part.rows > 0);
                if rows != verdict.rows || rows + verdict.duplicates != verdict.read || verdict.wrong > 0 || !names {
                    return says("does not add up");
                }
                for part in &verdict.parts {
                    self.part(part).await?;
                }
            }
        }
        self.alone(&verdict.parts).await?;
        Ok(verdict)
    }

    /// That the part is there, as long as it should be, and with as many rows as it should have.
    async fn part(&self, part: &PartNote) -> Result<(), BoxError> {
        let name = format!("{}{}", self.batch.data(), part.name);
        let uri = format!("{}{name}", self.curated.name());
        let wrong = |what: String| format!("{uri} {what}: have the Spark job run again");
        let mut reader = self.curated.read(self.objects, self.pause, &name)?;
        reader.next().await?;
        let size = reader.size().unwrap_or_default();
        if size != part.bytes {
            return Err(wrong(format!("has {size} bytes where {} were written", part.bytes)).into());
        }
        reader.go_to(size.saturating_sub(END));
        let mut end = Vec::new();
        while let Some(bytes) = reader.next().await? {
            end.extend_from_slice(&bytes);
        }
        let rows = rows(&end).map_err(|error| wrong(format!("is no Parquet file ({error})")))?;
        if u64::try_from(rows) != Ok(part.rows) {
            return Err(wrong(format!("has {rows} rows where {} were written", part.rows)).into());
        }
        Ok(())
    }

    /// That nothing else is in the folder of the parts, which is loaded as a whole.
    pub(crate) async fn alone(&self, parts: &[PartNote]) -> Result<(), BoxError> {
        let folder = self.batch.data();
        let known: BTreeSet<String> = parts.iter().map(|part| format!("{folder}{}", part.name)).collect();
        let mut after = String::new();
        loop {
            let page = patiently(self.pause, async || self.curated.list(self.objects, &folder, &after).await).await?;
            if let Some(other) = page.names.iter().find(|name| !known.contains(*name)) {
                let uri = format!("{}{other}", self.curated.name());
                return Err(
                    format!("{uri} is no part of this batch: remove it, and have the batch curated again").into()
                );
            }
            match page.names.into_iter().next_back() {
                Some(last) if page.more => after = last,
                _ => return Ok(()),
            }
        }
    }
}

/// From the last bytes of a file.
fn rows(end: &[u8]) -> Result<i64, BoxError> {
    let (rest, tail) = end.split_last_chunk::<FOOTER_SIZE>().ok_or("it is too short")?;
    let length = FooterTail::try_new(tail)?.metadata_length();
    let begin = rest.len().checked_sub(length).ok_or("its footer is too long")?;
    Ok(ParquetMetaDataReader::decode_metadata(&rest[begin..])?.file_metadata().num_rows())
}
