//! Client tokens: by them AWS knows a repeated call, and a later run knows what an earlier one began.

use crate::hash;

/// How the tokens of our operations begin.
const OURS: &str = "millrace-";

pub(crate) fn is_ours(token: &str) -> bool {
    token.starts_with(OURS)
}

/// A token for one operation: the same for a call that is repeated, another for the same change at another time. AWS
/// refuses a token that it has seen before on the stack.
pub(crate) fn of(fence: u64, what: &str, begins_after: &str) -> String {
    let hash = hash::hex(&[what.as_bytes(), begins_after.as_bytes()]);
    format!("{OURS}{fence}-{}", &hash[..32])
}
