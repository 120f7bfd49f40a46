use chrono::NaiveDate;
use clap::{Args, Subcommand};
use engine::failure::{Failure, Outcome};
use serde::Serialize;
use std::fmt;
use std::time::{Duration, Instant};

mod accommodation;
mod bodies;
mod database;
mod flats;
mod orders;
mod rates;
mod taxi;

pub(crate) use accommodation::preferred;

use crate::output::Form;
use crate::progress::Task;
use crate::session::{Emulator, Session};

/// Compare what came out of a pipeline with what went in
///
/// What went in is read again and worked out a second time, by other code than the pipeline's own: nothing may be lost,
/// nothing may be there twice, and what was rejected has to have a reason.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(subcommand)]
    pipeline: Pipeline,
}

#[derive(Debug, Subcommand)]
enum Pipeline {
    /// Trips: each once in the lake in either form, or rejected with a reason
    Taxi(VerifyTaxi),
    /// Catalogues: the preferred partner's offer of each accommodation, once
    Accommodation(Common),
    /// Listings: each in the files for the warehouse and in its tables, once
    Flats(Common),
    /// Orders: the sums of a day as they were exported
    Orders(VerifyOrders),
    /// Prices: the newest batch in the lake and in the database, and its averages
    Rates(Common),
}

#[derive(Debug, Args)]
struct VerifyOrders {
    #[command(flatten)]
    common: Common,
    /// The date of the run; without it, today in the stage's time zone
    #[arg(long, value_name = "DATE")]
    today: Option<NaiveDate>,
}

#[derive(Debug, Args)]
struct VerifyTaxi {
    #[command(flatten)]
    common: Common,
    /// How many records went in, all told; without it, only what came out is compared with itself
    #[arg(long, value_name = "N")]
    sent: Option<usize>,
}

#[derive(Debug, Args)]
struct Common {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Keep looking for so long until the balance is right
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Between two looks; a second at least.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Something that can be looked at again and again.
trait Looked {
    type Found: Balance;
    async fn look(&mut self) -> Outcome<Self::Found>;
}

/// What a look has found.
trait Balance: Serialize + fmt::Display {
    fn is_balanced(&self) -> bool;
}

#[derive(Serialize)]
struct Told<B> {
    #[serde(flatten)]
    found: B,
    balanced: bool,
}

impl Verify {
    pub(crate) async fn run(&self) -> Outcome {
        match &self.pipeline {
            Pipeline::Taxi(taxi) => {
                let session = taxi.common.session().await?;
                taxi.common.settle("taxi", &mut taxi::TaxiBooks::of(&session, taxi.sent)).await
            }
            Pipeline::Accommodation(common) => {
                let session = common.session().await?;
                let mut books = accommodation::CatalogueBooks::of(&session).await?;
                common.settle("accommodation", &mut books).await
            }
            Pipeline::Orders(orders) => {
                let session = orders.common.session().await?;
                orders.common.settle("orders", &mut orders::OrdersBooks::of(&session, orders.today)?).await
            }
            Pipeline::Rates(common) => {
                let session = common.session().await?;
                common.settle("rates", &mut rates::RatesBooks::of(&session).await?).await
            }
            Pipeline::Flats(common) => {
                let session = common.session().await?;
                common.settle("flats", &mut flats::FlatsBooks::of(&session).await?).await
            }
        }
    }
}

impl Common {
    async fn session(&self) -> Outcome<Session> {
        Session::open(&self.stage, Emulator::MustRun).await
    }

    /// Looks until it balances or the time is over, and tells the last that it saw.
    async fn settle(&self, pipeline: &str, books: &mut impl Looked) -> Outcome {
        let task = Task::start(&format!("comparing what came out of {pipeline} with what went in"));
        let until = Instant::now() + Duration::from_secs(self.wait);
        let found = loop {
            let begun = Instant::now();
            let found = books.look().await?;
            if found.is_balanced() || Instant::now() >= until {
                break found;
            }
            // What takes long to look at is not kept busy by looking.
            let pause = (begun.elapsed() * 4).clamp(Duration::from_secs(1), LONGEST_PAUSE);
            tokio::time::sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
        };
        drop(task);
        let balanced = found.is_balanced();
        Form::json_if(self.json).tell(&Told { found, balanced })?;
        if balanced {
            return Ok(());
        }
        Err(Failure::new(format!("the {pipeline} pipeline of stage {} does not balance", self.stage))
            .hint("some may still be on its way: look again with --wait 120")
            .hint(format!(
                "what failed for good waits in the queue that 'cargo xtask status --stage {}' names",
                self.stage
            )))
    }
}

impl<B: fmt::Display> fmt::Display for Told<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.found.fmt(f)?;
        f.write_str(if self.balanced { "balanced" } else { "NOT balanced" })
    }
}
