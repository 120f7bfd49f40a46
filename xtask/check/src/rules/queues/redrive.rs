//! The queue behind a queue.

use crate::world::{Resource, World};

pub(super) fn dead_letter<'a>(world: &'a World, queue: &Resource) -> Option<&'a Resource> {
    let target = queue.text("RedrivePolicy.deadLetterTargetArn");
    target.and_then(|arn| world.find(arn)).filter(|found| found.kind == queue.kind)
}

/// First in, first out. A queue whose name ends in .fifo and that is none is refused, so that the property tells.
pub(super) fn is_fifo(queue: &Resource) -> bool {
    queue.get("FifoQueue").bool() == Some(true)
}
