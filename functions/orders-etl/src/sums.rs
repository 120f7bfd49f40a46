//! The sums at their boundaries. What is expected was worked out by hand.

use contract::orders::{BEST, HOLIDAYS, SHIPPED};
use runtime::testing::Upsets;

use crate::bench::{Db, World, on};

const ORDERS: &str = "order_id,customer_id,order_date,product_id,unit_price,quantity,total_price\n";
const SHIPMENTS: &str = "shipment_id,order_id,shipment_date,delivery_date\n";
const REVIEWS: &str = "review,product_id\n";
const DATES: &str = "calendar_dt,year_num,month_of_the_year_num,day_of_the_month_num,day_of_the_week_num,working_day\n";
const PRODUCTS: &str = "product_id,product_category,product_name\n";

/// Files of a day, by the lines after their headers. Orders are told apart by their number in the list.
#[derive(Clone, Default)]
struct Shop {
    /// Date, product, quantity.
    orders: Vec<(&'static str, &'static str, u32)>,
    /// Number of the order, when it was shipped, when it was delivered.
    shipments: Vec<(usize, &'static str, &'static str)>,
    /// Points, product.
    reviews: Vec<(u32, &'static str)>,
    /// Date, day of the week, working day.
    dates: Vec<(&'static str, u32, bool)>,
    products: Vec<&'static str>,
}

impl Shop {
    fn world(&self) -> World {
        let world = World::new(Upsets::default());
        let file = |name: &str, header: &str, lines: Vec<String>| {
            world.file(&format!("orders_data/{name}.csv"), &format!("{header}{}", lines.join("\n")));
        };
        let order = |(number, (date, product, many)): (usize, &(&str, &str, u32))| {
            format!("{number},7,{date},{product},2,{many},{}", 2 * many)
        };
        file("orders", ORDERS, self.orders.iter().enumerate().map(order).collect());
        let shipment = |(number, (order, shipped, delivered)): (usize, &(usize, &str, &str))| {
            format!("s{number},{order},{shipped},{delivered}")
        };
        file("shipment_deliveries", SHIPMENTS, self.shipments.iter().enumerate().map(shipment).collect());
        let review = |(points, product): &(u32, &str)| format!("{points},{product}");
        file("reviews", REVIEWS, self.reviews.iter().map(review).collect());
        let date = |(date, weekday, works): &(&str, u32, bool)| format!("{date},1,1,1,{weekday},{works}");
        file("dimensions/dim_dates", DATES, self.dates.iter().map(date).collect());
        let product = |id: &&str| format!("{id},any,Product {id}");
        file("dimensions/dim_products", PRODUCTS, self.products.iter().map(product).collect());
        world
    }

    /// What a table has for a date, without the date.
    fn row(&self, db: &Db, day: &str, table: &str) -> String {
        let world = self.world();
        world.invoke(db, on(day));
        let export = world.export(table);
        let row = export.lines().find_map(|line| line.strip_prefix(day)).expect("a row of the date");
        row[1..].to_owned()
    }
}

/// One order of the first of June, and its one shipment.
fn shipment(shipped: &'static str, delivered: &'static str) -> Shop {
    Shop {
        orders: vec![("2022-06-01", "1", 1)],
        shipments: vec![(0, shipped, delivered)],
        reviews: vec![(5, "1")],
        products: vec!["1"],
        ..Shop::default()
    }
}

#[test]
fn a_shipment_is_late_from_the_sixth_day_on_unless_it_has_arrived() {
    let db = Db::new();
    let cases = [
        ("2022-06-06", "", "0,0"),
        ("2022-06-07", "", "1,0"),
        ("2022-06-08", "", "1,0"),
        ("2022-06-07", "2022-06-09", "0,0"),
        ("2022-06-06", "2022-06-09", "0,0"),
        // Delivered, and nobody knows when it was shipped.
        ("", "2022-06-09", "0,0"),
    ];
    for (number, (shipped, delivered, expected)) in cases.into_iter().enumerate() {
        let day = format!("2022-07-{:02}", number + 1);
        assert_eq!(shipment(shipped, delivered).row(&db, &day, SHIPPED), expected, "{shipped} {delivered}");
    }
}

#[test]
fn what_was_never_shipped_is_lost_from_the_fifteenth_day_on() {
    let db = Db::new();
    for (day, expected) in [("2022-06-15", "0,0"), ("2022-06-16", "0,1"), ("2022-06-17", "0,1")] {
        assert_eq!(shipment("", "").row(&db, day, SHIPPED), expected, "{day}");
    }
    // An order without a shipment is nothing that could be lost.
    let none = Shop { shipments: Vec::new(), ..shipment("", "") };
    assert_eq!(none.row(&db, "2022-06-18", SHIPPED), "0,0");
}

#[test]
fn of_the_best_product_the_early_and_the_late_make_a_hundred_percent() {
    let db = Db::new();
    let shop = Shop {
        orders: vec![("2022-06-01", "1", 1), ("2022-06-02", "1", 1), ("2022-06-01", "2", 1)],
        shipments: vec![
            (0, "2022-06-06", "2022-06-07"),
            (0, "2022-06-01", "2022-06-20"),
            (1, "2022-06-08", ""),
            // Neither: shipped early and not arrived, shipped late and arrived, not shipped.
            (0, "2022-06-06", ""),
            (0, "2022-06-07", "2022-06-09"),
            (1, "", ""),
            // Of another product.
            (2, "2022-06-09", ""),
        ],
        reviews: vec![(5, "1"), (1, "1"), (2, "1"), (4, "2")],
        products: vec!["1", "2"],
        ..Shop::default()
    };
    let expected = "Product 1,2022-06-01,false,8,33.33,33.33,0.00,0.00,33.33,66.67,33.33";
    assert_eq!(shop.row(&db, "2022-06-20", BEST), expected);
    let neither = Shop { shipments: shop.shipments[3..6].to_vec(), ..shop };
    assert_eq!(neither.row(&db, "2022-06-21", BEST), "Product 1,2022-06-01,false,8,33.33,33.33,0.00,0.00,33.33,,");
}

#[test]
fn ties_go_to_the_lowest_id_and_the_earliest_day() {
    let db = Db::new();
    let shop = Shop {
        orders: vec![("2022-06-03", "9", 2), ("2022-06-02", "9", 1), ("2022-06-02", "9", 1), ("2022-06-01", "9", 1)],
        // Nine points each; of 8 nobody said anything, and it was ordered most.
        reviews: vec![(5, "10"), (4, "10"), (4, "9"), (5, "9"), (4, "x"), (5, "x"), (5, "7"), (3, "7")],
        products: vec!["7", "8", "9", "10", "x"],
        ..Shop::default()
    };
    assert_eq!(shop.row(&db, "2022-06-20", BEST), "Product 9,2022-06-02,false,9,0.00,0.00,0.00,50.00,50.00,,");
    // Ids that are no numbers come after those that are, by their bytes.
    let words = Shop { reviews: vec![(5, "b"), (5, "B"), (5, "a")], products: vec!["b", "B", "a", "9"], ..shop };
    assert_eq!(words.row(&db, "2022-06-21", BEST), "Product B,,,5,0.00,0.00,0.00,0.00,100.00,,");
}

#[test]
fn many_small_reviews_may_be_more_than_a_few_great_ones() {
    let shop = Shop {
        orders: vec![("2022-06-03", "1", 5), ("2022-06-06", "2", 1)],
        reviews: vec![(5, "1"), (5, "1"), (1, "2"), (2, "2"), (3, "2"), (4, "2"), (1, "2"), (1, "2"), (2, "2")],
        dates: vec![("2022-06-06", 1, false)],
        products: vec!["1", "2", "3"],
        ..Shop::default()
    };
    let expected = "Product 2,2022-06-06,true,14,42.86,28.57,14.29,14.29,0.00,,";
    assert_eq!(shop.row(&Db::new(), "2022-06-20", BEST), expected);
}

#[test]
fn a_holiday_is_a_weekday_on_which_nobody_works() {
    let shop = Shop {
        orders: vec![
            ("2022-05-02", "1", 1),
            ("2022-05-03", "1", 1),
            ("2022-05-07", "1", 1),
            ("2022-05-08", "1", 1),
            ("2022-05-09", "1", 1),
            ("2022-06-03", "1", 7),
            ("2022-06-03", "1", 1),
        ],
        dates: vec![
            ("2022-05-02", 1, false),
            ("2022-05-03", 2, true),
            // A Saturday and a Sunday, however they are counted.
            ("2022-05-07", 6, false),
            ("2022-05-08", 7, false),
            ("2022-05-09", 0, false),
            ("2022-06-03", 5, false),
        ],
        products: vec!["1"],
        ..Shop::default()
    };
    assert_eq!(shop.row(&Db::new(), "2022-06-20", HOLIDAYS), "0,0,0,0,1,2,0,0,0,0,0,0");
}

/// An order on each of these days, all of them holidays.
fn holidays(days: &[&'static str]) -> Shop {
    Shop {
        orders: days.iter().map(|day| (*day, "1", 1)).collect(),
        dates: days.iter().map(|day| (*day, 3, false)).collect(),
        products: vec!["1"],
        ..Shop::default()
    }
}

#[test]
fn the_past_year_ends_with_the_day_and_begins_after_the_same_date() {
    let db = Db::new();
    let around = holidays(&["2021-09-05", "2021-09-06", "2021-12-31", "2022-01-01", "2022-09-05", "2022-09-06"]);
    assert_eq!(around.row(&db, "2022-09-05", HOLIDAYS), "1,0,0,0,0,0,0,0,2,0,0,1");
    let new_year = holidays(&["2021-12-31", "2022-01-01", "2022-12-31", "2023-01-01"]);
    assert_eq!(new_year.row(&db, "2022-12-31", HOLIDAYS), "1,0,0,0,0,0,0,0,0,0,0,1");
    assert_eq!(new_year.row(&db, "2023-01-01", HOLIDAYS), "1,0,0,0,0,0,0,0,0,0,0,1");
}

#[test]
fn a_year_after_a_leap_day_ends_on_the_last_of_february() {
    let db = Db::new();
    let leap = holidays(&["2023-02-28", "2023-03-01", "2024-02-28", "2024-02-29", "2025-02-28", "2025-03-01"]);
    // From the leap day back: after 28 February of the year before.
    assert_eq!(leap.row(&db, "2024-02-29", HOLIDAYS), "0,2,1,0,0,0,0,0,0,0,0,0");
    assert_eq!(leap.row(&db, "2024-02-28", HOLIDAYS), "0,1,1,0,0,0,0,0,0,0,0,0");
    // Back to the leap year: the leap day is after its 28th.
    assert_eq!(leap.row(&db, "2025-02-28", HOLIDAYS), "0,2,0,0,0,0,0,0,0,0,0,0");
    assert_eq!(leap.row(&db, "2025-03-01", HOLIDAYS), "0,1,1,0,0,0,0,0,0,0,0,0");
    let lost = Shop {
        orders: vec![("2024-02-23", "1", 1), ("2024-02-14", "1", 1)],
        shipments: vec![(0, "2024-02-29", ""), (0, "2024-02-28", ""), (1, "", "")],
        products: vec!["1"],
        ..Shop::default()
    };
    assert_eq!(lost.row(&db, "2024-02-27", SHIPPED), "1,0");
    let db = Db::new();
    assert_eq!(lost.row(&db, "2024-02-29", SHIPPED), "1,1");
}
