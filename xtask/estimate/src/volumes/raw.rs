//! Volumes as they are written: what serde reads and what editors complete.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use stacks::stage::REMEDY;
use std::borrow::Cow;

/// A number from nothing to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount<const MOST: u64>(pub(super) f64);

impl<'de, const MOST: u64> Deserialize<'de> for Amount<MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(from)?;
        #[expect(clippy::cast_precision_loss, reason = "limits are round numbers")]
        let most = MOST as f64;
        if (0.0..=most).contains(&value) {
            return Ok(Self(value));
        }
        Err(de::Error::custom(format!("{value} is out of range{REMEDY}write a number from 0 to {MOST}")))
    }
}

impl<const MOST: u64> JsonSchema for Amount<MOST> {
    fn schema_name() -> Cow<'static, str> {
        format!("UpTo{MOST}").into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": MOST })
    }
}

/// A rate, a size, a count: more than any of ours will be.
pub(super) type Many = Amount<1_000_000_000_000>;

/// What goes through the pipelines of a stage, by which costs and capacity are worked out. What is not written is as in
/// `default.yaml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawVolumes {
    /// Taxi events, all day long.
    pub taxi: RawTaxi,
    /// Partners' catalogues.
    pub accommodation: RawAccommodation,
    /// Listings of flats.
    pub flats: RawFlats,
    /// A day's orders.
    pub orders: RawOrders,
    /// Prices.
    pub rates: RawRates,
    /// Months for which objects stay in S3; what is stored is told for a stage of that age.
    pub kept_months: Option<Amount<1200>>,
    /// Notices to the alert topic in a month.
    pub notices_per_month: Option<Many>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawTaxi {
    /// On the average of a day.
    pub events_per_second: Option<Many>,
    /// Of one event, as JSON.
    pub bytes_per_event: Option<Amount<1_048_576>>,
    /// Of a hundred events, how many break the schema.
    pub rejected_percent: Option<Amount<100>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawAccommodation {
    pub files_per_hour: Option<Many>,
    /// Of one catalogue, unpacked.
    pub mb_per_file: Option<Many>,
    /// Of a hundred megabytes that come in, how many go out.
    pub kept_percent: Option<Amount<100>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawFlats {
    pub files_per_hour: Option<Many>,
    /// Of one file, as it arrives.
    pub mb_per_file: Option<Many>,
    /// How many times as large it is unpacked.
    pub unpacked_times: Option<Amount<1000>>,
    /// Of a hundred megabytes unpacked, how many are written as CSV, packed.
    pub kept_percent: Option<Amount<100>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawOrders {
    pub rows_per_day: Option<Many>,
    /// Of one order in its CSV file.
    pub bytes_per_row: Option<Many>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRates {
    pub rows_per_batch: Option<Many>,
    pub batches_per_day: Option<Amount<1440>>,
    /// Of one price, as it is pulled.
    pub bytes_per_row: Option<Many>,
    /// Prices on one page of the source.
    pub rows_per_page: Option<Many>,
    pub queries_per_day: Option<Many>,
    /// Gigabytes that a query of Athena reads.
    pub gb_per_query: Option<Many>,
}
