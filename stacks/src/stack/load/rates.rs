//! Rates: off-peak, the newest batch goes into the stage's PostgreSQL, by our own loader or by DMS.

use contract::load_rates::{self, LoadRates};
use contract::schedule_dms::{self, ScheduleDms};
use contract::{AUTHORITIES, AUTHORITIES_FILE, Function, Queue, Ref, Whole, rates as agreed};
use serde_json::Map;

use super::KIND;
use crate::blocks::{
    Asset, Begun, Into, Mapping, QueueView, ReplicationView, ScheduleView, Scope, function, on_schedule,
};
use crate::stack::Outputs;
use crate::stack::data_sources::Exports;
use crate::stack::parts::Parts;
use crate::stage::{Dms, Load, Rates, SCHEDULE_DMS, Schedule, Stage};

/// Minutes that the tables are prepared before DMS begins.
const PREPARED_BEFORE: u8 = 15;

pub(super) fn add(stage: &Stage, settings: &Rates, shared: &Exports, parts: &mut Parts, outputs: &mut Outputs) {
    let scope = Scope::of(stage, KIND, "rates");
    let (Some(database), Some(network)) = (&shared.database, &shared.network) else {
        unreachable!("a stage with rates has a database")
    };
    let alerts = shared.alert_topic.import();
    let failures = Ref::<Queue>::declared("RatesLoadFailures");
    let env = load_rates::Env {
        curated: shared.curated_bucket.import().folder(agreed::CURATED).grant(),
        reference: shared.raw_bucket.import().folder(agreed::REFERENCE_FOLDER).grant(),
        database: database.wired().grant(),
        authorities: AUTHORITIES_FILE,
        seconds: Whole(u64::from(settings.loader.timeout_seconds)),
        notices: alerts.grant(),
    };
    let authorities = Asset { file: AUTHORITIES_FILE, text: AUTHORITIES, replaced_by: None };
    let id = "LoadRates";
    let load = function::<LoadRates>(&scope, id, settings.loader, &env, on_schedule(&failures), &shared.code())
        .with_asset(authorities)
        .telling_with(shared.alert_key.import())
        .placed(Some(network.beside_the_database()));
    let mut asked = Map::new();
    if let Load::Dms(_) = settings.load {
        asked.insert("prepare".to_owned(), true.into());
    }
    let begun = Begun::Function(id, asked);
    let named = ("RatesLoadSchedule", "rates-load");
    let schedule = ScheduleView::daily(&scope, named, LoadRates::DESCRIPTION, begun, settings.off_peak, failures.arn());
    parts.scheduled(
        &scope,
        schedule,
        QueueView::of_failures(&scope, "RatesLoadFailures", "rates-load-failures"),
        load,
        &alerts,
    );

    match settings.load {
        Load::Direct => {
            outputs.tell("RatesLoader", "What loads prices into PostgreSQL", scope.name(LoadRates::BIN).into());
        }
        Load::Dms(dms) => {
            by_dms(&scope, (dms, settings.off_peak), shared, parts);
            outputs.tell("RatesLoader", "What has DMS load prices", scope.name(ScheduleDms::BIN).into());
        }
    }
    parts.beside_the_database(&scope, &alerts);
    parts.dashboard(&scope);
}

fn by_dms(scope: &Scope, (dms, off_peak): (Dms, Schedule), shared: &Exports, parts: &mut Parts) {
    let (Some(database), Some(network)) = (&shared.database, &shared.network) else { return };
    let alerts = shared.alert_topic.import();
    let curated = shared.curated_bucket.import().folder(agreed::CURATED);
    let mapping = Mapping {
        schema: agreed::SCHEMA,
        table: agreed::TABLE,
        columns: &[
            ("orig_code", "STRING", Some(5)),
            ("dest_code", "STRING", Some(5)),
            ("day", "DATE", None),
            ("price", "INT4", None),
            ("batch", "STRING", Some(80)),
        ],
        left_out: &["batch"],
    };
    let into =
        Into { database: &database.name, secret: database.secret.import(), placement: network.beside_the_database() };
    let replication = ReplicationView::new(scope, ("RatesReplication", "rates"), dms, &curated, &mapping, into);

    let failures = Ref::<Queue>::declared("RatesDmsFailures");
    let env = schedule_dms::Env {
        curated: curated.grant(),
        replication: replication.wired().grant(),
        notices: alerts.grant(),
    };
    let id = "ScheduleDms";
    let start = function::<ScheduleDms>(scope, id, SCHEDULE_DMS, &env, on_schedule(&failures), &shared.code())
        .telling_with(shared.alert_key.import());
    let begun = Begun::Function(id, Map::new());
    let later = Schedule { at: off_peak.at.later(PREPARED_BEFORE), ..off_peak };
    let named = ("RatesDmsSchedule", "rates-dms");
    let schedule = ScheduleView::daily(scope, named, ScheduleDms::DESCRIPTION, begun, later, failures.arn());
    let failures = QueueView::of_failures(scope, "RatesDmsFailures", "rates-dms-failures");
    parts.scheduled(scope, schedule, failures, start, &alerts);
    parts.replication(scope, replication, &alerts);
}
