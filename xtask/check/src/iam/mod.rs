//! Policies judged by what they allow, not by how they are spelt.

mod condition;
mod evaluate;
mod identity;
mod statement;

pub use evaluate::{Decision, Request, decide};
pub use identity::{Identity, trusts};
pub use statement::{Effect, Patterns, Policy, Statement};

/// Whether a pattern with `*` and `?` fits a text.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Where the last star stood, and up to where the text was taken for it.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            p = at + 1;
            t = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The same for actions, whose case does not count.
pub fn fits_action(pattern: &str, action: &str) -> bool {
    fits(&pattern.to_lowercase(), &action.to_lowercase())
}
