//! The engine's port to AWS, on the SDK.

mod aws;

pub(crate) use aws::{Aws, BATCH, Depth, Invoked, Letter, ListPlace, Now, Record};
