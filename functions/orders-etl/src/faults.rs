//! What is wrong with a file or its company: the run is refused, nothing changes, and people are told where it is.

use contract::{
    metric::{IN, REJECTED},
    orders_etl::Daily,
};
use runtime::{Handler, testing::Upsets};
use serde_json::{Value, json};

use std::time::{Duration, Instant};
use warehouse::Locked;

use crate::{
    bench::{DATES, Db, ORDERS, PRODUCTS, REVIEWS, SHIPMENTS, World, env, on, run},
    fault::Refusal,
    session::lock,
};

const ORDERS_CSV: &str = "orders_data/orders.csv";
const REVIEWS_CSV: &str = "orders_data/reviews.csv";
const SHIPMENTS_CSV: &str = "orders_data/shipment_deliveries.csv";
const PRODUCTS_CSV: &str = "orders_data/dimensions/dim_products.csv";
const DATES_CSV: &str = "orders_data/dimensions/dim_dates.csv";

/// A file with something after it or in place of something, the line that is to be named, and what is said.
fn bad_files() -> Vec<(&'static str, String, u64, &'static str)> {
    let order = |line: &str| format!("{ORDERS}{line}\n");
    vec![
        (ORDERS_CSV, ORDERS.replace("order_date", "ordered_on"), 1, "its header lacks order_date"),
        (ORDERS_CSV, String::new(), 1, "it is empty, without even the header order_id,"),
        (ORDERS_CSV, order("4,7,2022-02-30,4,1,1,1"), 5, "order_date '2022-02-30' is no date"),
        (ORDERS_CSV, order("4,7,2022-08-15,77,1,1,1"), 5, "product_id '77' is not in if_common.dim_products"),
        (ORDERS_CSV, order("4,7,2022-08-15,4,1,-2,-2"), 5, "quantity '-2' is no whole number above 0"),
        (ORDERS_CSV, order("4,7,2022-08-15,4,1,0,0"), 5, "quantity '0' is no whole number above 0"),
        (ORDERS_CSV, order("4,7,2022-08-15,4,1.10,3,3.31"), 5, "total_price '3.31' is not unit_price '1.10' times"),
        (
            ORDERS_CSV,
            order("\"2\n\",7,2022-08-15,4,1,1,1\n2,7,2022-08-15,4,1,1,1"),
            5,
            "order_id '2' is in line 3 already, and so has one more line",
        ),
        (ORDERS_CSV, order("4,7,2022-08-15,4,1,1"), 5, "it has 6 fields where the header has 7"),
        (ORDERS_CSV, order("4,7,\"2022-08-15,4,1,1,1"), 5, "it has a quote that is never closed"),
        // The earliest counts, however it is found.
        (ORDERS_CSV, order("4,7,2022-08-15,77,1,1,1\n5,7,never,4,1,1,1\n1,7,2022-08-15,4,1,1,1"), 5, "product_id '77'"),
        (ORDERS_CSV, order("4,7,never,4,1,1,1\n1,7,2022-08-15,77,1,1,1\n5,\"7"), 5, "order_date 'never' is no date"),
        (REVIEWS_CSV, REVIEWS.replace("5,9", "6,9"), 4, "review '6' is not one of"),
        (REVIEWS_CSV, REVIEWS.replace("4,4", "0,4"), 3, "review '0' is not one of"),
        (
            REVIEWS_CSV,
            format!("{REVIEWS}1,unheard of\n"),
            5,
            "product_id 'unheard of' is not in if_common.dim_products",
        ),
        (SHIPMENTS_CSV, format!("{SHIPMENTS}11,3,,\n"), 5, "shipment_id '11' is in line 2 already"),
        (
            SHIPMENTS_CSV,
            format!("{SHIPMENTS}14,44,,\n15,45,,\n"),
            5,
            "order_id '44' is not in orders_data/orders.csv, and so has one more line",
        ),
        (SHIPMENTS_CSV, format!("{SHIPMENTS}14,3,2022-08-17,soon\n"), 5, "delivery_date 'soon' is no date"),
        (PRODUCTS_CSV, format!("{PRODUCTS}4,Kitchen,Pot\n"), 4, "product_id '4' is in line 2 already"),
        (DATES_CSV, DATES.replace("true", "perhaps"), 3, "working_day 'perhaps' is neither true nor false"),
    ]
}

fn answer(report: &impl serde::Serialize) -> Value {
    serde_json::to_value(report).unwrap()
}

