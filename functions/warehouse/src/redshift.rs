//! Stub.
pub struct Place;
pub struct Redshift;
