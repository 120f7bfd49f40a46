//! Files of the input, streamed into tables of the database.

use bytes::Bytes;
use contract::{Folder, Handle, Read, orders::Sheet};
use futures_util::SinkExt;
use runtime::{Fault, LargeObjects, Pause, Readable, Reader};
use std::{mem, pin::pin};
use tokio_postgres::Client;

use crate::{
    fault::Trouble,
    intake::{Intake, Taken},
};

/// What is sent at once.
const MUCH: usize = 128 * 1_024;

/// Where files come from.
pub(crate) struct Files<'a, O, P> {
    pub(crate) input: &'a Handle<Read<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
}

/// A file that is there.
pub(crate) struct Found<'a, O: LargeObjects, P> {
    pub(crate) uri: String,
    pub(crate) reader: Reader<'a, O, P>,
}

impl<'a, O: LargeObjects, P: Pause> Files<'a, O, P> {
    pub(crate) fn uri(&self, name: &str) -> String {
        format!("{}{name}", self.input.name())
    }

    /// The first of a sheet's files that is there.
    pub(crate) async fn find(&self, sheet: &Sheet) -> Result<Option<Found<'a, O, P>>, Trouble> {
        for name in sheet.files {
            let mut reader = self.input.read(self.objects, self.pause, name)?;
            match reader.head().await {
                Ok(_) => return Ok(Some(Found { uri: self.uri(name), reader })),
                Err(error) if error.fault() == Fault::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }
}

impl<O: LargeObjects, P: Pause> Found<'_, O, P> {
    /// Copies the good rows into a table that has a column for the number of the line before those of the sheet.
    pub(crate) async fn copy(&mut self, client: &Client, sheet: Sheet, sql: &str) -> Result<Taken, Trouble> {
        let purpose = format!("copying {}", self.uri);
        let failed = |error| Trouble::of_statement(&purpose, error);
        let mut sink = pin!(client.copy_in::<_, Bytes>(sql).await.map_err(failed)?);
        let mut intake = Intake::new(sheet);
        let broken = loop {
            let Some(bytes) = self.reader.next().await? else { break intake.finish().err() };
            if let Err(broken) = intake.push(&bytes) {
                break Some(broken);
            }
            if intake.text().len() >= MUCH {
                let text = mem::replace(intake.text(), Vec::with_capacity(2 * MUCH));
                if sink.feed(text.into()).await.is_err() {
                    // Why, the server says at the end.
                    break None;
                }
            }
        };
        let rest = mem::take(intake.text());
        let sent = sink.send(rest.into()).await;
        sink.finish().await.map_err(failed)?;
        sent.map_err(failed)?;
        Ok(intake.taken(broken))
    }

    /// How much was read.
    pub(crate) fn bytes(&self) -> u64 {
        self.reader.position()
    }
}
