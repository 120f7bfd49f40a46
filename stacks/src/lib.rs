//! The pure core: from a stage file to CloudFormation templates.
//!
//! No I/O, no clock, no SDK, no printing: text and values go in, text and values come out.

pub mod blocks;
pub mod names;
pub mod render;
pub mod stack;
pub mod stage;
