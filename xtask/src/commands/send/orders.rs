//! A day's orders, into the folder from which the scheduled function reads them.

use chrono::NaiveDate;
use clap::Args;
use engine::failure::{Context, Outcome};
use engine::refusal::Asked;
use stacks::stack::load::orders_input;
use std::path::PathBuf;
use std::time::Instant;

use super::SendReport;
use crate::made_up::File;
use crate::made_up::orders::{Fault, Shop, files};
use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

#[derive(Debug, Args)]
pub(crate) struct SendOrders {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// How many orders to make up
    #[arg(long, value_name = "N", default_value_t = 10_000, conflicts_with = "folder")]
    rows: u32,
    /// On how many days they were placed
    #[arg(long, value_name = "D", default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    days: u32,
    /// The last of these days; without it, today in the stage's time zone
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
    /// Make one thing wrong, for which the run has to be refused
    #[arg(long, value_name = "KIND")]
    fault: Option<Fault>,
    /// Makes the same orders again
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Send the CSV files of this folder instead, as they are
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl SendOrders {
    pub(super) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        let (_, today) = session.orders(self.today)?;
        let (bucket, prefix) = orders_input(&session.stage);
        let started = Instant::now();
        let files = match &self.folder {
            Some(folder) => read(folder)?,
            None => files(Shop { seed: self.seed, today, rows: self.rows, days: self.days, fault: self.fault }),
        };
        let task = Task::of(&format!("sending files to s3://{bucket}/{prefix}"), files.len() as u64);
        let mut report = SendReport::default();
        for File { name, bytes } in files {
            report.bytes += bytes.len() as u64;
            let key = format!("{prefix}{name}");
            session.cloud.put_bytes(&bucket, &key, bytes).await.asked(|| format!("cannot put {key} into {bucket}"))?;
            report.sent += 1;
            task.advance(1);
        }
        drop(task);
        report.elapsed_ms = started.elapsed().as_millis();
        Form::json_if(self.json).tell(&report)
    }
}

/// The CSV files of a folder and of its folder of dimensions.
fn read(folder: &std::path::Path) -> Outcome<Vec<File>> {
    let mut files = Vec::new();
    for (folder, prefix) in
        [(folder.to_owned(), "orders_data/"), (folder.join("dimensions"), "orders_data/dimensions/")]
    {
        let cannot = || format!("cannot read {}", folder.display());
        if prefix.ends_with("dimensions/") && !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&folder).failing(cannot)? {
            let path = entry.failing(cannot)?.path();
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let bytes = std::fs::read(&path).failing(|| format!("cannot read {}", path.display()))?;
                files.push(File { name: format!("{prefix}{name}"), bytes });
            }
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
