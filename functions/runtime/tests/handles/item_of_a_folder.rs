use contract::{Folder, Handle, Read};
use runtime::{Lookup, testing::MemoryItems};

async fn look(folder: &Handle<Read<Folder>>, items: &MemoryItems) {
    let _ = folder.item(items, &[("contentType", "PriorityList")]).await;
}

fn main() {}
