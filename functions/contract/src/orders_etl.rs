//! `orders-etl`: once a day, what shops sold goes into PostgreSQL, is summed up, exported and told of.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    AssetFile, Folder, Function, Load, Publish, Read, SchemaName, Side, TimeZone, Topic, Warehouse, Whole, Write,
};

pub enum OrdersEtl {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub input: S::Slot<Read<Folder>>,
    pub exports: S::Slot<Write<Folder>>,
    /// A PostgreSQL.
    pub database: S::Slot<Load<Warehouse>>,
    /// Of its certificate.
    pub authorities: AssetFile,
    /// What its schemas and its exports are called after.
    pub schema: SchemaName,
    /// Which date it is at the time of a run.
    pub time_zone: TimeZone,
    /// How long a run may take: the function's time-out.
    pub seconds: Whole,
    /// Where people are told how a run went.
    pub notices: S::Slot<Publish<Topic>>,
}

/// What a run is asked for. Nothing at all asks for today's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Daily {
    /// The date of the run, instead of that at which it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub today: Option<NaiveDate>,
    /// When the schedule began it: a run that is tried again after midnight is still that of the day before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<DateTime<Utc>>,
    /// Replace what an earlier run of the same date has done. Without it such a run does nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Bring the tables up to date, and do nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migrate: Option<Migrate>,
}

/// How far a migration may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Migrate {
    /// Only say what would be done.
    pub plan: bool,
    /// Also what loses data.
    pub destructive: bool,
}

impl Function for OrdersEtl {
    const BIN: &'static str = "orders-etl";
    const DESCRIPTION: &'static str = "Loads the day's orders into PostgreSQL, sums them up, exports and tells of it";
    type Event = Daily;
    type Env<S: Side> = Env<S>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_nothing_asks_for_today() {
        assert_eq!(serde_json::from_str::<Daily>("{}").unwrap(), Daily::default());
        assert_eq!(serde_json::to_string(&Daily::default()).unwrap(), "{}");
    }

    #[test]
    fn a_misspelt_wish_is_no_wish() {
        assert!(serde_json::from_str::<Daily>(r#"{"todays": "2022-09-05"}"#).is_err());
        assert!(serde_json::from_str::<Daily>(r#"{"today": "05.09.2022"}"#).is_err());
    }

    #[test]
    fn the_schedule_says_when() {
        let asked: Daily = serde_json::from_str(r#"{"scheduled": "2022-09-05T04:00:00Z"}"#).unwrap();
        assert_eq!(asked.scheduled.map(|at| at.timestamp()), Some(1_662_350_400));
    }
}
