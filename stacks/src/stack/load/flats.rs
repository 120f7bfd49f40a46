//! Flats: cleaned files, through a queue to a function that loads them into the warehouse, each once.

use contract::load_warehouse::{self, LoadWarehouse};
use contract::{AUTHORITIES, AUTHORITIES_FILE, Ref, Table, Whole, flats as agreed};

use super::KIND;
use crate::blocks::{Asset, EventRuleView, InboxNames, InboxView, ItemsView, Scope, WarehouseView, function};
use crate::stack::data_sources::{Exports, Network};
use crate::stack::parts::Parts;
use crate::stack::{ExportedValue, Outputs};
use crate::stage::{Flats, ItemsCapacity, Stage};

pub(in crate::stack) const NAMES: InboxNames = InboxNames {
    queue: "WarehouseQueue",
    queue_thing: "warehouse",
    dead_letters: "WarehouseDeadLetterQueue",
    dead_letters_thing: "warehouse-dead-letters",
};

pub(super) fn add(stage: &Stage, settings: &Flats, shared: &Exports, parts: &mut Parts, outputs: &mut Outputs) {
    let scope = Scope::of(stage, KIND, "flats");
    let alerts = shared.alert_topic.import();
    let clean = shared.curated_bucket.import().folder(agreed::CLEAN);
    let ledger = Ref::<Table>::declared("LoadLedger");

    let inbox = InboxView::new(&scope, NAMES, settings.load_queue);
    let about = "Tells the loader of each new file for the warehouse";
    let rule = EventRuleView::of_new_objects(
        &scope,
        ("WarehouseArrivals", "warehouse-arrivals"),
        about,
        &clean,
        &inbox.queue(),
    );
    let inbox = inbox.told_by_rule(rule);

    let redshift = shared.network.as_ref().and_then(|Network { id, subnets, .. }| {
        let subnets = subnets.iter().map(ExportedValue::import).collect();
        WarehouseView::new(&scope, settings.warehouse, &clean, id.import(), subnets)
    });
    let (warehouse, placement) = match (&redshift, &shared.database, &shared.network) {
        (None, Some(database), Some(network)) => (database.wired(), Some(network.beside_the_database())),
        (Some(redshift), ..) => (redshift.wired(), None),
        (None, ..) => unreachable!("a warehouse that is not Redshift is the stage's database"),
    };
    let env = load_warehouse::Env {
        clean: clean.grant(),
        ledger: ledger.grant(),
        warehouse: warehouse.grant(),
        authorities: AUTHORITIES_FILE,
        seconds: Whole(u64::from(settings.load.timeout_seconds)),
        notices: alerts.grant(),
        tries: Whole(u64::from(settings.load_queue.receive_count)),
    };
    let code = shared.code();
    let authorities = Asset { file: AUTHORITIES_FILE, text: AUTHORITIES, replaced_by: None };
    let load = function::<LoadWarehouse>(&scope, "LoadWarehouse", settings.load, &env, inbox.trigger(), &code)
        .with_asset(authorities)
        .telling_with(shared.alert_key.import())
        .placed(placement);

    outputs.export("WarehouseQueue", "The queue of files that wait to be loaded", &inbox.queue());
    outputs.export("WarehouseDeadLetterQueue", "The queue of files that cannot be loaded", &inbox.dead_letters());
    outputs.export("LoadLedger", "What was loaded when", &ledger);

    let keys =
        ItemsView::new(&scope, ("LoadLedger", "load-ledger"), load_warehouse::LEDGER_OBJECT, ItemsCapacity::OnDemand);
    parts.items(&scope, keys.sorted_by(load_warehouse::LEDGER_VERSION));
    match redshift {
        Some(redshift) => parts.warehouse(&scope, redshift),
        None => parts.beside_the_database(&scope, &alerts),
    }
    parts.inbox(&scope, inbox, load, &alerts);
    parts.dashboard(&scope);
}
