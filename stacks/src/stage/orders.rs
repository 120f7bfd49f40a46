//! The orders pipeline's settings, with their defaults.

use contract::orders_etl::OrdersEtl;
use contract::{Function, SchemaName, TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;

use super::pipelines::Pipeline;
use super::raw::{Package, RawFunction};
use super::value::{Email, TimeOfDay, agreed};
use super::{FunctionSize, Source, StageFault};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawOrders {
    /// What its schemas in the database and its exports are called after. Default: orders.
    #[schemars(with = "Option<String>")]
    #[serde(deserialize_with = "agreed")]
    pub schema: Option<SchemaName>,
    /// When the day's orders are processed.
    pub schedule: RawSchedule,
    /// The function that does it. Defaults: image, 1024 MB, 900 s.
    pub etl: RawFunction,
    /// Who is told how a run went. Each has to confirm once. Default: `alerts.emails`.
    pub emails: Option<Vec<Email>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSchedule {
    /// The time of day, such as "06:30". Default: "04:00".
    pub at: Option<TimeOfDay>,
    /// Whose time that is, and whose date a run has. Default: UTC.
    #[schemars(with = "Option<String>")]
    #[serde(deserialize_with = "agreed")]
    pub time_zone: Option<TimeZone>,
    /// Whether it runs by itself. Default: true.
    pub enabled: Option<bool>,
}

#[derive(Debug, Clone)]
pub struct Orders {
    pub schema: SchemaName,
    pub schedule: Schedule,
    pub etl: FunctionSize,
    pub emails: Vec<Email>,
}

pub(super) const ETL: FunctionSize = FunctionSize { package: Package::Image, memory_mb: 1024, timeout_seconds: 900 };

/// Once a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    pub at: TimeOfDay,
    pub time_zone: TimeZone,
    pub enabled: bool,
}

impl Pipeline for Orders {
    type Raw = RawOrders;
    const ABOUT: &'static str = "Once a day: what shops sold, into PostgreSQL, summed up, exported and told of.";

    fn check(raw: &RawOrders, source: &Source) -> Result<Self, StageFault> {
        Ok(Self {
            schema: raw.schema.clone().unwrap_or(SchemaName::ORDERS),
            schedule: Schedule {
                at: raw.schedule.at.unwrap_or(TimeOfDay { hour: 4, minute: 0 }),
                time_zone: raw.schedule.time_zone.unwrap_or(TimeZone::UTC),
                enabled: raw.schedule.enabled.unwrap_or(true),
            },
            etl: FunctionSize::check(&raw.etl, ETL),
            emails: raw.emails.clone().unwrap_or_else(|| source.alert_emails.to_vec()),
        })
    }

    fn functions(&self) -> Vec<(&'static str, FunctionSize)> {
        vec![(OrdersEtl::BIN, self.etl)]
    }
}
