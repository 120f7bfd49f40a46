//! Everything that a run of the engine works with.

use crate::cloud::{Cloud, Patient};
use crate::host::Host;
use crate::schemas::Schemas;
use crate::target::{Target, Wishes};

pub struct Engine<'a, C> {
    pub cloud: Patient<'a, C>,
    pub target: &'a Target,
    pub wishes: &'a Wishes,
    pub schemas: &'a dyn Schemas,
    pub host: &'a dyn Host,
}

impl<'a, C: Cloud> Engine<'a, C> {
    pub fn new(
        cloud: &'a C,
        target: &'a Target,
        wishes: &'a Wishes,
        schemas: &'a dyn Schemas,
        host: &'a dyn Host,
    ) -> Self {
        Self { cloud: Patient::new(cloud), target, wishes, schemas, host }
    }
}
