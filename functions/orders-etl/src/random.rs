//! The sums of random shops, beside the same worked out in plain Rust.

use chrono::{Days, Months, NaiveDate};
use contract::{
    orders::{BEST, HOLIDAYS, SHIPPED},
    orders_etl::{Daily, Migrate},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use runtime::testing::Upsets;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    time::Duration,
};
use warehouse::Locked;

use crate::{
    aggregates,
    bench::{Db, World, date, env, on, run},
    session::{Session, lock},
};

/// All that the sums depend on. Days are counted from one before the day of the run.
#[derive(Debug, Clone)]
struct Shop {
    today: NaiveDate,
    /// Days ago, product, quantity.
    orders: Vec<(u64, usize, i64)>,
    /// Order, days from the order to the shipment, whether it was delivered.
    shipments: Vec<(prop::sample::Index, Option<u64>, bool)>,
    /// Product, points.
    reviews: Vec<(usize, i64)>,
    /// Days ago, day of the week, working day.
    dates: BTreeMap<u64, (i64, bool)>,
}

const PRODUCTS: [&str; 5] = ["2", "10", "010", "Z", "a"];
/// Their order: by value, then by bytes; words after numbers.
const RANKS: [usize; 5] = [0, 2, 1, 3, 4];

fn days_ago() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..4, 12_u64..18, 355_u64..375]
}

fn shops() -> impl Strategy<Value = Shop> {
    let today = prop::sample::select(vec!["2022-09-05", "2024-02-29", "2025-02-28", "2025-03-01", "2023-01-01"]);
    let orders = prop::collection::vec((days_ago(), 0..PRODUCTS.len(), 1_i64..4), 1..9);
    let shipment = (any::<prop::sample::Index>(), prop::option::of(3_u64..9), any::<bool>());
    let reviews = prop::collection::vec((0..PRODUCTS.len(), 1_i64..=5), 0..7);
    let dates = prop::collection::btree_map(days_ago(), (0_i64..8, any::<bool>()), 0..12);
    (today, orders, prop::collection::vec(shipment, 0..9), reviews, dates).prop_map(
        |(today, orders, shipments, reviews, dates)| Shop { today: date(today), orders, shipments, reviews, dates },
    )
}

impl Shop {
    fn day(&self, ago: u64) -> NaiveDate {
        self.today - Days::new(ago)
    }

    fn ordered(&self, shipment: &(prop::sample::Index, Option<u64>, bool)) -> (u64, usize, i64) {
        *shipment.0.get(&self.orders)
    }

    fn is_holiday(&self, ago: u64) -> bool {
        self.dates.get(&ago).is_some_and(|(weekday, works)| (1..=5).contains(weekday) && !works)
    }

    /// Statements that put it into empty tables.
    fn insert(&self) -> String {
        let mut sql = String::new();
        for (ago, (weekday, works)) in &self.dates {
            let day = self.day(*ago);
            write!(sql, "INSERT INTO if_common.dim_dates VALUES ('{day}', 1, 1, 1, {weekday}, {works});").unwrap();
        }
        for (place, (ago, product, many)) in self.orders.iter().enumerate() {
            let (day, product) = (self.day(*ago), PRODUCTS[*product]);
            write!(sql, "INSERT INTO orders_staging.orders VALUES ({place}, '{place}', '7', '{day}', '{product}', 1, {many}, {many});").unwrap();
        }
        for (place, shipment @ (order, after, delivered)) in self.shipments.iter().enumerate() {
            let order = order.index(self.orders.len());
            let text = |day: Option<NaiveDate>| day.map_or("NULL".to_owned(), |day| format!("'{day}'"));
            let ordered = self.day(self.ordered(shipment).0);
            let shipped = text(after.map(|after| ordered + Days::new(after)));
            let delivered = text(delivered.then(|| ordered + Days::new(10)));
            write!(sql, "INSERT INTO orders_staging.shipment_deliveries VALUES ({place}, '{place}', '{order}', {shipped}, {delivered});").unwrap();
        }
        for (place, (product, points)) in self.reviews.iter().enumerate() {
            let product = PRODUCTS[*product];
            write!(sql, "INSERT INTO orders_staging.reviews VALUES ({place}, {points}, '{product}');").unwrap();
        }
        sql
    }

    /// What the tables should have for the day.
    fn expected(&self) -> [Vec<String>; 3] {
        [self.holidays(), self.shipped(), self.best()]
    }

    fn holidays(&self) -> Vec<String> {
        // A month that ends earlier gives its last day, as PostgreSQL has it.
        let begin = self.today - Months::new(12);
        let mut months = [0; 12];
        for (ago, ..) in self.orders.iter().filter(|(ago, ..)| self.day(*ago) > begin && self.is_holiday(*ago)) {
            months[usize::try_from(chrono::Datelike::month0(&self.day(*ago))).unwrap()] += 1;
        }
        months.iter().map(ToString::to_string).collect()
    }

