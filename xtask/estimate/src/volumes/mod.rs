//! What goes through the pipelines: stated by somebody, or taken from the defaults.

mod pipelines;
mod raw;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use stacks::stage::{StageFault, read_as};

pub use pipelines::{Accommodation, Flats, Orders, Rates, Taxi};
pub use raw::Amount;
pub(crate) use raw::{Many, set, volume};

use pipelines::{RawAccommodation, RawFlats, RawOrders, RawRates, RawTaxi};

/// What goes through one pipeline.
pub(crate) trait Volume {
    /// What there is more of where there is more of everything; records and files stay as large as they are.
    fn growing(&mut self) -> Vec<&mut f64>;
    /// All of it, in words.
    fn told(&self) -> String;
}

macro_rules! volumes {
    ($($(#[doc = $help:literal])+ $name:ident: $volume:ident from $raw:ident,)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
        pub struct Volumes {
            $(pub $name: $volume,)+
            pub kept_months: f64,
            pub notices_per_month: f64,
        }

        /// What goes through the pipelines of a stage, by which costs and capacity are worked out. What is not written is as in
        /// `default.yaml`.
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        struct RawVolumes {
            $($(#[doc = $help])+ $name: $raw,)+
            /// Months for which objects stay in S3; what is stored is told for a stage of that age.
            kept_months: Option<Amount<1200>>,
            /// Notices to the alert topic in a month.
            notices_per_month: Option<Many>,
        }

        impl Default for Volumes {
            fn default() -> Self {
                Self { $($name: $volume::default(),)+ kept_months: 12.0, notices_per_month: 100.0 }
            }
        }

        impl Volumes {
            fn of(raw: &RawVolumes) -> Self {
                let mut all = Self::default();
                $(all.$name.state(&raw.$name);)+
                set(&mut all.kept_months, raw.kept_months);
                set(&mut all.notices_per_month, raw.notices_per_month);
                all
            }

            /// So many times as much of everything.
            #[must_use]
            pub fn scaled(self, by: f64) -> Self {
                let mut all = self;
                $(all.$name.growing().into_iter().for_each(|rate| *rate *= by);)+
                all.notices_per_month *= by;
                all
            }

            /// What they say of one pipeline, in words.
            pub fn told(&self, pipeline: &str) -> Option<String> {
                match pipeline {
                    $(stringify!($name) => Some(self.$name.told()),)+
                    _ => None,
                }
            }
        }
    };
}

volumes! {
    /// Taxi events, all day long.
    taxi: Taxi from RawTaxi,
    /// Partners' catalogues.
    accommodation: Accommodation from RawAccommodation,
    /// Listings of flats.
    flats: Flats from RawFlats,
    /// A day's orders.
    orders: Orders from RawOrders,
    /// Prices.
    rates: Rates from RawRates,
}

impl Volumes {
    /// Reads a file of volumes. `file` is only a name for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, StageFault> {
        let raw =
            read_as(file, text, "write what differs from environments/volumes/default.yaml, or leave the file out");
        raw.map(|raw| Self::of(&raw))
    }

    /// The JSON Schema of such files, for editors.
    pub fn schema() -> String {
        let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<RawVolumes>();
        let mut value = schema.to_value();
        if let Some(root) = value.as_object_mut() {
            root.insert("title".to_owned(), "Millrace volumes".into());
        }
        format!("{value:#}\n")
    }
}
