//! Tables that are there already and have to become others.

use contract::orders_etl::{Daily, Migrate};
use runtime::testing::Upsets;

use crate::{
    bench::{Db, World, on},
    migrations::{MIGRATIONS, Migration},
    report::Status,
};

const HARMLESS: Migration = Migration {
    name: "notes",
    sql: "ALTER TABLE \"{schema}_analytics\".agg_shipments ADD COLUMN note TEXT",
    destructive: false,
};
const DESTRUCTIVE: Migration = Migration {
    name: "no notes",
    sql: "ALTER TABLE \"{schema}_analytics\".agg_shipments DROP COLUMN note",
    destructive: true,
};
const LONGER: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[1], HARMLESS];
const LONGEST: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[1], HARMLESS, DESTRUCTIVE];
const CHANGED: &[Migration] =
    &[MIGRATIONS[0], Migration { name: "tables", sql: "SELECT 1", destructive: false }, HARMLESS];
const BROKEN: &[Migration] =
    &[MIGRATIONS[0], MIGRATIONS[1], HARMLESS, Migration { name: "typo", sql: "SELEKT 1", destructive: false }];

fn wish(plan: bool, destructive: bool) -> Daily {
    Daily { migrate: Some(Migrate { plan, destructive }), ..Daily::default() }
}

fn names(report: &crate::report::Report) -> Vec<&'static str> {
    report.migrations.iter().map(|step| step.name).collect()
}

#[test]
fn tables_are_brought_up_to_date_alone_or_by_a_run_and_a_plan_changes_nothing() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    let plan = world.migrate(&db, MIGRATIONS, wish(true, false)).unwrap();
    assert_eq!((plan.status, names(&plan)), (Status::Planned, vec!["dimensions", "tables"]));
    assert_eq!(db.dump(), "");
    let migrated = world.migrate(&db, MIGRATIONS, wish(false, false)).unwrap();
    assert_eq!((migrated.status, names(&migrated)), (Status::Migrated, vec!["dimensions", "tables"]));
    let dump = db.dump();
    assert!(world.migrate(&db, MIGRATIONS, wish(false, true)).unwrap().migrations.is_empty());
    assert_eq!(db.dump(), dump);
    // A date that is done stays as it is, and the tables are brought up to date all the same.
    world.invoke(&db, on("2022-09-05"));
    let again = world.migrate(&db, LONGER, on("2022-09-05")).unwrap();
    assert_eq!((again.status, names(&again)), (Status::AlreadyDone, vec!["notes"]));
    assert_eq!(db.sql("SELECT * FROM orders_analytics.agg_shipments;"), "2022-09-05|0|1|\n");
    assert_eq!(world.notices.published().len(), 1);
}

#[test]
fn what_loses_data_waits_for_somebody_to_ask_for_it() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.migrate(&db, LONGER, on("2022-09-05")).unwrap();
    let dump = db.dump();
    for asked in [on("2022-09-05"), on("2022-09-06"), wish(false, false)] {
        let refused = world.migrate(&db, LONGEST, asked).unwrap();
        assert_eq!(refused.status, Status::Refused);
        let reason = refused.reason.unwrap().reason;
        assert!(reason.starts_with("migration 4 'no notes' of the tables loses data"), "{reason}");
        assert!(reason.ends_with("cargo xtask migrate --stage STAGE --destructive"), "{reason}");
        assert_eq!(db.dump(), dump);
    }
    assert_eq!((world.told("2022-09-06 refused"), world.told("a migration refused")), (1, 1));
    assert_eq!(names(&world.migrate(&db, LONGEST, wish(true, false)).unwrap()), ["no notes"]);
    assert_eq!(names(&world.migrate(&db, LONGEST, wish(false, true)).unwrap()), ["no notes"]);
    assert_eq!(world.migrate(&db, LONGEST, on("2022-09-06")).unwrap().status, Status::Done);
}

#[test]
fn a_migration_that_was_changed_or_is_broken_is_an_error_and_changes_nothing() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.invoke(&db, on("2022-09-05"));
    let dump = db.dump();
    let said = world.migrate(&db, CHANGED, on("2022-09-06")).unwrap_err();
    assert!(said.starts_with("migration 2 'tables' is not the one that was applied"), "{said}");
    let said = world.migrate(&db, BROKEN, on("2022-09-06")).unwrap_err();
    assert!(said.contains("while applying migration 4 'typo': syntax error"), "{said}");
    assert_eq!(db.dump(), dump);
    assert_eq!(world.told("failed"), 2);
}
