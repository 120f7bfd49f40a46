//! The parts that stacks are made of: one typed view each, written out by the component of the same name in
//! `templates/components/`.

mod alarm;
mod bucket;
mod dashboard;
mod database;
mod delivery;
mod event_rule;
mod function;
mod inbox;
mod items;
mod network;
mod queue;
mod repository;
mod schedule;
mod scope;
mod stream;
mod table;
mod tags;
mod topic;
mod trigger;
mod warehouse;

pub use alarm::{AlarmView, Metric};
pub use bucket::{BucketView, Lifecycle};
pub use dashboard::{DashboardView, Graph};
pub use database::{DATABASE, DatabaseView, database_name};
pub use delivery::DeliveryView;
pub use event_rule::EventRuleView;
pub use function::{Asset, CodeParameter, CodePlaces, FunctionView, function};
pub use inbox::{InboxNames, InboxView};
pub use items::ItemsView;
pub use network::{FUNCTIONS_GROUP, NetworkView, Placement, SUBNETS};
pub use queue::QueueView;
pub use repository::{RepositoryView, repository_id};
pub use schedule::ScheduleView;
pub use scope::Scope;
pub use stream::StreamView;
pub use table::{Catalog, TableView};
pub use tags::Tags;
pub use topic::TopicView;
pub use trigger::{Trigger, on_schedule, reads_queue, reads_stream};
pub use warehouse::WarehouseView;
