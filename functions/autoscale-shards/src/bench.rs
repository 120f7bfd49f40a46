//! A function with everything in memory.

use contract::{
    Handle, Whole,
    autoscale_shards::{Env, Start},
};
use runtime::{
    Answer, Handler,
    testing::{MemoryScaling, Upsets, Watch, run},
};
use std::{error::Error, rc::Rc};

use crate::{
    handle::Autoscaler,
    report::{Report, Status},
};

/// A stream of 4 shards, which may have 2 to 16.
pub(crate) struct World {
    pub(crate) stream: Rc<MemoryScaling>,
    pub(crate) upsets: Rc<Upsets>,
}

impl World {
    pub(crate) fn new(upsets: Upsets) -> Self {
        let upsets = Rc::new(upsets);
        Self { stream: Rc::new(MemoryScaling::new(4, Rc::clone(&upsets))), upsets }
    }

    pub(crate) fn invoke(&self) -> Result<Answer<Report>, Box<dyn Error + Send + Sync>> {
        let env = Env {
            stream: Handle::named("millrace-dev-taxi"),
            min_shards: Whole(2),
            max_shards: Whole(16),
            target_percent: Whole(70),
        };
        let clock = || self.stream.now();
        let scaler = Autoscaler { env, streams: Rc::clone(&self.stream), pause: Watch::default(), clock };
        run(scaler.checked().unwrap().handle(Start::default()))
    }

    pub(crate) fn status(&self) -> Status {
        self.invoke().unwrap().response.status
    }
}
