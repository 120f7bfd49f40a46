//! What a new pipeline or function adds to the project: files of its own, and a line here and there in files of others.
//!
//! No I/O: the project's files come in as text, and what is to be written goes out. Everything is worked out before anything
//! is written, so that a place that is not found leaves the project as it was.

mod edit;
mod function;
mod name;
mod pipeline;
mod stage_file;
mod templates;

pub use edit::{Change, Fault, Plan};
pub use function::function;
pub use name::{BadName, FunctionName, Name};
pub use pipeline::pipeline;
