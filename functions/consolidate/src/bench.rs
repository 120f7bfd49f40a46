//! A function with memory for buckets and for a table.

use contract::{
    Handle, Whole,
    accommodation::{KEY, LIST, LIST_ITEM},
    consolidate::{Choose, Env},
};
use runtime::testing::{MemoryItems, MemoryNotices, MemoryObjects, QueueBench, Upsets, Watch};
use serde_json::{Value, json};
use std::{ops::Deref, rc::Rc};

use crate::handle::Consolidator;

type Queue = QueueBench<Consolidator<Rc<MemoryObjects>, Rc<MemoryItems>, Rc<MemoryNotices>, Watch>>;

pub(crate) struct Bench {
    queue: Queue,
    pub(crate) items: Rc<MemoryItems>,
}

impl Deref for Bench {
    type Target = Queue;
    fn deref(&self) -> &Queue {
        &self.queue
    }
}

pub(crate) const TABLE: &str = "millrace-dev-priorities";

impl Bench {
    /// Prefers `best` to `good`; the files are tiny, so that they roll over and offers are spilled.
    pub(crate) fn new(upsets: Upsets, choose: Choose) -> Self {
        Self::trying(10, upsets, choose)
    }

    /// The same with a queue that hands out messages so often.
    pub(crate) fn trying(tries: usize, upsets: Upsets, choose: Choose) -> Self {
        let upsets = Rc::new(upsets);
        let objects = Rc::new(MemoryObjects::new(Rc::clone(&upsets)).with_chunks_of(200));
        let items = Rc::new(MemoryItems::new(Rc::clone(&upsets)));
        let notices = Rc::new(MemoryNotices::new(Rc::clone(&upsets)));
        items.place(TABLE, &[(KEY, LIST_ITEM)], json!({ LIST: ["best", "good", "best"] }));
        let env = Env {
            source: Handle::named("s3://in/accommodation/"),
            output: Handle::named("s3://out/accommodation/"),
            rejected: Handle::named("s3://out/accommodation/rejected/"),
            priorities: Handle::named(TABLE),
            choose,
            roll_over: Whole(150),
            notices: Handle::named("arn:topic"),
            tries: Whole(tries as u64),
        };
        let ports = (Rc::clone(&objects), Rc::clone(&items), Rc::clone(&notices));
        let function = Consolidator::new(env, ports.0, ports.1, ports.2, Watch::default()).unwrap();
        Self { queue: QueueBench { function: function.with_budget(200), objects, notices, upsets }, items }
    }

    /// The lines of all files whose URI has this in it.
    pub(crate) fn lines(&self, of: &str) -> Vec<Value> {
        let files = self.written().into_iter().filter(|(uri, _)| uri.contains(of));
        let text: String = files.map(|(_, body)| String::from_utf8(body).unwrap()).collect();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

pub(crate) fn offer(partner: &str, id: &str, name: &str) -> String {
    let data = json!({ "accommodation_name": name, "accommodation_city": "Ulm" });
    json!({ "partner_name": partner, "accommodation_id": id, "accommodation_data": data }).to_string()
}
