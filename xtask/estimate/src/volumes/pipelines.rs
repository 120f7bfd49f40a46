//! What goes through each pipeline.

use super::{Amount, Many, Volume, volume};
use crate::money::quantity as n;

volume! {
    Taxi from RawTaxi {
        /// On the average of a day.
        events_per_second: Many = 200.0,
        /// Of one event, as JSON.
        bytes_per_event: Amount<1_048_576> = 1_200.0,
        /// Of a hundred events, how many break the schema.
        rejected_percent: Amount<100> = 0.1,
    }
}

volume! {
    Accommodation from RawAccommodation {
        files_per_hour: Many = 4.0,
        /// Of one catalogue, unpacked.
        mb_per_file: Many = 50.0,
        /// Of a hundred megabytes that come in, how many go out.
        kept_percent: Amount<100> = 10.0,
    }
}

volume! {
    Flats from RawFlats {
        files_per_hour: Many = 1.0,
        /// Of one file, as it arrives.
        mb_per_file: Many = 13.0,
        /// How many times as large it is unpacked.
        unpacked_times: Amount<1000> = 8.0,
        /// Of a hundred megabytes unpacked, how many are written as CSV, packed.
        kept_percent: Amount<100> = 10.0,
    }
}

volume! {
    Orders from RawOrders {
        rows_per_day: Many = 100_000.0,
        /// Of one order in its CSV file.
        bytes_per_row: Many = 60.0,
    }
}

volume! {
    Rates from RawRates {
        rows_per_batch: Many = 1_000_000.0,
        batches_per_day: Amount<1440> = 1.0,
        /// Of one price, as it is pulled.
        bytes_per_row: Many = 80.0,
        /// Prices on one page of the source.
        rows_per_page: Many = 10_000.0,
        queries_per_day: Many = 20.0,
        /// Gigabytes that a query of Athena reads.
        gb_per_query: Many = 0.1,
    }
}

impl Volume for Taxi {
    fn growing(&mut self) -> Vec<&mut f64> {
        vec![&mut self.events_per_second]
    }

    fn told(&self) -> String {
        let Self { events_per_second, bytes_per_event, rejected_percent } = *self;
        format!("{} events/s of {} bytes, {rejected_percent} % rejected", n(events_per_second), n(bytes_per_event))
    }
}

impl Volume for Accommodation {
    fn growing(&mut self) -> Vec<&mut f64> {
        vec![&mut self.files_per_hour]
    }

    fn told(&self) -> String {
        let Self { files_per_hour, mb_per_file, kept_percent } = *self;
        format!("{} catalogues/h of {} MB, {kept_percent} % of it kept", n(files_per_hour), n(mb_per_file))
    }
}

impl Volume for Flats {
    fn growing(&mut self) -> Vec<&mut f64> {
        vec![&mut self.files_per_hour]
    }

    fn told(&self) -> String {
        let Self { files_per_hour, mb_per_file, unpacked_times, .. } = *self;
        let (files, mb, times) = (n(files_per_hour), n(mb_per_file), n(unpacked_times));
        format!("{files} files/h of {mb} MB, {times} times as large unpacked")
    }
}

impl Volume for Orders {
    fn growing(&mut self) -> Vec<&mut f64> {
        vec![&mut self.rows_per_day]
    }

    fn told(&self) -> String {
        format!("{} orders/day of {} bytes", n(self.rows_per_day), n(self.bytes_per_row))
    }
}

impl Volume for Rates {
    fn growing(&mut self) -> Vec<&mut f64> {
        vec![&mut self.rows_per_batch, &mut self.queries_per_day]
    }

    fn told(&self) -> String {
        format!(
            "{} batches/day of {} prices of {} bytes, {} queries/day of {} GB",
            n(self.batches_per_day),
            n(self.rows_per_batch),
            n(self.bytes_per_row),
            n(self.queries_per_day),
            n(self.gb_per_query)
        )
    }
}
