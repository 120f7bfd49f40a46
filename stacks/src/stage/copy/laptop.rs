//! A stage of AWS as a laptop can run it: the same pipelines with the choices that need no account and no containers.

use crate::stage::rates::{Engine, Load, PULL, Pull, Rates};
use crate::stage::{
    Accommodation, AccountId, Architecture, Consumers, Delivery, Flats, FunctionSize, Inbox, Orders, Package, Platform,
    Stage, Taxi, Warehouse,
};

/// The source is a server on the same machine.
const REQUESTS_PER_MINUTE: u32 = 6000;

/// How the settings of a pipeline become what a laptop can run.
pub(in crate::stage) trait Laptop {
    #[must_use]
    fn on_laptop(self) -> Self;
}

impl Stage {
    pub(super) fn on_laptop(self, host: Architecture) -> Self {
        Self {
            pipelines: self.pipelines.on_laptop(),
            platform: Platform::Emulator,
            account: AccountId::emulated(),
            architecture: host,
            hotswap: true,
            ci: None,
            ..self
        }
    }
}

pub(in crate::stage) fn zipped(size: FunctionSize) -> FunctionSize {
    FunctionSize { package: Package::Zip, ..size }
}

/// Whoever sits before it does not wait for a batch to fill.
pub(in crate::stage) fn prompt(inbox: Inbox) -> Inbox {
    Inbox { batch_window_seconds: 1, ..inbox }
}

impl Laptop for Taxi {
    fn on_laptop(self) -> Self {
        Self {
            consumers: Consumers { batch_window_seconds: 1, ..self.consumers },
            delivery: Delivery { buffer_seconds: self.delivery.buffer_seconds.min(60), ..self.delivery },
            write_to_s3: zipped(self.write_to_s3),
            send_to_firehose: zipped(self.send_to_firehose),
            ..self
        }
    }
}

impl Laptop for Accommodation {
    fn on_laptop(self) -> Self {
        Self { queue: prompt(self.queue), consolidate: zipped(self.consolidate), ..self }
    }
}

impl Laptop for Flats {
    fn on_laptop(self) -> Self {
        Self {
            queue: prompt(self.queue),
            transform: zipped(self.transform),
            load_queue: prompt(self.load_queue),
            load: zipped(self.load),
            warehouse: Warehouse::Postgres,
        }
    }
}

impl Laptop for Orders {
    fn on_laptop(self) -> Self {
        Self { etl: zipped(self.etl), ..self }
    }
}

impl Laptop for Rates {
    fn on_laptop(self) -> Self {
        Self {
            // Neither the real source nor what it asks for is a laptop's business.
            source: None,
            secret: None,
            requests_per_minute: REQUESTS_PER_MINUTE,
            pull: match self.pull {
                Pull::Task(_) => Pull::Function(PULL),
                function @ Pull::Function(_) => function,
            },
            curate: zipped(self.curate),
            engine: Engine::Function,
            load: Load::Direct,
            loader: zipped(self.loader),
            ..self
        }
    }
}
