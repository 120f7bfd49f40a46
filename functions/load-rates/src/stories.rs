//! Loads as they go, from the files to what readers see.

use runtime::testing::Upsets;
use serde_json::{Value, json};

use crate::bench::{Db, World, batch, price, prices};

fn answer(report: &impl serde::Serialize) -> Value {
    serde_json::to_value(report).unwrap()
}

#[test]
fn the_newest_batch_is_loaded_once_and_only_a_newer_one_replaces_it() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    assert_eq!(answer(&world.invoke(&db).response), json!({ "status": "nothing there", "rows": 0 }));
    for number in 1..=4 {
        world.curated(number, &[prices(2, 3, 100), prices(2, 3, 900)]);
    }
    world.curated(5, &[prices(3, 3, 100), prices(2, 3, 900)]);
    let first = world.invoke(&db);
    let place = batch(5).place();
    let told = json!({ "status": "loaded", "batch": "run-5", "place": place, "rows": 45 });
    assert_eq!(answer(&first.response), told);
    assert_eq!((first.counts.input, first.counts.out, first.counts.rejected), (45, 45, 0));
    let dump = db.dump();
    let again = world.invoke(&db);
    assert_eq!(answer(&again.response)["status"], "already there");
    assert_eq!((again.counts.input, db.dump()), (0, dump.clone()));
    // A batch that was begun earlier and becomes visible later is not newer.
    world.curated(0, &[prices(9, 3, 100)]);
    assert_eq!(answer(&world.invoke(&db).response)["status"], "already there");
    assert_eq!(db.dump(), dump);
    world.curated(6, &[prices(1, 1, 7)]);
    assert_eq!(answer(&world.invoke(&db).response)["batch"], "run-6");
    assert_eq!(db.sql("SELECT count(*), min(price) FROM rates.prices;"), "3|7\n");
    assert_eq!(db.sql("SELECT number, batch, rows FROM rates.loads ORDER BY 1;"), "1|run-5|45\n2|run-6|3\n");
    assert!(world.notices.published().is_empty());
}

#[test]
fn averages_are_of_ports_and_of_regions_at_any_level() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    let rows = [
        price("CNSGH", "NLRTM", "2026-02-28", 100),
        price("CNSGH", "NLRTM", "2026-02-28", 101),
        price("CNGGZ", "NLRTM", "2026-02-28", 100),
        price("CNGGZ", "NLRTM", "2026-03-01", 2_147_483_647),
        price("NLRTM", "CNGGZ", "2026-03-01", 0),
    ];
    world.curated(1, &[rows.to_vec()]);
    world.invoke(&db);
    let of = |orig: &str, dest: &str| {
        let sql = "SELECT day, average_price, prices FROM rates.daily_averages";
        db.sql(&format!("{sql} WHERE orig = '{orig}' AND dest = '{dest}' ORDER BY day;"))
    };
    assert_eq!(of("CNSGH", "NLRTM"), "2026-02-28||2\n");
    assert_eq!(of("china", "europe"), "2026-02-28|100.33|3\n2026-03-01||1\n");
    assert_eq!(of("china_south", "NLRTM"), "2026-02-28||1\n2026-03-01||1\n");
    assert_eq!(of("world", "world"), "2026-02-28|100.33|3\n2026-03-01||2\n");
    assert_eq!(of("europe", "china"), "2026-03-01||1\n");
    assert_eq!(of("nowhere", "china"), "");
    assert_eq!(db.sql("SELECT name FROM rates.regions WHERE parent_slug = 'china';"), "South China, all of it\n");
    assert_eq!(db.sql("SELECT count(*) FROM rates.regions WHERE parent_slug IS NULL;"), "1\n");
}

#[test]
fn ports_and_regions_change_with_the_batch_and_not_before() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.curated(1, &[prices(1, 3, 100)]);
    world.invoke(&db);
    let of = "SELECT orig FROM rates.daily_averages WHERE dest = 'NLRTM' GROUP BY 1 ORDER BY 1;";
    let before = db.sql(of);
    world.reference(
        "slug,parent_slug,name\nasia,,\n",
        "name,code,parent_slug\n\"a \"\"b\"\"\",CNSGH,asia\nb,CNGGZ,asia\nc,NLRTM,asia",
    );
    assert_eq!(answer(&world.invoke(&db).response)["status"], "already there");
    assert_eq!(db.sql(of), before);
    world.curated(2, &[prices(1, 3, 100)]);
    world.invoke(&db);
    assert_eq!(db.sql(of), "CNGGZ\nCNSGH\nasia\n");
    assert_eq!(db.sql("SELECT name FROM rates.ports ORDER BY code;"), "b\na \"b\"\nc\n");
}

#[test]
fn where_dms_brings_the_prices_all_else_is_prepared() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    for _ in 0..2 {
        assert_eq!(answer(&world.prepare(&db).response), json!({ "status": "prepared", "rows": 0 }));
    }
    // What DMS does, twice.
    let values =
        "('CNSGH', 'NLRTM', '2026-01-01', 1), ('CNSGH', 'NLRTM', '2026-01-01', 2), ('CNGGZ', 'NLRTM', '2026-01-01', 9)";
    let load = format!(
        "SET ROLE {}; TRUNCATE TABLE rates.prices; INSERT INTO rates.prices (orig_code, dest_code, day, price) VALUES {values};",
        db.name
    );
    db.sql(&load.repeat(2));
    let sql = "SELECT average_price FROM rates.daily_averages WHERE orig = 'china' AND dest = 'NLRTM';";
    assert_eq!(db.sql(sql), "4.00\n");
    world.reference("slug,name,parent_slug\nasia,,\n", "name,code,parent_slug\n,CNSGH,asia\n,CNGGZ,asia\n,NLRTM,asia");
    world.prepare(&db);
    assert_eq!(db.sql(&sql.replace("china", "asia")), "4.00\n");
    assert_eq!(db.sql(sql), "");
}

#[test]
fn prices_that_came_another_way_are_not_taken_away() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.curated(1, &[prices(1, 3, 100)]);
    world.prepare(&db);
    let dump = db.dump();
    let refused = world.invoke(&db).response;
    assert!(answer(&refused)["reason"]["reason"].as_str().unwrap().ends_with("is filled by DMS"), "{refused:?}");
    assert_eq!((db.dump(), world.told("the newest prices refused")), (dump, 1));
    let other = Db::new();
    world.invoke(&other);
    let dump = other.dump();
    let refused = world.prepare(&other).response;
    assert!(answer(&refused)["reason"]["reason"].as_str().unwrap().ends_with("is filled by load-rates"), "{refused:?}");
    assert_eq!((other.dump(), world.told("the preparation for DMS refused")), (dump, 1));
}
