//! A stage of AWS as a laptop can run it: the same pipelines with the choices that need no account and no containers.

use crate::stage::rates::{Engine, Load, PULL, Pull, Rates};
use crate::stage::{AccountId, Architecture, FunctionSize, Package, Platform, Stage, Warehouse};

/// The source is a server on the same machine.
const REQUESTS_PER_MINUTE: u32 = 6000;

impl Stage {
    pub(super) fn on_laptop(mut self, host: Architecture) -> Self {
        let pipelines = &mut self.pipelines;
        if let Some(taxi) = &mut pipelines.taxi {
            taxi.consumers.batch_window_seconds = 1;
            taxi.delivery.buffer_seconds = taxi.delivery.buffer_seconds.min(60);
            zipped([&mut taxi.write_to_s3, &mut taxi.send_to_firehose]);
        }
        if let Some(accommodation) = &mut pipelines.accommodation {
            accommodation.queue.batch_window_seconds = 1;
            zipped([&mut accommodation.consolidate]);
        }
        if let Some(flats) = &mut pipelines.flats {
            flats.warehouse = Warehouse::Postgres;
            flats.queue.batch_window_seconds = 1;
            flats.load_queue.batch_window_seconds = 1;
            zipped([&mut flats.transform, &mut flats.load]);
        }
        if let Some(orders) = &mut pipelines.orders {
            zipped([&mut orders.etl]);
        }
        if let Some(rates) = &mut pipelines.rates {
            self::rates(rates);
        }
        Self {
            platform: Platform::Emulator,
            account: AccountId::emulated(),
            architecture: host,
            hotswap: true,
            ci: None,
            ..self
        }
    }
}

fn zipped<const N: usize>(functions: [&mut FunctionSize; N]) {
    for function in functions {
        function.package = Package::Zip;
    }
}

fn rates(rates: &mut Rates) {
    // Neither the real source nor what it asks for is a laptop's business.
    (rates.source, rates.secret) = (None, None);
    rates.requests_per_minute = REQUESTS_PER_MINUTE;
    if let Pull::Task(_) = rates.pull {
        rates.pull = Pull::Function(PULL);
    }
    (rates.engine, rates.load) = (Engine::Function, Load::Direct);
    zipped([&mut rates.curate, &mut rates.loader]);
}
