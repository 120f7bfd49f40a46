//! What there is to watch of a stage, what is asked for it, and how it is shown. Nothing here asks, waits or prints.

pub mod ask;
pub mod figures;
pub mod line;
pub mod parts;
pub mod screen;
pub mod seen;
pub mod since;
pub mod span;
pub mod thread;
