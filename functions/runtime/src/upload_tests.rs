//! Uploads that go wrong at every call: what is there afterwards, and what is left behind.

use contract::{Folder, Handle, Write};
use std::rc::Rc;

use super::*;
use crate::{
    Fault, Writable,
    testing::{MemoryObjects, Upset, Upsets, Watch, run},
};

/// Writes a body in pieces to memory whose parts have eight bytes, and says how it went.
fn upload(body: &[u8], pieces: usize, upsets: Upsets) -> (Result<(), PortError>, MemoryObjects, Rc<Upsets>) {
    let upsets = Rc::new(upsets);
    let objects = MemoryObjects::new(Rc::clone(&upsets)).with_parts_of(8);
    let written = run(async {
        let watch = Watch::default();
        let mut upload = Handle::<Write<Folder>>::named("s3://out/clean/").upload(&objects, &watch, "a.csv.gz")?;
        for piece in body.chunks(pieces) {
            upload.write(piece).await?;
        }
        upload.finish().await
    });
    (written, objects, upsets)
}

fn stored(objects: &MemoryObjects) -> Option<Vec<u8>> {
    objects.all().remove("s3://out/clean/a.csv.gz")
}

#[test]
fn a_small_object_is_one_put_and_a_large_one_is_parts() {
    for (length, calls) in [(0, 1), (7, 1), (8, 3), (9, 4), (16, 4), (23, 5)] {
        for pieces in [1, 5, 8, 30] {
            let body: Vec<u8> = (0..length).collect();
            let (written, objects, upsets) = upload(&body, pieces, Upsets::default());
            written.unwrap();
            assert_eq!(stored(&objects).unwrap(), body);
            assert_eq!(upsets.calls(), calls, "{length} bytes in pieces of {pieces}");
            assert_eq!(objects.unfinished(), 0);
        }
    }
}

#[test]
fn what_passes_is_tried_again() {
    for call in 1..=5 {
        let (written, objects, _) = upload(&[7; 23], 5, Upsets::default().at(call, Upset::Before(Fault::Passing)));
        written.unwrap();
        assert_eq!(stored(&objects).unwrap(), [7; 23]);
    }
}

#[test]
fn what_fails_is_aborted_and_nothing_is_seen_of_it() {
    for call in 1..=5 {
        let denied = Upsets::default().at(call, Upset::Before(Fault::AccessDenied));
        let (written, objects, _) = upload(&[7; 23], 5, denied);
        assert_eq!(written.unwrap_err().fault(), Fault::AccessDenied, "call {call}");
        assert_eq!((stored(&objects), objects.unfinished()), (None, 0), "call {call}");
    }
}

/// The reply to the last call is lost: the store then knows no such upload, and what is there is complete.
#[test]
fn completion_unheard_fails_and_harms_nothing() {
    let (written, objects, _) = upload(&[7; 23], 5, Upsets::default().at(5, Upset::After));
    assert_eq!(written.unwrap_err().fault(), Fault::NotFound);
    assert_eq!((stored(&objects).unwrap(), objects.unfinished()), (vec![7; 23], 0));
}

#[test]
fn a_killed_function_leaves_its_parts_to_the_bucket() {
    let (written, objects, _) = upload(&[7; 23], 5, Upsets::default().at(4, Upset::CrashAfter));
    assert!(written.is_err());
    assert_eq!((stored(&objects), objects.unfinished()), (None, 1));
}
