use contract::{Folder, Handle, Read};
use runtime::{Readable, Writable, testing::MemoryObjects};

async fn overwrite(folder: &Handle<Read<Folder>>, objects: &MemoryObjects) {
    let _ = folder.get(objects, "a.json").await;
    let _ = folder.put(objects, "a.json", b"1").await;
}

fn main() {}
