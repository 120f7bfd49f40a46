use clap::Args;
use engine::failure::{Exit, Failure, Outcome};
use estimate::capacity::Report;
use estimate::{PricedRegion, Volumes};
use stacks::stage::Stage;
use std::path::PathBuf;

use crate::output::Form;
use crate::project::Project;
use crate::{money, stages};

/// Tell on paper what a stage can take, where it saturates, and what to raise
///
/// Needs no account and no network. A model of each pipeline says how much of each part is used at these volumes, at how many
/// times that the first one saturates, the settings and quotas that suffice, how long data is on its way, and what it costs.
/// Ends with 3 if the stage does not take it as it is.
#[derive(Debug, Args)]
pub(crate) struct Capacity {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// What goes through its pipelines [default: environments/volumes/NAME.yaml, or default.yaml there]
    #[arg(long, value_name = "FILE")]
    volume: Option<PathBuf>,
    /// taxi: events in a second
    #[arg(long, value_name = "N", value_parser = amount)]
    events_per_second: Option<f64>,
    /// taxi: bytes of an event
    #[arg(long, value_name = "N", value_parser = amount)]
    bytes: Option<f64>,
    /// accommodation and flats: files in an hour
    #[arg(long, value_name = "N", value_parser = amount)]
    files_per_hour: Option<f64>,
    /// accommodation and flats: megabytes of a file
    #[arg(long, value_name = "N", value_parser = amount)]
    mb_per_file: Option<f64>,
    /// orders: orders in a day
    #[arg(long, value_name = "N", value_parser = amount)]
    orders_per_day: Option<f64>,
    /// rates: prices in a batch
    #[arg(long, value_name = "N", value_parser = amount)]
    prices_per_batch: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Something above nothing, and no more than a model is good for.
fn amount(text: &str) -> Result<f64, String> {
    const MOST: f64 = 1e12;
    let number: f64 = text.replace('_', "").parse().map_err(|_| "write a number".to_owned())?;
    if number > 0.0 && number <= MOST { Ok(number) } else { Err("write a number above 0, up to 1e12".to_owned()) }
}

impl Capacity {
    pub(crate) fn run(&self) -> Outcome {
        let project = Project::find()?;
        let stage = stages::load(&project, &self.stage)?;
        let stated = money::volumes(&project, &self.stage, self.volume.as_deref())?;
        let volumes = self.asked(stated.volumes);
        let known = PricedRegion::named(stage.region.as_str()).is_some();
        let price = |stage: &Stage, volumes: &Volumes| {
            let rendered = stages::rendered(stage).ok().filter(|_| known)?;
            money::bill(stage, &rendered, volumes).ok()
        };
        let report = Report::of(&stage, &stated.file, &volumes, price);
        Form::json_if(self.json).tell(&report)?;
        if report.fits() {
            return Ok(());
        }
        Err(Failure::new(format!("stage {} does not take that as it is", self.stage))
            .hint("raise what is named above, and ask again")
            .exit(Exit::Decision))
    }

    fn asked(&self, volumes: Volumes) -> Volumes {
        let mut asked = volumes;
        let set = |value: &mut f64, given: Option<f64>| *value = given.unwrap_or(*value);
        set(&mut asked.taxi.events_per_second, self.events_per_second);
        set(&mut asked.taxi.bytes_per_event, self.bytes);
        set(&mut asked.accommodation.files_per_hour, self.files_per_hour);
        set(&mut asked.accommodation.mb_per_file, self.mb_per_file);
        set(&mut asked.flats.files_per_hour, self.files_per_hour);
        set(&mut asked.flats.mb_per_file, self.mb_per_file);
        set(&mut asked.orders.rows_per_day, self.orders_per_day);
        set(&mut asked.rates.rows_per_batch, self.prices_per_batch);
        asked
    }
}
