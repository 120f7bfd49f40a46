//! The parts of a batch, one after the other, from S3 by a temporary file into a table.

use bytes::Bytes;
use futures_util::SinkExt;
use runtime::{LargeObjects, Pause, Readable};
use std::{
    fs::File,
    io::{self, Seek, Write},
    pin::pin,
};
use tokio_postgres::error::SqlState;

use crate::{
    intake::Intake,
    newest::{Curated, Newest, missing},
    part::Part,
    refusal::{Refusal, Trouble},
    session::Session,
};

const AGAIN: &str = "curate the batch again";

impl<O: LargeObjects, P: Pause> Curated<'_, O, P> {
    /// Copies the batch with a statement that is waiting for its rows, and says how many they are.
    pub(crate) async fn copy(
        &self,
        session: &Session,
        sql: &str,
        batch: &Newest,
        mut intake: Intake,
        bytes: &mut u64,
    ) -> Result<u64, Trouble> {
        let failed = |error: tokio_postgres::Error| of_rows("copying prices", error);
        let mut sink = pin!(session.client().copy_in::<_, Bytes>(sql).await.map_err(failed)?);
        let mut is_broken = false;
        for (name, rows) in &batch.parts {
            let refuse = |reason: String| Trouble::from(Refusal::new(reason, AGAIN).of(self.uri(name)));
            let mut part = Part::open(self.fetch(name, bytes).await?).map_err(refuse)?;
            let mut row = 0;
            while let Some(chunk) = part.next().map_err(refuse)? {
                intake.take(name, row, &chunk);
                row += chunk.day.len() as u64;
                if !is_broken {
                    // Why it takes no more, the server says at the end.
                    is_broken = sink.feed(intake.bytes().into()).await.is_err();
                }
                if is_broken {
                    break;
                }
            }
            if is_broken {
                break;
            }
            if row != *rows {
                return Err(refuse(format!("it has {row} rows, and by the verdict {rows}")));
            }
        }
        // What is refused here, the transaction that is open takes back.
        intake.verdict().map_err(|(part, refusal)| match part {
            Some(part) => refusal.of(self.uri(&part)),
            None => refusal,
        })?;
        if !is_broken {
            is_broken = sink.send(intake.finish().into()).await.is_err();
        }
        match sink.finish().await.map_err(failed)? {
            _ if is_broken => Err(Trouble::passing("the database took no more prices, and did not say why")),
            copied if copied == batch.verdict.rows => Ok(copied),
            copied => Err(Refusal::new(
                format!("{copied} prices came to the database, and by the verdict there are {}", batch.verdict.rows),
                AGAIN,
            )
            .into()),
        }
    }

    /// A file that is gone when it is closed.
    async fn fetch(&self, name: &str, bytes: &mut u64) -> Result<File, Trouble> {
        let lacking =
            |error: io::Error| Trouble::passing(format!("no temporary file for a part of the batch: {error}"));
        let mut file = tempfile::tempfile().map_err(lacking)?;
        let mut reader = self.folder.read(self.objects, self.pause, name)?;
        while let Some(read) = reader.next().await.map_err(|error| missing(error, &self.uri(name), AGAIN))? {
            *bytes += read.len() as u64;
            file.write_all(&read).map_err(lacking)?;
        }
        file.rewind().map_err(lacking)?;
        Ok(file)
    }
}

/// What was found in the rows themselves is the batch's fault.
pub(crate) fn of_rows(purpose: &str, error: tokio_postgres::Error) -> Trouble {
    match error.as_db_error() {
        Some(said) if *said.code() == SqlState::UNIQUE_VIOLATION => {
            let which = said.detail().unwrap_or_default().to_owned();
            Refusal::new(format!("it has a price twice: {which}"), AGAIN).into()
        }
        _ => Trouble::of_statement(purpose, error),
    }
}
