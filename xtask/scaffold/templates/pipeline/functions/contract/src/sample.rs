//! What the sample pipeline agrees on besides its function's environment.

/// Of the bucket that files arrive in.
pub const SOURCE: &str = "sample/";
/// Of the bucket that cleaned records go to; below it they stand by `year=…/month=…/day=…/`.
pub const CLEAN: &str = "sample/clean/";
pub const REJECTED: &str = "sample/rejected/";

/// The field that every record has, and is known by.
pub const ID: &str = "id";
