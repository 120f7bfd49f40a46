//! What resources cost, line by line, and what could not be told.

use crate::HOURS;
use crate::line::{How, Line};
use crate::prices::{PricedRegion, Prices};
use crate::scene::Resource;

pub struct Bill<'a> {
    pub(crate) prices: &'a Prices,
    pub(crate) region: PricedRegion,
    pub(crate) lines: Vec<Line>,
    /// What has a price that the table lacks, or a volume that nobody states.
    pub(crate) unpriced: Vec<String>,
}

impl<'a> Bill<'a> {
    pub fn new(prices: &'a Prices, region: PricedRegion) -> Self {
        Self { prices, region, lines: Vec::new(), unpriced: Vec::new() }
    }

    /// So many of something, every hour of the month.
    pub(super) fn hourly(&mut self, of: &Resource, service: &'static str, price: &str, many: f64) {
        self.put(How::Running, of, service, price, many * HOURS);
    }

    /// What is paid for by the month, as long as it is there.
    pub(super) fn monthly(&mut self, of: &Resource, service: &'static str, price: &str, many: f64) {
        self.put(How::Running, of, service, price, many);
    }

    pub(super) fn volume(&mut self, of: &Resource, service: &'static str, price: &str, quantity: f64) {
        self.put(How::Volume, of, service, price, quantity);
    }

    pub(super) fn unknown(&mut self, of: &Resource, why: &str) {
        self.unpriced.push(format!("{} ({}): {why}", of.id, of.kind));
    }

    fn put(&mut self, how: How, of: &Resource, service: &'static str, price: &str, quantity: f64) {
        let Some(found) = self.prices.prices.get(price) else {
            self.unknown(of, &format!("there is no price '{price}' in the table"));
            return;
        };
        if quantity <= 0.0 {
            return;
        }
        self.lines.push(Line {
            how,
            pipeline: of.pipeline.to_owned(),
            stack: of.stack.to_owned(),
            resource: of.id.to_owned(),
            kind: of.kind.to_owned(),
            service,
            price: price.to_owned(),
            quantity,
            unit: found.unit.clone(),
            monthly: quantity * found.of_one(self.region),
        });
    }
}
