//! What a function may do with a handle is decided by the compiler.

use contract::{DeliveryStream, Folder, Handle, Read, ReadWrite, Write};
use runtime::{
    Deliverable, Readable, Writable,
    testing::{MemoryDelivery, MemoryObjects, run},
};

const URI: &str = "s3://bucket/folder/";

/// The cases are checked and never run, which spares building the clients a second time.
#[test]
fn a_grant_allows_no_more_than_it_says() {
    trybuild::TestCases::new().compile_fail("tests/handles/*.rs");
}

/// The lines that do not compile there compile here, where the grant allows them.
#[test]
fn a_grant_allows_what_it_says() {
    let objects = MemoryObjects::default();
    let delivery = MemoryDelivery::default();
    run(async {
        Handle::<Write<Folder>>::named(URI).put(&objects, "a.json", b"1").await.unwrap();
        Handle::<ReadWrite<Folder>>::named(URI).put(&objects, "b.json", b"2").await.unwrap();
        assert_eq!(Handle::<ReadWrite<Folder>>::named(URI).get(&objects, "a.json").await.unwrap(), b"1");
        assert_eq!(Handle::<Read<Folder>>::named(URI).list(&objects, "", "a.json").await.unwrap().names, ["b.json"]);
        Handle::<Write<DeliveryStream>>::named("d").put_batch(&delivery, &["{}\n"]).await.unwrap();
    });
    assert!(objects.all().contains_key("s3://bucket/folder/b.json"));
    assert_eq!(delivery.lines(), ["{}\n"]);
}
