//! Container images, built and pushed without a container engine.
//!
//! An image is a base and one layer with the function. [`build`] makes it, the same bytes each time; [`push`] brings it into
//! a registry; [`pull`] brings an image into a folder in the form of an OCI layout, to build on without the network;
//! [`unpack`] lays out what an image holds.
//!
//! All that comes from elsewhere is known by its digest, and compared with it. Whatever is interrupted can be repeated. What
//! has to be awaited is for one thread: nothing of it is `Send`.

mod access;
mod base;
mod blobs;
mod clients;
mod config;
mod digest;
mod error;
mod fault;
mod files;
mod image;
mod layer;
mod layout;
mod manifest;
mod mirror;
mod platform;
mod program;
mod pull;
mod push;
mod reference;
mod remote;
mod resolve;
mod retry;
mod source;
mod test_registry;
mod unpack;

pub use access::{Access, Credentials, Progress, Retry};
pub use base::Base;
pub use digest::Digest;
pub use error::Error;
pub use files::Files;
pub use image::{Image, build};
pub use mirror::Mirror;
pub use platform::Platform;
pub use pull::pull;
pub use push::{Pushed, exists, push};
pub use reference::{Reference, Repository};
pub use test_registry::TestRegistry;
pub use unpack::unpack;