    fn shipped(&self) -> Vec<String> {
        let late =
            self.shipments.iter().filter(|(_, after, delivered)| after.is_some_and(|after| after >= 6) && !delivered);
        let lost = self.shipments.iter().filter(|one| one.1.is_none() && !one.2 && self.ordered(one).0 >= 15);
        vec![late.count().to_string(), lost.count().to_string()]
    }

    fn best(&self) -> Vec<String> {
        let mut points = BTreeMap::new();
        for (product, stars) in &self.reviews {
            *points.entry(*product).or_insert(0) += stars;
        }
        let Some((best, sum)) =
            points.into_iter().max_by_key(|(product, sum)| (*sum, std::cmp::Reverse(RANKS[*product])))
        else {
            return vec![String::new(); 11];
        };
        let days: BTreeSet<u64> = self.orders.iter().filter(|order| order.1 == best).map(|order| order.0).collect();
        let ordered = |ago: &u64| -> i64 {
            self.orders.iter().filter(|order| order.1 == best && order.0 == *ago).map(|order| order.2).sum()
        };
        // The earliest is the one that is the longest ago.
        let busiest = days.into_iter().max_by_key(|ago| (ordered(ago), *ago));
        let stars: Vec<i64> = self.reviews.iter().filter(|review| review.0 == best).map(|review| review.1).collect();
        let of_best: Vec<_> = self.shipments.iter().filter(|one| self.ordered(one).1 == best).collect();
        let early = of_best.iter().filter(|one| one.1.is_some_and(|after| after < 6) && one.2).count();
        let late = of_best.iter().filter(|one| one.1.is_some_and(|after| after >= 6) && !one.2).count();
        let mut row = vec![
            format!("Product {}", PRODUCTS[best]),
            busiest.map(|ago| self.day(ago).to_string()).unwrap_or_default(),
            busiest.map(|ago| if self.is_holiday(ago) { "t" } else { "f" }.to_owned()).unwrap_or_default(),
            sum.to_string(),
        ];
        row.extend((1..=5).map(|star| percent(stars.iter().filter(|one| **one == star).count(), stars.len())));
        row.extend([early, late].map(|part| percent(part, early + late)));
        row
    }
}

/// With two digits, rounded half up; nothing of nothing.
fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return String::new();
    }
    let hundredths = (part * 20_000 + whole) / (2 * whole);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What the database makes of it, in a transaction that is taken back.
async fn computed(session: &Session<'_>, shop: &Shop) -> [Vec<String>; 3] {
    session.run("beginning", "BEGIN").await.unwrap();
    session.run("inserting", &shop.insert()).await.unwrap();
    aggregates::compute(session, shop.today).await.unwrap();
    let known: BTreeSet<&u64> = shop.dates.keys().collect();
    let unknown: BTreeSet<u64> = shop.orders.iter().map(|order| order.0).filter(|ago| !known.contains(ago)).collect();
    assert_eq!(aggregates::unknown_dates(session).await.unwrap(), unknown.len() as u64);
    let mut rows = Vec::new();
    for table in [HOLIDAYS, SHIPPED, BEST] {
        let all = session.select("reading", &format!("SELECT * FROM orders_analytics.{table}")).await.unwrap();
        assert_eq!((all.len(), all[0][0].clone()), (1, Some(shop.today.to_string())));
        rows.push(all[0][1..].iter().map(|value| value.clone().unwrap_or_default()).collect());
    }
    session.run("taking it back", "ROLLBACK").await.unwrap();
    rows.try_into().unwrap()
}

#[test]
fn random_shops_have_the_sums_that_plain_rust_makes_of_them() {
    let (db, world, env) = (Db::new(), World::new(Upsets::default()), env());
    world.invoke(&db, Daily { migrate: Some(Migrate::default()), ..on("2022-09-05") });
    let products =
        PRODUCTS.map(|id| format!("INSERT INTO if_common.dim_products VALUES ('{id}', NULL, 'Product {id}');"));
    db.sql(&products.concat());
    let database = db.reached_at(Db::port());
    // One connection serves all cases, on the runtime that it was made on.
    run(async {
        let locked = Locked::begin(&database, &lock(&env.schema), Duration::from_mins(1)).await.unwrap();
        let session = Session::new(&locked, &env.schema);
        let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
        for case in 0..400 {
            let shop = shops().new_tree(&mut runner).unwrap().current();
            assert_eq!(computed(&session, &shop).await, shop.expected(), "case {case}: {shop:?}");
        }
        locked.close().await;
    });
}
