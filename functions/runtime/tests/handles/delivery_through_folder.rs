use contract::{Folder, Handle, ReadWrite};
use runtime::{Deliverable, testing::MemoryDelivery};

async fn deliver(folder: &Handle<ReadWrite<Folder>>, delivery: &MemoryDelivery) {
    let _ = folder.put_batch(delivery, &["{}\n"]).await;
}

fn main() {}