#[test]
fn a_bad_file_changes_nothing_and_is_told_with_file_line_and_reason() {
    let (db, good) = (Db::new(), World::new(Upsets::default()));
    good.invoke(&db, on("2022-09-04"));
    let (dump, exports) = (db.dump(), good.objects.all());
    for (file, text, line, reason) in bad_files() {
        let world = World { notices: World::new(Upsets::default()).notices, ..good.clone() };
        world.file(file, &text);
        let answered = world.invoke(&db, on("2022-09-05"));
        let report = answer(&answered.response);
        let uri = format!("s3://in/orders/{file}");
        assert_eq!(
            (&report["status"], &report["reason"]["file"]),
            (&"refused".into(), &uri.clone().into()),
            "{reason}"
        );
        assert_eq!(report["reason"]["line"], line, "{report}");
        let said = report["reason"]["reason"].as_str().unwrap();
        assert!(said.starts_with(reason), "{said}");
        let [(subject, told)] = &world.notices.published()[..] else { panic!("one notice of {reason}") };
        assert_eq!(subject, "orders-etl: the orders of 2022-09-05 refused");
        for part in [format!("File:   {uri}\n"), format!("Line:   {line}\n"), format!("Reason: {said}\n")] {
            assert!(told.contains(&part), "{told}");
        }
        assert!(
            told.ends_with("run:\n  cargo xtask invoke orders-etl --stage STAGE --today 2022-09-05 --again\n"),
            "{told}"
        );
        assert!(answered.counts.rejected >= 1, "{REJECTED}");
        assert_eq!((answered.counts.input, answered.counts.out), (answered.counts.rejected, 0), "{IN}");
        assert_eq!(db.dump(), dump, "{reason}");
        let original = exports.get(&uri).unwrap();
        world.objects.place(&uri, original);
        assert_eq!(world.objects.all(), exports);
    }
    assert_eq!(answer(&good.invoke(&db, on("2022-09-05")).response)["status"], "done", "mended, it is done");
}

#[test]
fn a_file_that_is_not_there_is_one_that_is_wrong() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.objects.remove("s3://in/orders/orders_data/shipment_deliveries.csv");
    let refused = world.invoke(&db, on("2022-09-05"));
    let file = "s3://in/orders/orders_data/shipment_deliveries.csv";
    assert_eq!(answer(&refused.response)["reason"], json!({ "file": file, "reason": "it is not there" }));
    assert_eq!((refused.counts.input, refused.counts.rejected), (10, 10));
    assert!(db.dump().is_empty(), "not even a table was made");
    assert!(!world.notices.published()[0].1.contains("Line:"));
    for file in world.objects.uris() {
        world.objects.remove(&file);
    }
    assert_eq!(world.invoke(&db, on("2022-09-05")).counts.rejected, 1, "an alarm has something to see");
}

#[test]
fn products_that_nobody_brought_are_unknown() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.objects.remove(&format!("s3://in/orders/{PRODUCTS_CSV}"));
    let reason = answer(&world.invoke(&db, on("2022-09-05")).response)["reason"]["reason"].clone();
    assert_eq!(reason, "product_id '4' is not in if_common.dim_products, and so have 2 more lines");
}

#[test]
fn a_database_that_is_away_is_waited_for_and_then_an_error_that_is_told_of() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    // Nobody listens at this port.
    let etl = crate::handle::Etl { pauses: 2, ..world.etl(&db, 1) };
    let error = run(etl.handle(on("2022-09-05"))).err().unwrap();
    assert!(error.to_string().contains("no connection to 127.0.0.1:1/"), "{error}");
    let [(subject, text)] = &world.notices.published()[..] else { panic!("one notice") };
    assert_eq!(subject, "orders-etl: the orders of 2022-09-05 failed");
    assert!(text.contains("Error: no connection to 127.0.0.1:1/") && text.contains("onnection refused"), "{text}");
}

#[test]
fn an_invocation_without_time_says_so() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    let etl = world.etl(&db, Db::port());
    let error = run(etl.handle_until(on("2022-09-05"), Instant::now())).err().unwrap();
    assert!(error.to_string().contains("no time left"), "{error}");
    assert_eq!(world.told("failed"), 1);
}

#[test]
fn an_invocation_that_waits_for_another_in_vain_says_for_what() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    let (env, database) = (env(), db.reached_at(Db::port()));
    let error = run(async {
        let other = Locked::<Refusal>::begin(&database, &lock(&env.schema), Duration::from_mins(1)).await.unwrap();
        let end = Instant::now() + Duration::from_secs(18);
        let error = world.etl(&db, Db::port()).handle_until(on("2022-09-05"), end).await.err().unwrap();
        other.close().await;
        error
    });
    assert!(error.to_string().contains("while waiting for another run of this pipeline to end"), "{error}");
    assert_eq!(world.invoke(&db, on("2022-09-05")).counts.rejected, 0, "the lock is free again");
}

#[test]
fn a_role_that_may_not_make_tables_is_told_what_it_lacks() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    db.sql(&format!("ALTER DATABASE {} OWNER TO postgres;", db.name));
    db.sql(&format!("GRANT CONNECT ON DATABASE {0} TO {0};", db.name));
    let error = run(world.etl(&db, Db::port()).handle(Daily::default())).err().unwrap();
    assert!(error.to_string().contains("let its role create schemas and tables"), "{error}");
}
