//! Shows what a stage is, from its templates alone: a graph of what it runs, drawn as Mermaid and SVG; who may do what; and
//! one page that holds all of it.
//!
//! No I/O, no clock, no SDK: text and values go in, text comes out, the same for the same.

pub mod access;
mod escape;
pub mod graph;
pub mod layout;
pub mod mermaid;
pub mod page;
pub mod palette;
pub mod read;
pub mod svg;
pub mod text;
pub mod timeline;
