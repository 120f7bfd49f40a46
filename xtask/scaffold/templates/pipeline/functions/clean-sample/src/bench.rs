//! A function with memory for buckets.

use contract::{Handle, Whole, clean_sample::Env};
use runtime::testing::{MemoryNotices, MemoryObjects, QueueBench, Upsets, Watch};
use std::rc::Rc;

use crate::handle::Cleaner;

pub(crate) type Bench = QueueBench<Cleaner<Rc<MemoryObjects>, Rc<MemoryNotices>, Watch>>;

/// With a queue that hands out messages so often. Parts are tiny, so that files have several.
pub(crate) fn bench(tries: usize, upsets: Upsets) -> Bench {
    let upsets = Rc::new(upsets);
    let objects = Rc::new(MemoryObjects::new(Rc::clone(&upsets)).with_chunks_of(100).with_parts_of(150));
    let notices = Rc::new(MemoryNotices::new(Rc::clone(&upsets)));
    let env = Env {
        source: Handle::named("s3://in/sample/"),
        clean: Handle::named("s3://out/sample/clean/"),
        rejected: Handle::named("s3://out/sample/rejected/"),
        max_record: Whole(1_000),
        notices: Handle::named("arn:topic"),
        tries: Whole(tries as u64),
    };
    let function = Cleaner::new(env, Rc::clone(&objects), Rc::clone(&notices), Watch::default()).unwrap();
    QueueBench { function, objects, notices, upsets }
}
