use clap::{Args, Subcommand};
use engine::failure::Outcome;
use serde::Serialize;
use std::fmt;

mod files;
mod orders;
mod rates;
mod taxi;

use files::SendFiles;
pub(crate) use files::notification;
use orders::SendOrders;
use rates::SendRates;
use taxi::SendTaxi;

/// Feed a pipeline: made-up data, or a file
#[derive(Debug, Args)]
pub(crate) struct Send {
    #[command(subcommand)]
    pipeline: Pipeline,
}

#[derive(Debug, Subcommand)]
enum Pipeline {
    Taxi(SendTaxi),
    /// Partners' catalogues, into the bucket that is listened to
    Accommodation(SendFiles),
    /// Hours of listings, into the bucket that is listened to
    Flats(SendFiles),
    /// A day's orders, into the folder from which the schedule's function reads them
    Orders(SendOrders),
    /// A batch of prices: begins an execution that pulls them, and waits for its end
    Rates(SendRates),
}

/// What was sent, in records or in files.
#[derive(Debug, Default, Serialize)]
struct SendReport {
    sent: u64,
    failed: u64,
    bytes: u64,
    elapsed_ms: u128,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("'{text}' is not a number"))?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("write a share from 0 to 1, such as 0.02".to_owned()) }
}

impl Send {
    pub(crate) async fn run(&self) -> Outcome {
        match &self.pipeline {
            Pipeline::Taxi(taxi) => taxi.run().await,
            Pipeline::Orders(orders) => orders.run().await,
            Pipeline::Rates(rates) => rates.run().await,
            Pipeline::Accommodation(files) => files.run("accommodation", crate::made_up::catalogues::file).await,
            Pipeline::Flats(files) => files.run("flats", crate::made_up::listings::file).await,
        }
    }
}

impl fmt::Display for SendReport {
    #[expect(clippy::cast_precision_loss, reason = "rates are rounded for people")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = (self.elapsed_ms as f64 / 1000.0).max(0.001);
        let megabytes = self.bytes as f64 / 1_000_000.0;
        write!(
            f,
            "{} sent, {} failed, {megabytes:.1} MB in {seconds:.1} s: {:.0} a second, {:.1} MB/s",
            self.sent,
            self.failed,
            self.sent as f64 / seconds,
            megabytes / seconds
        )
    }
}
