//! Orders: the day's sums worked out a second time, out of the files and without a database.

use chrono::{Datelike, Days, Months, NaiveDate};
use contract::orders::{
    AGGREGATES, DAY, DIMENSIONS, LATE_AFTER_DAYS, LOST_AFTER_DAYS, ORDERS, OUTPUT, REVIEWS, SHIPMENTS, Sheet, export,
};
use csv::StringRecord;
use engine::failure::{Failure, Outcome};
use engine::refusal::Asked;
use serde::Serialize;
use stacks::stack::data_sources;
use stacks::stack::load::orders_input;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use super::{Balance, Looked};
use crate::session::Session;

/// A row of a table, as its export has it.
type Row = BTreeMap<String, String>;

#[derive(Debug, Default, Serialize)]
pub(super) struct Sums {
    date: String,
    orders: usize,
    reviews: usize,
    shipments: usize,
    /// By table: what the day's row has to be, and is.
    tables: BTreeMap<&'static str, Compared>,
}

#[derive(Debug, Default, Serialize)]
struct Compared {
    wanted: Row,
    there: Option<Row>,
    /// Columns whose values differ.
    wrong: Vec<String>,
}

pub(super) struct OrdersBooks<'a> {
    session: &'a Session,
    schema: String,
    today: NaiveDate,
}

impl<'a> OrdersBooks<'a> {
    pub(super) fn of(session: &'a Session, today: Option<NaiveDate>) -> Outcome<Self> {
        let (settings, today) = session.orders(today)?;
        Ok(Self { session, schema: settings.schema.as_str().to_owned(), today })
    }

    /// The rows of a file by the names of its columns; none where there is no such file.
    async fn rows(&self, keys: &[String], sheet: &Sheet) -> Outcome<Vec<Row>> {
        let (bucket, prefix) = orders_input(&self.session.stage);
        let names = sheet.files.iter().map(|file| format!("{prefix}{file}"));
        let Some(key) = names.into_iter().find(|name| keys.contains(name)) else { return Ok(Vec::new()) };
        let bytes = self.session.cloud.object(&bucket, &key).await.asked(|| format!("cannot read {key}"))?;
        read(&bytes).map_err(|why| Failure::new(format!("{key} is no CSV")).since(why))
    }

    async fn exported(&self, table: &str) -> Outcome<Option<Row>> {
        let bucket = data_sources::output_bucket(&self.session.stage);
        let key = format!("{OUTPUT}{}", export(&self.schema, table));
        let there = self.session.cloud.objects(&bucket, &key).await.asked(|| format!("cannot list bucket {bucket}"))?;
        if !there.contains(&key) {
            return Ok(None);
        }
        let bytes = self.session.cloud.object(&bucket, &key).await.asked(|| format!("cannot read {key}"))?;
        let rows = read(&bytes).map_err(|why| Failure::new(format!("{key} is no CSV")).since(why))?;
        let mut of_day = rows.into_iter().filter(|row| row[DAY] == self.today.to_string());
        let row = of_day.next();
        if of_day.next().is_some() {
            return Err(Failure::new(format!("{key} has several rows of {}", self.today)));
        }
        Ok(row)
    }
}

fn read(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let mut reader = csv::Reader::from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let name = |name: &str| match name.trim().to_lowercase().as_str() {
        "amount" => "total_price".to_owned(),
        other => other.to_owned(),
    };
    let row = |record: StringRecord| {
        header.iter().map(name).zip(record.iter().map(|value| value.trim().to_owned())).collect::<Row>()
    };
    reader.records().map(|record| record.map(row).map_err(|error| error.to_string())).collect()
}

