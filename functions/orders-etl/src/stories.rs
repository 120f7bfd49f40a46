//! Runs as they go, from the files to the notice.

use contract::{
    orders::{BEST, HOLIDAYS, SHIPPED},
    orders_etl::Daily,
};
use runtime::testing::Upsets;
use serde_json::{Value, json};

use crate::bench::{Db, SHIPMENTS, World, on};

fn answer(report: &impl serde::Serialize) -> Value {
    serde_json::to_value(report).unwrap()
}

#[test]
fn a_day_is_loaded_summed_up_exported_and_told_of_once() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    let first = world.invoke(&db, on("2022-09-05"));
    let exports: Vec<String> = [HOLIDAYS, SHIPPED, BEST]
        .iter()
        .map(|table| format!("s3://out/orders/analytics_export/orders/{table}.csv"))
        .collect();
    assert_eq!(
        answer(&first.response),
        json!({
            "status": "done",
            "ingestion_date": "2022-09-05",
            "rows": { "dim_dates": 2, "dim_products": 2, "orders": 3, "reviews": 3, "shipment_deliveries": 3 },
            "exports": exports,
            "migrations": [
                { "number": 1, "name": "dimensions", "destructive": false },
                { "number": 2, "name": "tables", "destructive": false },
            ],
        })
    );
    assert_eq!((first.counts.input, first.counts.out, first.counts.rejected), (13, 13, 0));
    // Order 2 is 21 days old and not shipped; order 3 has another 11 days. Orders 1 and 2 are of a holiday in August.
    assert_eq!(world.export(SHIPPED), "ingestion_date,tt_late_shipments,tt_undelivered_items\n2022-09-05,0,1\n");
    assert!(world.export(HOLIDAYS).ends_with("tt_order_hol_dec\n2022-09-05,0,0,0,0,0,0,0,2,0,0,0,0\n"));
    let best = world.export(BEST);
    assert!(
        best.ends_with("\n2022-09-05,\"Kettle, 1 l\",2022-09-01,false,9,0.00,0.00,0.00,50.00,50.00,100.00,0.00\n"),
        "{best}"
    );
    let [(subject, text)] = &world.notices.published()[..] else { panic!("one notice") };
    assert_eq!(subject, "orders-etl: the orders of 2022-09-05 are done");
    assert!(text.contains("  orders: 3\n") && text.contains(&exports[2]) && !text.contains("dim_dates does not"));

    let dump = db.dump();
    let second = world.invoke(&db, on("2022-09-05"));
    assert_eq!(answer(&second.response)["status"], "already done");
    assert_eq!(answer(&second.response)["exports"], json!([]));
    assert_eq!(answer(&second.response)["rows"]["orders"], 3);
    assert_eq!((second.counts.input, second.counts.out), (0, 0));
    assert_eq!((db.dump(), world.notices.published().len()), (dump, 1));
}

#[test]
fn a_date_is_done_again_only_when_that_is_asked_for_and_others_stay() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    for day in ["2022-09-04", "2022-09-05", "2022-09-06"] {
        world.invoke(&db, on(day));
    }
    let days = |table: &str| db.sql(&format!("SELECT * FROM orders_analytics.{table} ORDER BY 1;"));
    assert_eq!(days(SHIPPED), "2022-09-04|0|1\n2022-09-05|0|1\n2022-09-06|0|1\n");
    world.file("orders_data/shipment_deliveries.csv", &SHIPMENTS.replace("12,2,,", "12,2,2022-08-21,"));
    assert_eq!(answer(&world.invoke(&db, on("2022-09-05")).response)["status"], "already done");
    assert_eq!(days(SHIPPED), "2022-09-04|0|1\n2022-09-05|0|1\n2022-09-06|0|1\n");
    let again = world.invoke(&db, Daily { again: true, ..on("2022-09-05") });
    assert_eq!(answer(&again.response)["status"], "done");
    assert_eq!(days(SHIPPED), "2022-09-04|0|1\n2022-09-05|1|0\n2022-09-06|0|1\n");
    assert!(world.export(SHIPPED).ends_with("\n2022-09-04,0,1\n2022-09-05,1,0\n2022-09-06,0,1\n"));
    assert_eq!((world.told("2022-09-05 are done"), world.told("are done")), (2, 4));
    assert_eq!(db.sql("SELECT COUNT(*) FROM orders_staging.orders;"), "3\n");
}

