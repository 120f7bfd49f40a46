//! Breaks at every place of an object, and what is read all the same.

use contract::{Folder, Handle, Read};
use std::rc::Rc;

use super::*;
use crate::{
    Readable,
    testing::{MemoryObjects, Upset, Upsets, Watch, run, told},
};

const URI: &str = "s3://in/flats/a.zip";

/// Reads an object whose calls go wrong as told; a chunk has three bytes.
fn read(body: &[u8], upsets: Upsets) -> Result<Vec<u8>, PortError> {
    let upsets = Rc::new(upsets);
    let objects = MemoryObjects::new(Rc::clone(&upsets)).with_chunks_of(3);
    objects.place(URI, body);
    let handle = Handle::<Read<Folder>>::named("s3://in/flats/");
    let (told, watch) = (told(URI), Watch::default());
    let mut reader = handle.open(&objects, &watch, &told)?;
    run(async {
        let mut read = Vec::new();
        assert!(body.starts_with(&reader.head().await?));
        while let Some(bytes) = reader.next().await? {
            read.extend_from_slice(&bytes);
        }
        Ok(read)
    })
}

#[test]
fn goes_on_where_it_broke_off() {
    let body = b"ten bytes.";
    // One call to open it, four for its chunks; a break costs one more to open it again.
    for call in 1..=5 {
        for upset in [Upset::Before(Fault::Passing), Upset::After] {
            assert_eq!(read(body, Upsets::default().at(call, upset)).unwrap(), body, "{upset:?} at {call}");
        }
    }
}

#[test]
fn an_empty_object_has_an_end_too() {
    assert_eq!(read(b"", Upsets::default()).unwrap(), b"");
    assert_eq!(read(b"", Upsets::default().at(1, Upset::Before(Fault::Passing))).unwrap(), b"");
}

#[test]
fn what_cannot_pass_ends_it_and_so_do_too_many_breaks_in_a_row() {
    let denied = read(b"bytes", Upsets::default().at(2, Upset::Before(Fault::AccessDenied))).unwrap_err();
    assert_eq!((denied.fault(), denied.to_string()), (Fault::AccessDenied, format!("read {URI}: access denied")));
    let again = (1..=4).fold(Upsets::default(), |upsets, call| upsets.at(call, Upset::Before(Fault::Passing)));
    assert_eq!(read(b"bytes", again).unwrap_err().fault(), Fault::Passing);
    let with_bytes_between =
        [2, 5, 8, 11].into_iter().fold(Upsets::default(), |upsets, call| upsets.at(call, Upset::After));
    assert_eq!(read(b"fifteen bytes..", with_bytes_between).unwrap(), b"fifteen bytes..");
}

#[test]
fn an_object_of_another_folder_is_refused() {
    let handle = Handle::<Read<Folder>>::named("s3://in/flats/");
    for uri in ["s3://in/other/a.zip", "s3://other/flats/a.zip", "s3://in/flat"] {
        let error = handle.open(&MemoryObjects::default(), &Watch::default(), &told(uri)).err().unwrap();
        let said = crate::chain(&error);
        assert!(said.starts_with(&format!("read {uri}: not a valid request: ")), "{said}");
        assert!(said.contains("this function reads s3://in/flats/ only"), "{said}");
    }
}

#[test]
fn what_follows_a_byte_is_read_without_what_is_before_it() {
    for (at, rest) in [(7, "es."), (0, "ten bytes."), (10, ""), (99, "")] {
        let objects = MemoryObjects::default().with_chunks_of(3);
        objects.place(URI, b"ten bytes.");
        let handle = Handle::<Read<Folder>>::named("s3://in/flats/");
        let watch = Watch::default();
        let mut reader = handle.read(&objects, &watch, "a.zip").unwrap();
        let read = run(async {
            assert_eq!(reader.next().await.unwrap().unwrap(), "ten");
            assert_eq!(reader.size(), Some(10));
            reader.go_to(at);
            let mut read = Vec::new();
            while let Some(bytes) = reader.next().await.unwrap() {
                read.extend_from_slice(&bytes);
            }
            read
        });
        assert_eq!(read, rest.as_bytes(), "from byte {at} on");
    }
}