fn date(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

fn of<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

/// What happened, as far as the sums go.
struct Books {
    today: NaiveDate,
    orders: Vec<Row>,
    reviews: Vec<Row>,
    shipments: Vec<Row>,
    holidays: BTreeSet<NaiveDate>,
    products: HashMap<String, String>,
}

impl Books {
    fn holidays(&self) -> Row {
        let since = self.today.checked_sub_months(Months::new(12)).unwrap_or(self.today);
        let mut months = [0_u64; 12];
        for placed in self.orders.iter().filter_map(|order| date(of(order, "order_date"))) {
            if placed > since && placed <= self.today && self.holidays.contains(&placed) {
                months[placed.month0() as usize] += 1;
            }
        }
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let counts = names.iter().zip(months).map(|(name, count)| (format!("tt_order_hol_{name}"), count.to_string()));
        self.row(counts)
    }

    fn row(&self, values: impl Iterator<Item = (String, String)>) -> Row {
        values.chain([(DAY.to_owned(), self.today.to_string())]).collect()
    }

    /// Each shipment with the date and the product of its order.
    fn shipped(&self) -> Vec<(NaiveDate, &str, Option<NaiveDate>, Option<NaiveDate>)> {
        let placed: HashMap<&str, &Row> = self.orders.iter().map(|order| (of(order, "order_id"), order)).collect();
        let with_order = |shipment| {
            let order = placed.get(of(shipment, "order_id"))?;
            let (shipped, delivered) = (date(of(shipment, "shipment_date")), date(of(shipment, "delivery_date")));
            Some((date(of(order, "order_date"))?, of(order, "product_id"), shipped, delivered))
        };
        self.shipments.iter().filter_map(with_order).collect()
    }

    fn shipments(&self) -> Row {
        let (mut late, mut lost) = (0_u64, 0_u64);
        for (placed, _, shipped, delivered) in self.shipped() {
            late += u64::from(is_late(placed, shipped, delivered));
            let nothing = shipped.is_none() && delivered.is_none();
            lost += u64::from(nothing && self.today >= placed + Days::new(LOST_AFTER_DAYS));
        }
        let values = [("tt_late_shipments", late), ("tt_undelivered_items", lost)];
        self.row(values.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())))
    }

    fn best(&self) -> Row {
        let mut stars: HashMap<&str, [u64; 5]> = HashMap::new();
        for review in &self.reviews {
            if let Ok(star @ 1..=5) = of(review, "review").parse::<usize>() {
                stars.entry(of(review, "product_id")).or_default()[star - 1] += 1;
            }
        }
        let points = |of: &[u64; 5]| of.iter().zip(1..).map(|(count, star)| count * star).sum::<u64>();
        let best = stars.iter().max_by(|(a, of_a), (b, of_b)| {
            points(of_a).cmp(&points(of_b)).then_with(|| (rank(b), b).cmp(&(rank(a), a)))
        });
        let names = [
            "product_name",
            "most_ordered_day",
            "is_public_holiday",
            "tt_review_points",
            "pct_one_star_review",
            "pct_two_star_review",
            "pct_three_star_review",
            "pct_four_star_review",
            "pct_five_star_review",
            "pct_early_shipments",
            "pct_late_shipments",
        ];
        let Some((product, stars)) = best else {
            return self.row(names.into_iter().map(|name| (name.to_owned(), String::new())));
        };
        let mut pieces: BTreeMap<NaiveDate, u64> = BTreeMap::new();
        for order in self.orders.iter().filter(|order| of(order, "product_id") == *product) {
            if let (Some(placed), Ok(quantity)) = (date(of(order, "order_date")), of(order, "quantity").parse::<u64>())
            {
                *pieces.entry(placed).or_default() += quantity;
            }
        }
        // Of several the first, which is the last to be found from the end.
        let busiest =
            pieces.iter().rev().max_by_key(|(day, count)| (**count, std::cmp::Reverse(**day))).map(|(day, _)| *day);
        let (mut early, mut late) = (0, 0);
        for (placed, _, shipped, delivered) in self.shipped().into_iter().filter(|(_, of, ..)| of == product) {
            let in_time = shipped.is_some_and(|shipped| shipped < placed + Days::new(LATE_AFTER_DAYS));
            early += u64::from(in_time && delivered.is_some());
            late += u64::from(is_late(placed, shipped, delivered));
        }
        let reviews: u64 = stars.iter().sum();
        let values = [
            self.products.get(*product).cloned().unwrap_or_default(),
            busiest.map(|day| day.to_string()).unwrap_or_default(),
            busiest.map(|day| self.holidays.contains(&day).to_string()).unwrap_or_default(),
            points(stars).to_string(),
        ];
        let shares = stars.map(|count| percent(count, reviews)).into_iter();
        let shares = shares.chain([percent(early, early + late), percent(late, early + late)]);
        self.row(names.into_iter().map(str::to_owned).zip(values.into_iter().chain(shares)))
    }
}

