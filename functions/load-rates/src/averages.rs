//! The view of daily averages against a plain recomputation, and what PostgreSQL does for a question.

use chrono::NaiveDate;
use runtime::testing::{Dice, Upsets};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    bench::{Db, Price, World},
    report::Status,
};

/// Regions within regions, and ports at any level of them.
struct Map {
    /// Of each region, the one that it is in.
    regions: Vec<Option<usize>>,
    ports: Vec<(String, usize)>,
}

impl Map {
    fn of(dice: &mut Dice, regions: usize, ports: usize) -> Self {
        let regions = (0..regions).map(|n| (n > 0 && dice.percent(80)).then(|| dice.below(n))).collect::<Vec<_>>();
        let code = |n: usize| -> String {
            [n / 26 % 26, n % 26].iter().map(|n| char::from(b'A' + u8::try_from(*n).unwrap())).collect()
        };
        let ports = (0..ports).map(|n| (format!("XYZ{}", code(n)), dice.below(regions.len()))).collect();
        Self { regions, ports }
    }

    /// Children first and parents first: the order of a file means nothing.
    fn files(&self) -> (String, String) {
        let slug = |n: &usize| format!("r{n}");
        let region = |(n, parent): (usize, &Option<usize>)| {
            format!("r{n},Region {n},{}\n", parent.as_ref().map(slug).unwrap_or_default())
        };
        let lines = |text: String, line: String| text + &line;
        let regions = self.regions.iter().enumerate().rev().map(region).fold(String::new(), lines);
        let ports = self.ports.iter().map(|(code, region)| format!("{code},,r{region}\n")).fold(String::new(), lines);
        (format!("slug,name,parent_slug\n{regions}"), format!("code,name,parent_slug\n{ports}"))
    }

    fn above(&self, code: &str) -> Vec<String> {
        let mut places = vec![code.to_owned()];
        let mut at = self.ports.iter().find(|(port, _)| port == code).map(|(_, region)| *region);
        while let Some(region) = at {
            places.push(format!("r{region}"));
            at = self.regions[region];
        }
        places
    }

    fn averages(&self, rows: &[Price]) -> String {
        let mut sums: BTreeMap<(String, String, NaiveDate), (u64, u64)> = BTreeMap::new();
        for (orig, dest, day, price) in rows {
            for orig in self.above(orig) {
                for dest in self.above(dest) {
                    let sum = sums.entry((orig.clone(), dest, *day)).or_default();
                    *sum = (sum.0 + u64::try_from(*price).unwrap(), sum.1 + 1);
                }
            }
        }
        let line = |((orig, dest, day), (sum, count)): (&(String, String, NaiveDate), &(u64, u64))| {
            let cents = (sum * 200 + count) / (2 * count);
            let average = if *count < 3 { String::new() } else { format!("{}.{:02}", cents / 100, cents % 100) };
            format!("{orig}|{dest}|{day}|{average}|{count}\n")
        };
        sums.iter().map(line).collect()
    }
}

fn random(dice: &mut Dice, map: &Map, count: usize, days: usize) -> Vec<Price> {
    let first: NaiveDate = "2026-01-30".parse().unwrap();
    let mut rows = BTreeSet::new();
    while rows.len() < count {
        let mut port = || map.ports[dice.below(map.ports.len())].0.clone();
        let (orig, dest) = (port(), port());
        let day = first + chrono::Days::new(dice.below(days) as u64);
        let price = if dice.percent(5) { i32::MAX } else { i32::try_from(dice.below(5_000)).unwrap() };
        rows.insert((orig, dest, day, price));
    }
    rows.into_iter().collect()
}

#[test]
fn the_view_is_what_a_plain_recomputation_gives() {
    let db = Db::new();
    let world = World::new(Upsets::default());
    for number in 1..=12 {
        let mut dice = Dice::new(u64::try_from(number).unwrap());
        let (regions, ports) = (1 + dice.below(8), 1 + dice.below(7));
        let map = Map::of(&mut dice, regions, ports);
        let (regions, ports) = map.files();
        world.reference(&regions, &ports);
        let count = dice.below(120);
        let rows = random(&mut dice, &map, count, 4);
        // Parts of any size, also of nothing.
        let cut = dice.below(rows.len() + 1);
        world.curated(number, &[rows[..cut].to_vec(), rows[cut..].to_vec()]);
        assert_eq!(world.invoke(&db).response.status, Status::Loaded, "{number}");
        let seen = db.sql("SELECT * FROM rates.daily_averages ORDER BY 1, 2, 3;");
        assert_eq!(seen, map.averages(&rows), "{number}");
    }
}

/// How a question is answered: the lines of `EXPLAIN`.
fn plan(db: &Db, orig: &str, dest: &str, days: &str) -> String {
    db.sql(&format!(
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) SELECT * FROM rates.daily_averages\n\
         WHERE orig = '{orig}' AND dest = '{dest}' AND day BETWEEN {days};"
    ))
}

#[test]
fn a_question_goes_by_the_index_of_the_table_that_is_served() {
    let (db, world) = (Db::new(), World::new(Upsets::default()));
    let mut dice = Dice::new(7);
    let map = Map::of(&mut dice, 25, 100);
    let (regions, ports) = map.files();
    world.reference(&regions, &ports);
    let days = "DATE '2026-02-01' AND DATE '2026-02-20'";
    for number in 1..=2 {
        let rows = random(&mut dice, &map, 40_000, 90);
        world.curated(number, &[rows]);
        assert_eq!(world.invoke(&db).response.status, Status::Loaded);
        // A region of some ports, of which there is one for certain.
        let region =
            db.sql("SELECT place FROM rates.places GROUP BY 1 HAVING count(*) BETWEEN 5 AND 12 ORDER BY 1 LIMIT 1;");
        for (orig, dest) in [("XYZAA", "XYZAB"), ("XYZAA", region.trim()), (region.trim(), region.trim())] {
            let plan = plan(&db, orig, dest, days);
            let ran = |line: &&str| line.contains(" on prices_") && !line.contains("(never executed)");
            let scans: Vec<&str> = plan.lines().filter(ran).collect();
            let served = number % 2 == 0;
            let by_index = format!("Index Only Scan using prices_{0}_once on prices_{0} ", u8::from(served));
            assert!(!scans.is_empty() && scans.iter().all(|line| line.contains(&by_index)), "{orig} {dest}: {plan}");
        }
    }
}
