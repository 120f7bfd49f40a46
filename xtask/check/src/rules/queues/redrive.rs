//! The queue behind a queue.

use crate::node::Node;
use crate::parse::parse;
use crate::world::{Resource, World};

/// What a queue's redrive policy says, also where it is written as a JSON text.
pub(super) fn policy(queue: &Resource) -> Node {
    let written = queue.get("RedrivePolicy");
    match written.text().map(parse) {
        Some(Ok(read)) => read,
        _ => written.clone(),
    }
}

pub(super) fn dead_letter<'a>(world: &'a World, queue: &Resource) -> Option<&'a Resource> {
    let policy = policy(queue);
    policy.get("deadLetterTargetArn").text().and_then(|arn| world.find(arn)).filter(|found| found.kind == queue.kind)
}

/// First in, first out. A queue whose name ends in .fifo and that is none is refused, so that the property tells.
pub(super) fn is_fifo(queue: &Resource) -> bool {
    queue.get("FifoQueue").bool() == Some(true)
}
