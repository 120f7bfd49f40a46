//! The day's sums: one row in each table, out of what is staged.

use chrono::NaiveDate;
use contract::orders::{LATE_AFTER_DAYS, LOST_AFTER_DAYS};

use crate::{fault::Trouble, session::Session};

const STATEMENTS: [(&str, &str); 3] = [
    ("counting orders on holidays", include_str!("../sql/agg_public_holiday.sql")),
    ("counting shipments", include_str!("../sql/agg_shipments.sql")),
    ("looking for the best product", include_str!("../sql/best_performing_product.sql")),
];

/// Replaces the rows of a date, and no others.
pub(crate) async fn compute(session: &Session<'_>, day: NaiveDate) -> Result<(), Trouble> {
    let (day, late, lost) = (day.to_string(), LATE_AFTER_DAYS.to_string(), LOST_AFTER_DAYS.to_string());
    for (purpose, sql) in STATEMENTS {
        session.run(purpose, &session.fill(sql, &[("{day}", &day), ("{late}", &late), ("{lost}", &lost)])).await?;
    }
    Ok(())
}

/// Of how many dates with orders nobody has said whether they are holidays. They count as none.
pub(crate) async fn unknown_dates(session: &Session<'_>) -> Result<u64, Trouble> {
    let sql = "SELECT COUNT(DISTINCT order_date) FROM \"{schema}_staging\".orders AS placed WHERE NOT EXISTS (\n\
               SELECT FROM {dimensions}.dim_dates AS known WHERE known.calendar_dt = placed.order_date)";
    let rows = session.select("looking for unknown dates", &session.fill(sql, &[])).await?;
    Ok(rows.first().and_then(|row| row.first()?.as_ref()?.parse().ok()).unwrap_or_default())
}
