//! What the accommodation pipeline agrees on besides its function's environment.

/// Of the bucket that partners put their catalogues in.
pub const SOURCE: &str = "accommodation/";
/// Of the bucket that consolidated offers go to; below it they stand by `year=…/month=…/day=…/`.
pub const OUTPUT: &str = "accommodation/";
pub const REJECTED: &str = "accommodation/rejected/";

/// The key of the table of priority partners, and the one item in it that counts.
pub const KEY: &str = "contentType";
pub const LIST_ITEM: &str = "PriorityList";
/// Of that item: the names of the partners, the first of them preferred.
pub const LIST: &str = "partner_list";

/// What an output file may measure, unless a stage says otherwise.
pub const ROLL_OVER_BYTES: u64 = 500_000;
