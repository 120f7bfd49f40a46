//! The engine's port to AWS, on the SDK.

mod aws;

pub(crate) use aws::{Aws, BATCH, Depth, Excerpt, Invoked, Letter, ListPlace, Now, Record};
