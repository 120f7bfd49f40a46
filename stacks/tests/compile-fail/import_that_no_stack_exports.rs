//! An import of something that the earlier stack does not export.
use stacks::stack::data_sources::Exports;

fn import(shared: &Exports) {
    let _ = shared.warehouse_bucket.import();
}

fn main() {}
