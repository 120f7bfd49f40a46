//! The engine's port to AWS, on the SDK.

mod aws;

pub(crate) use aws::{Aws, BATCH, Depth, Excerpt, Letter, ListPlace, Now, Record};
