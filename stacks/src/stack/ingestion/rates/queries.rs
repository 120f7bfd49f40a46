//! The questions that everybody asks of prices first.

use crate::blocks::Query;

/// The batch that was begun last, of those that may be read.
const NEWEST: &str = "(SELECT max_by(batch, \"$path\") FROM prices WHERE pulled = (SELECT max(pulled) FROM prices))";

pub(super) fn queries() -> Vec<Query> {
    let newest = format!("SELECT count(*) AS prices, avg(price) AS average_price FROM prices WHERE batch = {NEWEST}");
    let averages = format!(
        "SELECT orig_code, dest_code, day, CASE WHEN count(*) >= 3 THEN round(avg(price), 2) END AS average_price, count(*) AS \
         prices FROM prices WHERE batch = {NEWEST} GROUP BY orig_code, dest_code, day ORDER BY 1, 2, 3"
    );
    let batches = "SELECT pulled, batch, count(*) AS prices, min(day) AS first_day, max(day) AS last_day FROM prices GROUP BY \
                   pulled, batch ORDER BY 1 DESC, 2";
    vec![
        Query { id: "RatesNewest", name: "newest batch", about: "How much the newest batch holds", sql: newest },
        Query { id: "RatesAverages", name: "daily averages", about: "Between ports, by day", sql: averages },
        Query { id: "RatesBatches", name: "batches", about: "What there is of each day", sql: batches.to_owned() },
    ]
}
