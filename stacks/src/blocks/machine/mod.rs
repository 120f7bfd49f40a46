//! State machines: what follows what, as values that cannot lead nowhere.
//!
//! A machine is written from its end: a state is told which ones come after it, and only a state that was written before can
//! be told. A task cannot be made without a time-out, without what is tried again, and without what happens when it fails for
//! good. What the machine's role may do follows from what its tasks do.

mod retry;
mod states;
mod text;
mod view;
mod work;

pub use retry::Retries;
pub use states::{Limits, Machine, States, To, When, machine};
pub use view::MachineView;
pub use work::{Given, Work, from, input};
