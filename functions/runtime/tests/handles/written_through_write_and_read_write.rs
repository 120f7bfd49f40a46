use contract::{Folder, Handle, ReadWrite, Write};
use runtime::{
    Readable, Writable,
    testing::{MemoryObjects, run},
};

fn main() {
    let objects = MemoryObjects::default();
    let write = Handle::<Write<Folder>>::named("s3://bucket/folder/");
    let both = Handle::<ReadWrite<Folder>>::named("s3://bucket/folder/");
    run(async {
        write.put(&objects, "a.json", b"1").await.unwrap();
        both.put(&objects, "b.json", b"2").await.unwrap();
        assert_eq!(both.get(&objects, "a.json").await.unwrap(), b"1");
        assert_eq!(both.list(&objects, "", "a.json").await.unwrap().names, ["b.json"]);
    });
}