fn is_late(placed: NaiveDate, shipped: Option<NaiveDate>, delivered: Option<NaiveDate>) -> bool {
    delivered.is_none() && shipped.is_some_and(|shipped| shipped >= placed + Days::new(LATE_AFTER_DAYS))
}

/// Numbers by their value and before any other text, which goes by its bytes.
fn rank(id: &str) -> (bool, usize, &str) {
    let digits = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.is_empty();
    let number = id.trim_start_matches('0');
    if digits { (false, number.len(), number) } else { (true, 0, id) }
}

/// With two decimals, halves away from zero; nothing of nothing.
fn percent(part: u64, of: u64) -> String {
    if of == 0 {
        return String::new();
    }
    let hundredths = (part * 20_000 + of) / (2 * of);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

impl Looked for OrdersBooks<'_> {
    type Found = Sums;

    async fn look(&mut self) -> Outcome<Sums> {
        let [dates, products, ..] = DIMENSIONS;
        let (bucket, prefix) = orders_input(&self.session.stage);
        let keys =
            self.session.cloud.objects(&bucket, prefix).await.asked(|| format!("cannot list bucket {bucket}"))?;
        let is_holiday = |row: &Row| {
            let weekday = of(row, "day_of_the_week_num").parse::<u32>().is_ok_and(|day| (1..=5).contains(&day));
            let works = matches!(of(row, "working_day").to_lowercase().as_str(), "true" | "t" | "1" | "yes" | "y");
            date(of(row, "calendar_dt")).filter(|_| weekday && !works)
        };
        let name = |row: &Row| (of(row, "product_id").to_owned(), of(row, "product_name").to_owned());
        let books = Books {
            today: self.today,
            orders: self.rows(&keys, &ORDERS).await?,
            reviews: self.rows(&keys, &REVIEWS).await?,
            shipments: self.rows(&keys, &SHIPMENTS).await?,
            holidays: self.rows(&keys, &dates).await?.iter().filter_map(is_holiday).collect(),
            products: self.rows(&keys, &products).await?.iter().map(name).collect(),
        };
        let mut sums = Sums {
            date: self.today.to_string(),
            orders: books.orders.len(),
            reviews: books.reviews.len(),
            shipments: books.shipments.len(),
            tables: BTreeMap::new(),
        };
        for (table, wanted) in AGGREGATES.into_iter().zip([books.holidays(), books.shipments(), books.best()]) {
            let there = self.exported(table).await?;
            let found = |column: &str| there.as_ref().and_then(|row| row.get(column));
            let wrong = wanted.iter().filter(|(column, value)| found(column) != Some(value));
            let wrong = wrong.map(|(column, _)| column.clone()).collect();
            sums.tables.insert(table, Compared { wanted, there, wrong });
        }
        Ok(sums)
    }
}

impl Balance for Sums {
    fn is_balanced(&self) -> bool {
        self.tables.values().all(|table| table.there.is_some() && table.wrong.is_empty())
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, orders, reviews, shipments, tables } = self;
        writeln!(f, "date {date}: {orders} orders, {reviews} reviews, {shipments} shipments")?;
        for (table, Compared { wanted, there, wrong }) in tables {
            let Some(there) = there else {
                writeln!(f, "{table:<24} has no row of {date}")?;
                continue;
            };
            writeln!(f, "{table:<24} {} values, {} of them wrong", wanted.len(), wrong.len())?;
            for column in wrong {
                let shown = |row: &Row| row.get(column).cloned().unwrap_or_else(|| "(no such column)".to_owned());
                writeln!(f, "  {column}: {} has to be {}", shown(there), shown(wanted))?;
            }
        }
        Ok(())
    }
}
