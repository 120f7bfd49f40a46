//! What goes through the pipelines: stated by somebody, or taken from the defaults.

mod raw;

use schemars::generate::SchemaSettings;
use serde::Serialize;
use stacks::stage::{StageFault, read_as};

pub use raw::{Amount, RawVolumes};

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Volumes {
    pub taxi: Taxi,
    pub accommodation: Accommodation,
    pub flats: Flats,
    pub orders: Orders,
    pub rates: Rates,
    pub kept_months: f64,
    pub notices_per_month: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Taxi {
    pub events_per_second: f64,
    pub bytes_per_event: f64,
    pub rejected_percent: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Accommodation {
    pub files_per_hour: f64,
    pub mb_per_file: f64,
    pub kept_percent: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Flats {
    pub files_per_hour: f64,
    pub mb_per_file: f64,
    pub unpacked_times: f64,
    pub kept_percent: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Orders {
    pub rows_per_day: f64,
    pub bytes_per_row: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    pub rows_per_batch: f64,
    pub batches_per_day: f64,
    pub bytes_per_row: f64,
    pub rows_per_page: f64,
    pub queries_per_day: f64,
    pub gb_per_query: f64,
}

impl Default for Volumes {
    fn default() -> Self {
        Self {
            taxi: Taxi { events_per_second: 200.0, bytes_per_event: 1_200.0, rejected_percent: 0.1 },
            accommodation: Accommodation { files_per_hour: 4.0, mb_per_file: 50.0, kept_percent: 10.0 },
            flats: Flats { files_per_hour: 1.0, mb_per_file: 13.0, unpacked_times: 8.0, kept_percent: 10.0 },
            orders: Orders { rows_per_day: 100_000.0, bytes_per_row: 60.0 },
            rates: Rates {
                rows_per_batch: 1_000_000.0,
                batches_per_day: 1.0,
                bytes_per_row: 80.0,
                rows_per_page: 10_000.0,
                queries_per_day: 20.0,
                gb_per_query: 0.1,
            },
            kept_months: 12.0,
            notices_per_month: 100.0,
        }
    }
}

impl Volumes {
    /// Reads a file of volumes. `file` is only a name for messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, StageFault> {
        let raw =
            read_as(file, text, "write what differs from environments/volumes/default.yaml, or leave the file out");
        raw.map(|raw| Self::of(&raw))
    }

    fn of(raw: &RawVolumes) -> Self {
        let RawVolumes { taxi, accommodation, flats, orders, rates, .. } = raw;
        let mut all = Self::default();
        set(&mut all.taxi.events_per_second, taxi.events_per_second);
        set(&mut all.taxi.bytes_per_event, taxi.bytes_per_event);
        set(&mut all.taxi.rejected_percent, taxi.rejected_percent);
        set(&mut all.accommodation.files_per_hour, accommodation.files_per_hour);
        set(&mut all.accommodation.mb_per_file, accommodation.mb_per_file);
        set(&mut all.accommodation.kept_percent, accommodation.kept_percent);
        set(&mut all.flats.files_per_hour, flats.files_per_hour);
        set(&mut all.flats.mb_per_file, flats.mb_per_file);
        set(&mut all.flats.unpacked_times, flats.unpacked_times);
        set(&mut all.flats.kept_percent, flats.kept_percent);
        set(&mut all.orders.rows_per_day, orders.rows_per_day);
        set(&mut all.orders.bytes_per_row, orders.bytes_per_row);
        set(&mut all.rates.rows_per_batch, rates.rows_per_batch);
        set(&mut all.rates.batches_per_day, rates.batches_per_day);
        set(&mut all.rates.bytes_per_row, rates.bytes_per_row);
        set(&mut all.rates.rows_per_page, rates.rows_per_page);
        set(&mut all.rates.queries_per_day, rates.queries_per_day);
        set(&mut all.rates.gb_per_query, rates.gb_per_query);
        set(&mut all.kept_months, raw.kept_months);
        set(&mut all.notices_per_month, raw.notices_per_month);
        all
    }

    /// So many times as much of everything; records and files stay as large as they are.
    #[must_use]
    pub fn scaled(self, by: f64) -> Self {
        let mut all = self;
        for rate in [
            &mut all.taxi.events_per_second,
            &mut all.accommodation.files_per_hour,
            &mut all.flats.files_per_hour,
            &mut all.orders.rows_per_day,
            &mut all.rates.rows_per_batch,
            &mut all.rates.queries_per_day,
            &mut all.notices_per_month,
        ] {
            *rate *= by;
        }
        all
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

    /// What they say of one pipeline, in words.
    pub fn told(&self, pipeline: &str) -> Option<String> {
        let Self { taxi, accommodation, flats, orders, rates, .. } = self;
        let n = crate::money::quantity;
        Some(match pipeline {
            "taxi" => format!(
                "{} events/s of {} bytes, {} % rejected",
                n(taxi.events_per_second),
                n(taxi.bytes_per_event),
                taxi.rejected_percent
            ),
            "accommodation" => format!(
                "{} catalogues/h of {} MB, {} % of it kept",
                n(accommodation.files_per_hour),
                n(accommodation.mb_per_file),
                accommodation.kept_percent
            ),
            "flats" => format!(
                "{} files/h of {} MB, {} times as large unpacked",
                n(flats.files_per_hour),
                n(flats.mb_per_file),
                flats.unpacked_times
            ),
            "orders" => format!("{} orders/day of {} bytes", n(orders.rows_per_day), n(orders.bytes_per_row)),
            "rates" => format!(
                "{} batches/day of {} prices of {} bytes, {} queries/day of {} GB",
                n(rates.batches_per_day),
                n(rates.rows_per_batch),
                n(rates.bytes_per_row),
                n(rates.queries_per_day),
                n(rates.gb_per_query)
            ),
            _ => return None,
        })
    }
}

fn set<const MOST: u64>(value: &mut f64, written: Option<Amount<MOST>>) {
    if let Some(Amount(written)) = written {
        *value = written;
    }
}
