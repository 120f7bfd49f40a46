//! A topic that another stack exports, imported as a bucket.
use contract::{Bucket, Ref};
use stacks::stack::data_sources::Exports;

fn import(shared: &Exports) {
    let _: Ref<Bucket> = shared.alert_topic.import();
}

fn main() {}
