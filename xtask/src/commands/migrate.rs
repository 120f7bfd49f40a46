use clap::Args;
use contract::Function;
use contract::orders_etl::{self, Daily, OrdersEtl};
use engine::failure::{Failure, Outcome};

use super::invoke::{invoke, json};
use crate::output::Form;
use crate::session::{Emulator, Session};

/// Bring the tables of the orders pipeline up to date
///
/// The function does it, since it is the one that reaches the database. It does so before each run by itself, unless a
/// migration loses data.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Only show what would be done
    #[arg(long)]
    plan: bool,
    /// Also what loses data
    #[arg(long)]
    destructive: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(crate) async fn run(&self) -> Outcome {
        let session = Session::open(&self.stage, Emulator::MustRun).await?;
        session.orders(None)?;
        let wish = orders_etl::Migrate { plan: self.plan, destructive: self.destructive };
        let event = json(&Daily { migrate: Some(wish), ..Daily::default() });
        let report = invoke(&session, OrdersEtl::BIN, &event).await?;
        Form::json_if(self.json).tell(&report)?;
        if report.answer["status"] == "refused" {
            return Err(Failure::new("a migration loses data, and was not applied")
                .hint(format!("apply it all the same: cargo xtask migrate --stage {} --destructive", self.stage)));
        }
        Ok(())
    }
}
