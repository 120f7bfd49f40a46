use contract::{Folder, Handle, Read};
use runtime::{Writable, testing::{MemoryObjects, Watch}};

fn overwrite(folder: &Handle<Read<Folder>>, objects: &MemoryObjects, watch: &Watch) {
    let _ = folder.upload(objects, watch, "a.json");
}

fn main() {}
