//! The rules, a family a file.

use crate::rule::Rule;

/// All of them, in the order in which they are listed.
pub fn all() -> Vec<&'static Rule> {
    Vec::new()
}
