//! Judges CloudFormation templates by what will go wrong in production.
//!
//! A text becomes a [`node::Node`] with a place for each value, a set of texts becomes a [`world::World`] in which references
//! are resolved, and each [`rule::Rule`] looks at that world and tells what it finds.

pub mod arn;
pub mod asl;
pub mod diagnostic;
mod documents;
pub mod iam;
pub mod node;
pub mod parse;
pub mod report;
pub mod resolve;
pub mod rule;
pub mod rules;
mod spoken;
pub mod suppress;
pub mod taken;
pub mod world;
