//! One load on one connection, in one transaction. What fails leaves the connection to be dropped, and with it all that
//! was done.

use bytes::Bytes;
use futures_util::SinkExt;
use std::pin::pin;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::explain::explain;
use crate::{
    failure::LoadError,
    load::Load,
    port::{Loaded, Source},
    sheet::SheetReader,
    sql::{self, Copy, Statement, Step},
};

pub(super) async fn load(client: &Client, load: &Load, file: impl Source, now: &str) -> Result<Loaded, LoadError> {
    execute(client, Step::Lock, "BEGIN").await?;
    run(client, &Copy::Stream.lock()).await?;
    for statement in sql::create() {
        run(client, &statement).await?;
    }
    if let Some(rows) = recorded(client, load).await? {
        execute(client, Step::Clear, "COMMIT").await?;
        return Ok(Loaded { rows, before: true });
    }
    let mut file = Some(file);
    let mut rows = 0;
    for statement in sql::load(load, &Copy::Stream, now) {
        match (statement.step, file.take_if(|_| statement.step == Step::Copy)) {
            (Step::Copy, Some(file)) => rows = copy(client, load, &statement.sql, file).await?,
            _ => run(client, &statement).await?,
        }
    }
    execute(client, Step::Record, "COMMIT").await?;
    Ok(Loaded { rows, before: false })
}

async fn recorded(client: &Client, load: &Load) -> Result<Option<u64>, LoadError> {
    let statement = sql::rows(load);
    let answer = client.simple_query(&statement.sql).await.map_err(|error| explain(statement.step, error))?;
    let mut rows = answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    Ok(rows.next().and_then(|rows| rows.parse().ok()))
}

/// Streams the file into the staging table. It is as many rows as there are records in it.
async fn copy(client: &Client, load: &Load, sql: &str, mut file: impl Source) -> Result<u64, LoadError> {
    let sink = client.copy_in::<_, Bytes>(sql).await.map_err(|error| explain(Step::Copy, error))?;
    let mut sink = pin!(sink);
    let mut reader = SheetReader::new(load.target());
    let mut broken = None;
    while let Some(bytes) = file.next().await.map_err(LoadError::Read)? {
        let mut texts = Vec::new();
        reader.read(&bytes, |text| texts.push(text))?;
        for text in texts {
            if let Err(error) = sink.feed(text.into()).await {
                broken = Some(error);
                break;
            }
        }
        if broken.is_some() {
            break;
        }
    }
    let mut records = None;
    if broken.is_none() {
        let (text, counted) = reader.end()?;
        records = Some(counted);
        broken = sink.send(text.into()).await.err();
    }
    // What the server has against the file it says at the end.
    match (sink.finish().await, broken) {
        (Err(error), _) | (Ok(_), Some(error)) => Err(explain(Step::Copy, error)),
        (Ok(rows), None) if records == Some(rows) => Ok(rows),
        (Ok(rows), None) => Err(LoadError::File(format!(
            "it has {} records, of which {rows} came to the warehouse",
            records.unwrap_or_default()
        ))),
    }
}

async fn run(client: &Client, statement: &Statement) -> Result<(), LoadError> {
    execute(client, statement.step, &statement.sql).await
}

async fn execute(client: &Client, step: Step, sql: &str) -> Result<(), LoadError> {
    client.batch_execute(sql).await.map_err(|error| explain(step, error))
}
