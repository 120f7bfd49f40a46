//! What a stage costs a month and what it can take.
//!
//! No I/O, no clock, no SDK: templates, settings and stated volumes go in, numbers with their reasons come out. `prices.yaml` is
//! the price table; [`kinds`] says what each type of resource costs by; [`traffic`] what volumes mean for each function.

pub mod capacity;
pub mod costs;
pub mod difference;
pub mod kinds;
pub mod line;
pub mod money;
pub mod pace;
pub mod prices;
pub mod report;
pub mod scene;
pub mod traffic;
pub mod volumes;

pub use costs::{Estimate, price};
pub use difference::Difference;
pub use line::{How, Line};
pub use prices::{PricedRegion, Prices};
pub use volumes::Volumes;

/// Hours in the month that everything is told for.
pub const HOURS: f64 = 730.0;
/// Seconds in it, and days.
pub const SECONDS: f64 = HOURS * 3600.0;
pub const DAYS: f64 = HOURS / 24.0;
