//! Findings for people, for code review and for CI.

mod github;
mod sarif;
mod text;

pub use github::annotations;
pub use sarif::sarif;
pub use text::text;
