//! Files, into a bucket whose queue is told of them.

use clap::Args;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use stacks::stack::InboxPlace;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use super::{SendReport, share};
use crate::cloud::{Aws, BATCH, Now};
use crate::made_up::{File, Wanted};
use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

#[derive(Debug, Args)]
pub(crate) struct SendFiles {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// How many files to make up
    #[arg(long, value_name = "N", default_value_t = 10, conflicts_with = "file")]
    files: u32,
    /// About how large each is before it is compressed, such as 20KB, 13MB or 5GB
    #[arg(long, value_name = "SIZE", default_value = "100KB", value_parser = size)]
    size: usize,
    /// The share of made-up lines that are to be rejected, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    invalid: f64,
    /// The share of made-up files that cannot be read, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    unreadable: f64,
    /// Makes the same files again
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Send this file instead, under its own name
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Under this key below the folder that is listened to, instead of the file's name
    #[arg(long, value_name = "KEY", requires = "file")]
    key: Option<String>,
    /// Tell the queue of each file once more, in another order: S3 may do that too
    #[arg(long)]
    twice: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How many uploads are under way at once; more only for small files.
const AT_ONCE: usize = 8;

impl SendFiles {
    pub(super) async fn run(&self, pipeline: &str, make: fn(Wanted, u32) -> File) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let inbox = session.inbox(pipeline)?;
        let started = Instant::now();
        let (count, files) = self.made(make)?;
        let task = Task::of(&format!("sending files to s3://{}/{}", inbox.bucket, inbox.prefix), count);
        let mut report = SendReport::default();
        let mut keys = Vec::new();
        let mut stopped = None;
        let mut sent = stream::iter(files).map(|file| put(&session.cloud, &inbox, file)).buffer_unordered(AT_ONCE);
        while let Some(put) = sent.next().await {
            match put {
                Ok((key, bytes)) => {
                    report.sent += 1;
                    report.bytes += bytes as u64;
                    keys.push(key);
                    task.advance(1);
                }
                Err(failure) => {
                    report.failed += 1;
                    stopped.get_or_insert(failure);
                }
            }
        }
        if self.twice {
            tell_again(&session.cloud, &inbox, keys, self.seed).await?;
        }
        drop(task);
        report.elapsed_ms = started.elapsed().as_millis();
        Form::json_if(self.json).tell(&report)?;
        stopped.map_or(Ok(()), |failure| Err(failure.hint(format!("{} files were sent all the same", report.sent))))
    }

    fn made(&self, make: fn(Wanted, u32) -> File) -> Outcome<(u64, Box<dyn Iterator<Item = File>>)> {
        if let Some(path) = &self.file {
            let shown = path.display();
            let bytes =
                fs::read(path).map_err(|error| Failure::invalid(format!("cannot read {shown}")).because(&error))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let name = self.key.clone().unwrap_or(name);
            return Ok((1, Box::new(std::iter::once(File { name, bytes }))));
        }
        let Self { seed, size, invalid, unreadable, .. } = *self;
        let wanted = Wanted { seed, bytes: size, invalid, unreadable };
        Ok((u64::from(self.files), Box::new((0..self.files).map(move |number| make(wanted, number)))))
    }
}

async fn put(cloud: &Aws, inbox: &InboxPlace, File { name, bytes }: File) -> Outcome<(String, usize)> {
    let (key, length) = (format!("{}{name}", inbox.prefix), bytes.len());
    let put = cloud.put_bytes(&inbox.bucket, &key, bytes).await;
    put.asked(|| format!("cannot put {key} into {}", inbox.bucket))?;
    Ok((key, length))
}

/// As S3 words it, with the version that the object has now.
async fn tell_again(cloud: &Aws, inbox: &InboxPlace, mut keys: Vec<String>, seed: u64) -> Outcome {
    let asked = || format!("cannot tell queue {} again", inbox.queue);
    let url = cloud.queue_url(&inbox.queue).await.asked(asked)?;
    fastrand::Rng::with_seed(seed).shuffle(&mut keys);
    let tell = |key: String| async move {
        let now = cloud.object_now(&inbox.bucket, &key).await.asked(asked)?;
        Ok::<_, Failure>(now.map(|now| notification(&inbox.bucket, &key, &now)))
    };
    let bodies: Vec<_> = stream::iter(keys).map(tell).buffered(AT_ONCE).try_collect().await?;
    let bodies: Vec<_> = bodies.into_iter().flatten().collect();
    for some in bodies.chunks(BATCH) {
        cloud.send_messages(&url, some).await.asked(asked)?;
    }
    Ok(())
}

/// What S3 tells of a new object: of the same one always the same.
pub(crate) fn notification(bucket: &str, key: &str, now: &Now) -> String {
    let key = utf8_percent_encode(key, NON_ALPHANUMERIC).to_string();
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": now.since,
        "s3": { "bucket": { "name": bucket }, "object": { "key": key, "versionId": now.version } },
    }] })
    .to_string()
}

/// `20KB`, `13 MB`, `5GB`, or plain bytes; a kilobyte is a thousand.
fn size(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let factor = match text[digits..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err("write a number with KB, MB or GB, such as 20KB".to_owned()),
    };
    let number: usize =
        text[..digits].parse().map_err(|_| "write a number with KB, MB or GB, such as 20KB".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| format!("{text} is more than there can be"))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [("12", 12), ("20KB", 20_000), ("13 mb", 13_000_000), ("5GB", 5_000_000_000)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "KB", "-1", "1.5MB", "1TB", "99999999999999999999GB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
