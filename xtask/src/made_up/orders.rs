//! A shop's orders of some months, with what was shipped, delivered and thought of it.

use chrono::{Datelike, Days, NaiveDate};
use contract::orders::{DIMENSIONS, ORDERS, REVIEWS, SHIPMENTS, Sheet};
use fastrand::Rng;
use std::fmt::Write;

use super::{File, of_file};

/// What made-up orders are like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shop {
    pub(crate) seed: u64,
    pub(crate) today: NaiveDate,
    /// Orders in all, on so many days, the last of which is today.
    pub(crate) rows: u32,
    pub(crate) days: u32,
    pub(crate) fault: Option<Fault>,
}

/// One thing that is wrong, for which a run has to be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Fault {
    /// Of the orders, a column is called otherwise
    WrongHeader,
    /// An order of the 30th of February
    BadDate,
    /// An order of a product that is not in the list of products
    UnknownProduct,
    /// An order of less than nothing
    NegativeQuantity,
    /// An order whose total is not price times quantity
    WrongTotal,
    /// Two orders of the same id
    DuplicateId,
}

const PRODUCTS: u32 = 40;
const CUSTOMERS: u32 = 500;
/// Days off that are the same each year, as month and day.
const HOLIDAYS: [(u32, u32); 8] = [(1, 1), (1, 6), (5, 1), (8, 15), (10, 3), (11, 1), (12, 25), (12, 26)];

/// All files of one run.
pub(crate) fn files(shop: Shop) -> Vec<File> {
    let mut chance = of_file(shop.seed, 0);
    let (orders, shipments) = orders(shop, &mut chance);
    let [dates, products, customers, addresses] = DIMENSIONS;
    vec![
        file(&ORDERS, orders),
        file(&REVIEWS, reviews(shop, &mut chance)),
        file(&SHIPMENTS, shipments),
        file(&dates, dim_dates(shop)),
        file(&products, dim_products()),
        file(&customers, dim_customers()),
        file(&addresses, dim_addresses()),
    ]
}

fn file(sheet: &Sheet, text: String) -> File {
    File { name: sheet.files[0].to_owned(), bytes: text.into_bytes() }
}

fn header(sheet: &Sheet) -> String {
    sheet.columns.join(",") + "\n"
}

/// Writes to memory, which takes everything.
macro_rules! line {
    ($to:expr, $($part:tt)*) => {
        let _ = writeln!($to, $($part)*);
    };
}

fn orders(shop: Shop, chance: &mut Rng) -> (String, String) {
    let (mut orders, mut shipments) = (header(&ORDERS), header(&SHIPMENTS));
    if shop.fault == Some(Fault::WrongHeader) {
        orders = orders.replace("order_date", "ordered");
    }
    // In the middle, where nobody looks.
    let wrong = shop.rows / 2 + 1;
    for number in 1..=shop.rows {
        let fault = shop.fault.filter(|_| number == wrong);
        let placed = shop.today - Days::new(chance.u64(0..u64::from(shop.days.max(1))));
        let (cents, quantity) = (chance.u64(99..20_000), chance.u64(1..10));
        let total = cents * quantity + u64::from(fault == Some(Fault::WrongTotal));
        let id = if fault == Some(Fault::DuplicateId) { number - 1 } else { number };
        let product = match fault {
            Some(Fault::UnknownProduct) => PRODUCTS + 1,
            _ => chance.u32(1..=PRODUCTS),
        };
        let date = match fault {
            Some(Fault::BadDate) => format!("{}-02-30", shop.today.year()),
            _ => placed.to_string(),
        };
        let sign = if fault == Some(Fault::NegativeQuantity) { "-" } else { "" };
        let customer = chance.u32(1..=CUSTOMERS);
        line!(
            orders,
            "{id},{customer},{date},{product},{}.{:02},{sign}{quantity},{}.{:02}",
            cents / 100,
            cents % 100,
            total / 100,
            total % 100
        );
        if chance.u8(0..10) > 0 {
            let after = |from: NaiveDate, days: u64| Some(from + Days::new(days)).filter(|date| *date <= shop.today);
            let shipped = after(placed, chance.u64(0..10)).filter(|_| chance.u8(0..20) > 0);
            let delivered = shipped.and_then(|shipped| after(shipped, chance.u64(1..6)));
            let delivered = delivered.filter(|_| chance.u8(0..5) > 0);
            let shown = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
            line!(shipments, "s{number},{number},{},{}", shown(shipped), shown(delivered));
        }
    }
    (orders, shipments)
}

fn reviews(shop: Shop, chance: &mut Rng) -> String {
    let mut text = header(&REVIEWS);
    for _ in 0..shop.rows / 2 {
        line!(text, "{},{}", [1, 2, 3, 4, 4, 5, 5][chance.usize(0..7)], chance.u32(1..=PRODUCTS));
    }
    text
}

fn dim_dates(shop: Shop) -> String {
    let mut text = header(&DIMENSIONS[0]);
    let first = shop.today - Days::new(u64::from(shop.days.max(1)));
    for date in first.iter_days().take_while(|date| *date <= shop.today) {
        let weekday = date.weekday().number_from_monday();
        let works = weekday <= 5 && !HOLIDAYS.contains(&(date.month(), date.day()));
        line!(text, "{date},{},{},{},{weekday},{works}", date.year(), date.month(), date.day());
    }
    text
}

fn dim_products() -> String {
    let things = ["lamp", "chair", "table", "shelf", "rug"];
    let mut text = header(&DIMENSIONS[1]);
    for id in 1..=PRODUCTS {
        let thing = things[(id % 5) as usize];
        line!(text, "{id},{thing}s,\"{thing}, model {id}\"");
    }
    text
}

fn dim_customers() -> String {
    let mut text = header(&DIMENSIONS[2]);
    for id in 1..=CUSTOMERS {
        line!(text, "{id},Customer {id},{:05}", 10_000 + id % 90);
    }
    text
}

fn dim_addresses() -> String {
    let mut text = header(&DIMENSIONS[3]);
    for number in 0..90 {
        line!(
            text,
            "{:05},Nowhere,Region {},State {},{number} Example Street",
            10_000 + number,
            number % 7,
            number % 3
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(rows: u32, fault: Option<Fault>) -> Shop {
        Shop { seed: 7, today: NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(), rows, days: 400, fault }
    }

    #[test]
    fn the_same_seed_makes_the_same_orders() {
        assert_eq!(files(shop(200, None)), files(shop(200, None)));
        assert_ne!(files(shop(200, None)), files(Shop { seed: 8, ..shop(200, None) }));
    }

    #[test]
    fn a_fault_changes_one_line_of_the_orders() {
        let lines = |fault| String::from_utf8(files(shop(200, fault))[0].bytes.clone()).unwrap();
        let clean = lines(None);
        assert_eq!(clean.lines().count(), 201);
        for fault in <Fault as clap::ValueEnum>::value_variants() {
            let wrong = lines(Some(*fault));
            let differing: Vec<_> = clean.lines().zip(wrong.lines()).filter(|(a, b)| a != b).collect();
            assert!(!differing.is_empty(), "{fault:?}");
        }
    }
}
