use runtime::{Objects, testing::MemoryObjects};

async fn overwrite(objects: &MemoryObjects) {
    let _ = objects.put("s3://bucket/folder/a.json", b"1").await;
}

fn main() {}
