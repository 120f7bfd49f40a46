//! The pipelines that a stage can have: the one list of them, and whatever is done with each.

use schemars::JsonSchema;
use serde::Deserialize;

use super::accommodation::RawAccommodation;
use super::copy::laptop::Laptop;
use super::copy::rules::Follows;
use super::flats::RawFlats;
use super::orders::RawOrders;
use super::rates::RawRates;
use super::raw::RawTaxi;
use super::{Accommodation, Flats, FunctionSize, Inbox, Orders, Rates, Scale, Source, StageFault, Taxi};

/// What the settings of a pipeline say of it. Besides, they say what becomes of them in a copy.
pub(super) trait Pipeline: Follows + Laptop + Sized {
    /// As a stage file has them.
    type Raw;
    /// What it is there for, on its dashboard.
    const ABOUT: &'static str;
    fn check(raw: &Self::Raw, source: &Source) -> Result<Self, StageFault>;
    /// Every function, by the name of its binary, and what runs as a container instead.
    fn functions(&self) -> Vec<(&'static str, FunctionSize)>;
    /// The queues through which its functions are told of what arrives.
    fn queues(&self) -> Vec<&Inbox> {
        Vec::new()
    }
}

macro_rules! pipelines {
    ($($(#[doc = $help:literal])+ $name:ident: $settings:ident from $raw:ident,)+) => {
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct RawPipelines {
            $($(#[doc = $help])+ pub $name: Option<$raw>,)+
        }

        #[derive(Debug, Clone, Default)]
        pub struct Pipelines {
            $(pub $name: Option<$settings>,)+
        }

        impl Pipelines {
            /// Of every pipeline, as stage files and the command line call it.
            pub const NAMES: &[&str] = &[$(stringify!($name)),+];

            pub(super) fn check(raw: &RawPipelines, source: &Source) -> Result<Self, StageFault> {
                Ok(Self { $($name: raw.$name.as_ref().map(|raw| $settings::check(raw, source)).transpose()?,)+ })
            }

            /// Every pipeline by its name, with whether it is there.
            pub fn named(&self) -> Vec<(&'static str, bool)> {
                vec![$((stringify!($name), self.$name.is_some())),+]
            }

            /// Every function of theirs, by the name of its binary, and what runs as a container instead.
            pub fn functions(&self) -> Vec<(&'static str, FunctionSize)> {
                let mut all = Vec::new();
                $(all.extend(self.$name.iter().flat_map(Pipeline::functions));)+
                all
            }

            /// The queues through which functions are told of what arrives.
            pub fn queues(&self) -> Vec<&Inbox> {
                let mut all = Vec::new();
                $(all.extend(self.$name.iter().flat_map(Pipeline::queues));)+
                all
            }

            /// What a pipeline is there for.
            pub(crate) fn about(pipeline: &str) -> &'static str {
                match pipeline {
                    $(stringify!($name) => $settings::ABOUT,)+
                    _ => "",
                }
            }

            /// Those that stay.
            pub(super) fn only(self, stays: impl Fn(&str) -> bool) -> Self {
                Self { $($name: self.$name.filter(|_| stays(stringify!($name))),)+ }
            }

            pub(super) fn scaled(self, scale: Scale) -> Self {
                Self { $($name: self.$name.map(|it| it.scaled(scale)),)+ }
            }

            pub(super) fn on_laptop(self) -> Self {
                Self { $($name: self.$name.map(Laptop::on_laptop),)+ }
            }
        }
    };
}

pipelines! {
    /// Taxi events, from a Kinesis stream to the lake. `taxi: {}` takes every default.
    taxi: Taxi from RawTaxi,
    /// Partners' catalogues, consolidated by which partner is preferred.
    accommodation: Accommodation from RawAccommodation,
    /// Hourly listings of flats, into a warehouse.
    flats: Flats from RawFlats,
    /// A day's orders, into PostgreSQL, summed up, exported and told of by mail.
    orders: Orders from RawOrders,
    /// Prices, pulled in batches, curated as Parquet, queried by Athena, and loaded off-peak.
    rates: Rates from RawRates,
}
