//! Which date a run is of.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use contract::orders_etl::Daily;

/// The one that is asked for, else that on which it was scheduled, else today's, as people in the time zone have it.
pub(crate) fn day(asked: &Daily, zone: Tz, now: DateTime<Utc>) -> NaiveDate {
    asked.today.unwrap_or_else(|| asked.scheduled.unwrap_or(now).with_timezone(&zone).date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_of_the_day_on_which_it_was_to_begin() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (berlin, now) = (Tz::Europe__Berlin, at("2022-09-06T00:10:00Z"));
        // Two hours ahead in summer, one in winter.
        let scheduled = |time: &str| Daily { scheduled: Some(at(time)), ..Daily::default() };
        assert_eq!(day(&scheduled("2022-09-05T21:59:59Z"), berlin, now), date("2022-09-05"));
        assert_eq!(day(&scheduled("2022-09-05T22:00:00Z"), berlin, now), date("2022-09-06"));
        assert_eq!(day(&scheduled("2022-12-31T22:59:59Z"), berlin, now), date("2022-12-31"));
        assert_eq!(day(&scheduled("2022-12-31T23:00:00Z"), berlin, now), date("2023-01-01"));
        assert_eq!(day(&Daily::default(), berlin, now), date("2022-09-06"));
        assert_eq!(day(&Daily::default(), Tz::America__New_York, now), date("2022-09-05"));
        let both = Daily { today: Some(date("2024-02-29")), ..scheduled("2022-09-05T04:00:00Z") };
        assert_eq!(day(&both, berlin, now), date("2024-02-29"));
    }
}
