use contract::{Folder, Handle, Write};
use runtime::{Readable, Writable, testing::MemoryObjects};

async fn look(folder: &Handle<Write<Folder>>, objects: &MemoryObjects) {
    let _ = folder.put(objects, "a.json", b"1").await;
    let _ = folder.get(objects, "a.json").await;
}

fn main() {}
