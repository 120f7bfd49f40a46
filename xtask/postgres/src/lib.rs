//! Real PostgreSQL servers: one that lasts, for the local stage, and throw-away ones for tests.
//!
//! They listen on the loopback address only, ask for passwords (SCRAM), and are stopped by their process id. The programs
//! are a pinned tool of `cargo xtask`. PostgreSQL refuses to run as root: where root starts it, it runs as `nobody`, in
//! places that `nobody` reaches.
//!
//! These programs are built without TLS. A function takes a server without TLS only on the loopback address, where
//! nothing can be overheard; how it checks certificates is tried with a TLS end in front of the server.

mod account;
mod binaries;
mod cluster;
mod cut;
mod durable;
mod server;
mod throw_away;
mod trouble;

pub use binaries::{Binaries, VARIABLE};
pub use cut::{Break, Cut};
pub use durable::Durable;
pub use server::Server;
pub use throw_away::{ThrowAway, throw_away};
pub use trouble::Trouble;
