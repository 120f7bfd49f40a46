//! Rates: a state machine that pulls prices, has them curated, and says what went wrong; and the table over what may be read.

mod course;
mod queries;

use contract::curate::{self, Curate};
use contract::pull_rates::{self, PullRates};
use contract::{
    Bucket, Deploy, Folder, Function, Grant, Queue, Read, ReadWrite, Ref, Secret, Statement, Whole, rates as agreed,
};
use serde_json::json;

use super::KIND;
use crate::blocks::{
    Begun, Catalog, JobView, Layout, MachineView, QueriesView, QueueView, ScheduleView, Scope, TableView, TaskView,
    called_by_machine, function,
};
use crate::names;
use crate::stack::Outputs;
use crate::stack::data_sources::{Exports, Network, curated_bucket, raw_bucket};
use crate::stack::parts::Parts;
use crate::stage::{Pull, Rates, Stage};
use course::Puller;

/// The first day on which a batch can have been begun, for queries.
const FIRST_DAY: &str = "2024-01-01";

/// What the Spark job is called, and its script.
const SPARK: (&str, &str) = ("curate-spark", include_str!("../../../../../functions/curate/glue/curate.py"));

/// Where the state machine's data lies, for who sends and checks it: the bucket and the folder as received, and as curated.
pub fn rates_places(stage: &Stage) -> [(String, &'static str); 2] {
    [(raw_bucket(stage), agreed::RAW), (curated_bucket(stage), agreed::CURATED)]
}

/// The catalog's database and the workgroup that queries it.
pub fn rates_queries(stage: &Stage) -> (String, String) {
    (names::catalog(stage, CATALOG), names::thing(stage, QUERIES))
}

const CATALOG: &str = "rates";
const QUERIES: &str = "rates";

pub(super) fn add(stage: &Stage, settings: &Rates, shared: &Exports, parts: &mut Parts, outputs: &mut Outputs) {
    let scope = Scope::of(stage, KIND, "rates");
    let alerts = shared.alert_topic.import();
    let code = shared.code();
    let raw = shared.raw_bucket.import().folder(agreed::RAW);
    let curated = shared.curated_bucket.import().folder(agreed::CURATED);

    let env = pulling(settings, &raw, &shared.curated_bucket.import());
    let puller = match settings.pull {
        Pull::Function(size) => {
            let pull = function::<PullRates>(&scope, "PullRates", size, &env, called_by_machine(), &code);
            let version = pull.version();
            parts.called(&scope, pull);
            Puller::Function(version)
        }
        Pull::Task(size) => {
            let network = shared.network.as_ref().and_then(Network::open_to_the_internet);
            let (Some(placement), Some(image)) = (network, code.images.get(PullRates::BIN)) else {
                unreachable!("a stage with a task has a network that is open, and a repository")
            };
            let task = TaskView::new::<PullRates>(&scope, "PullRates", size, &env, image.clone(), placement);
            Puller::Task(Box::new(task))
        }
    };

    let env = curate::Env {
        raw: raw.grant(),
        curated: curated.grant(),
        memory_mb: Whole(u64::from(settings.curate.memory_mb)),
    };
    let curating = function::<Curate>(&scope, "Curate", settings.curate, &env, called_by_machine(), &code);
    let spark = settings.engine.spark().map(|spark| {
        let arguments = json!({ "--raw": raw.uri(), "--curated": curated.uri() });
        // It writes beside the place, moves what is finished, and clears what it left before.
        let moved =
            ["rates/data/", "rates/rejected/", "rates/spark/"].map(|folder| curated.bucket().folder(folder).arn());
        let moving = Statement::allow(&["s3:DeleteObject"], moved.into_iter().collect());
        let granted = [Read::<Folder>::statements(&raw), ReadWrite::<Folder>::statements(&curated), vec![moving]];
        let about = "Makes Parquet of batches that outgrow the function, by the same rules";
        JobView::new(
            &scope,
            "CurateSpark",
            SPARK,
            about,
            spark,
            (code.archives.reference(), arguments),
            &granted.concat(),
        )
    });

    let machine = course::course(&course::Steps {
        stage,
        settings,
        puller: &puller,
        curate: curating.version(),
        spark: spark.as_ref(),
        alerts: &alerts,
        key: shared.alert_key.import(),
    });
    let machine = MachineView::new(&scope, ("RatesMachine", "rates"), machine);
    let failures = Ref::<Queue>::declared("RatesFailures");
    let about = "Pulls prices and has them curated";
    let begun = Begun::Machine(machine.live());
    let named = ("RatesSchedule", "rates");
    let schedule = ScheduleView::daily(&scope, named, about, begun, settings.schedule, failures.arn());
    let failures = QueueView::of_failures(&scope, "RatesFailures", "rates-failures");

    let visible = shared.curated_bucket.import().folder(agreed::VISIBLE_FOLDER);
    let catalog = Catalog { id: "RatesDatabase", database: names::catalog(stage, CATALOG), about: "Prices by batch" };
    let layout = Layout::LinkedParquet { partition: agreed::PARTITION, first: FIRST_DAY };
    let table = TableView::new(catalog, "RatesPrices", agreed::TABLE, &visible, layout, &agreed::COLUMNS);
    let answers = shared.output_bucket.import().folder("queries/rates/");
    let queries = queries::queries();
    let queries =
        QueriesView::new(&scope, ("RatesQueries", QUERIES), settings.scan_limit_gb, &answers, "RatesDatabase", queries);

    outputs.tell("RatesStateMachine", "What pulls and curates prices: its live version", machine.live());
    let [(raw_bucket, raw), (curated_bucket, curated)] = rates_places(stage);
    outputs.tell("RatesRaw", "Below it stands what was pulled", format!("s3://{raw_bucket}/{raw}").into());
    outputs.tell("RatesCurated", "Below it stands what was curated", format!("s3://{curated_bucket}/{curated}").into());
    outputs.tell("RatesTable", "The prices, as database.table for queries", table.full_name().into());
    outputs.tell("RatesWorkgroup", "The workgroup that queries them", queries.name().into());

    if let Puller::Task(task) = puller {
        parts.task(&scope, *task, &alerts);
    }
    parts.called(&scope, curating);
    if let Some(job) = spark {
        parts.job(job);
    }
    parts.table(&scope, table, queries);
    parts.machine(&scope, schedule, failures, machine, &alerts);
}

fn pulling(settings: &Rates, raw: &Ref<Folder>, curated: &Ref<Bucket>) -> pull_rates::Env<Deploy> {
    pull_rates::Env {
        raw: raw.grant(),
        seen: curated.folder(agreed::SEEN_FOLDER).grant(),
        source: settings.source.clone(),
        credentials: settings.secret.as_ref().map(|secret| Ref::<Secret>::kept_elsewhere(secret.as_str()).grant()),
        format: settings.format,
        requests_per_minute: Whole(u64::from(settings.requests_per_minute)),
        seconds: Whole(u64::from(settings.pull.seconds())),
    }
}