#[test]
fn shops_may_write_their_files_in_other_ways() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.invoke(&db, on("2022-09-05"));
    let staged = || db.sql("SELECT * FROM orders_staging.orders; SELECT * FROM orders_staging.shipment_deliveries;");
    let expected = staged();
    let other = World::new(Upsets::default());
    other.file(
        "orders_data/orders.csv",
        "\u{feff}\"Amount\", Quantity ,unit_price,product_id,order_date,customer_id,ORDER_ID\r\n\
         3.00,2,1.50,4,2022-08-15,7,1\r\n20,\"1\",20,9,2022-08-15,8,2\r\n1.01,3, 0.335 ,4,2022-09-01,7,3",
    );
    let text = SHIPMENTS.replace('\n', "\r\n");
    other.file("orders_data/shipments_deliveries.csv", &text);
    other.objects.remove("s3://in/orders/orders_data/shipment_deliveries.csv");
    other.invoke(&db, on("2022-09-06"));
    assert_eq!(staged(), expected);
}

#[test]
fn dimensions_are_merged_and_nothing_is_taken_from_them() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.invoke(&db, on("2022-09-05"));
    let header = "product_category,product_name,product_id\n";
    world.file(
        "orders_data/dimensions/dim_products.csv",
        &format!("{header},\"Rake \"\"X\"\"\n\\N\",9\nToys,Ball,12\n"),
    );
    world.file(
        "orders_data/dimensions/dim_customers.csv",
        "customer_id,customer_name,postal_code\n7,'; DROP TABLE x; --,\n",
    );
    world.invoke(&db, on("2022-09-06"));
    assert_eq!(
        db.sql("SELECT * FROM if_common.dim_products ORDER BY product_id; SELECT * FROM if_common.dim_customers;"),
        "12|Toys|Ball\n4|Kitchen|Kettle, 1 l\n9||Rake \"X\"\n\\N\n7|'; DROP TABLE x; --|\n"
    );
}

#[test]
fn dimensions_of_somebody_else_are_taken_as_they_are() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    db.sql(&format!(
        "CREATE SCHEMA if_common; SET search_path TO if_common;
         CREATE TABLE dim_dates (calendar_dt DATE, year_num INT, month_of_the_year_num SMALLINT,
             day_of_the_month_num INT, day_of_the_week_num INT, working_day BOOLEAN);
         CREATE TABLE dim_products (product_id INT NOT NULL, product_category VARCHAR, product_name VARCHAR, extra INT);
         CREATE TABLE dim_customers (customer_id INT, customer_name VARCHAR, postal_code VARCHAR);
         CREATE TABLE dim_addresses (postal_code VARCHAR, country VARCHAR, region VARCHAR, state VARCHAR, address TEXT);
         INSERT INTO dim_products VALUES (4, 'Kitchen', 'Pot', 1);
         GRANT USAGE ON SCHEMA if_common TO {role};
         GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA if_common TO {role};",
        role = db.name
    ));
    assert_eq!(answer(&world.invoke(&db, on("2022-09-05")).response)["status"], "done");
    assert!(world.export(BEST).contains("\"Kettle, 1 l\""));
    assert_eq!(db.sql("SELECT product_id, extra FROM if_common.dim_products ORDER BY 1;"), "4|1\n9|\n");
}

#[test]
fn dates_that_nobody_knows_are_no_holidays_and_are_told_of() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    world.objects.remove("s3://in/orders/orders_data/dimensions/dim_dates.csv");
    world.invoke(&db, on("2022-09-05"));
    assert!(world.export(HOLIDAYS).ends_with("\n2022-09-05,0,0,0,0,0,0,0,0,0,0,0,0\n"));
    let text = world.notices.published().remove(0).1;
    assert!(text.contains("On 2 dates there are orders, but if_common.dim_dates does not have them"), "{text}");
    assert!(text.contains("cargo xtask invoke orders-etl --stage STAGE --today 2022-09-05 --again"), "{text}");
}

#[test]
fn files_of_nothing_but_headers_are_a_day_without_anything() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    for name in ["orders", "reviews", "shipment_deliveries"] {
        let text = world.objects.all().remove(&format!("s3://in/orders/orders_data/{name}.csv")).unwrap();
        world.file(&format!("orders_data/{name}.csv"), String::from_utf8(text).unwrap().lines().next().unwrap());
    }
    assert_eq!(answer(&world.invoke(&db, on("2022-09-05")).response)["rows"]["orders"], 0);
    assert!(world.export(HOLIDAYS).ends_with("\n2022-09-05,0,0,0,0,0,0,0,0,0,0,0,0\n"));
    assert!(world.export(SHIPPED).ends_with("\n2022-09-05,0,0\n"));
    assert!(world.export(BEST).ends_with("\n2022-09-05,,,,,,,,,,,\n"), "{}", world.export(BEST));
}
