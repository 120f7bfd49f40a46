//! The parts that stacks are made of: one typed view each, written out by the component of the same name in
//! `templates/components/`.

mod alarm;
mod bucket;
mod delivery;
mod function;
mod queue;
mod scope;
mod stream;
mod table;
mod tags;
mod trigger;

pub use alarm::{AlarmView, Metric};
pub use bucket::{BucketView, Lifecycle};
pub use delivery::DeliveryView;
pub use function::{Asset, CodeParameter, FunctionView, function};
pub use queue::QueueView;
pub use scope::Scope;
pub use stream::StreamView;
pub use table::{Catalog, TableView};
pub use tags::Tags;
pub use trigger::{Trigger, reads_stream};
