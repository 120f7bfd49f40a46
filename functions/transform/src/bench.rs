//! A function with memory for buckets, and listings for it.

use contract::{Handle, Whole, transform::Env};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use runtime::testing::{MemoryNotices, MemoryObjects, QueueBench, Upsets, Watch};
use serde_json::json;
use std::{
    io::{Cursor, Read, Write},
    ops::Deref,
    rc::Rc,
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::handle::Transformer;

type Queue = QueueBench<Transformer<Rc<MemoryObjects>, Rc<MemoryNotices>, Watch>>;

pub(crate) struct Bench {
    queue: Queue,
}

impl Deref for Bench {
    type Target = Queue;
    fn deref(&self) -> &Queue {
        &self.queue
    }
}

impl Bench {
    /// Parts are tiny, so that files have several.
    pub(crate) fn new(upsets: Upsets) -> Self {
        Self::trying(10, upsets)
    }

    /// The same with a queue that hands out messages so often.
    pub(crate) fn trying(tries: usize, upsets: Upsets) -> Self {
        let upsets = Rc::new(upsets);
        let objects = Rc::new(MemoryObjects::new(Rc::clone(&upsets)).with_chunks_of(200).with_parts_of(250));
        let notices = Rc::new(MemoryNotices::new(Rc::clone(&upsets)));
        let env = Env {
            source: Handle::named("s3://in/flats/"),
            clean: Handle::named("s3://out/flats/clean/"),
            rejected: Handle::named("s3://out/flats/rejected/"),
            notices: Handle::named("arn:topic"),
            tries: Whole(tries as u64),
        };
        let function = Transformer::new(env, Rc::clone(&objects), Rc::clone(&notices), Watch::default()).unwrap();
        Self { queue: QueueBench { function, objects, notices, upsets } }
    }

    /// The text of the only file whose URI ends so.
    pub(crate) fn csv(&self, file: &str) -> String {
        let files: Vec<_> = self.written().into_iter().filter(|(uri, _)| uri.ends_with(file)).collect();
        assert_eq!(files.len(), 1, "{file}");
        let mut text = String::new();
        MultiGzDecoder::new(&files[0].1[..]).read_to_string(&mut text).unwrap();
        text
    }
}

pub(crate) fn listing(id: u64, note: &str) -> String {
    let data = json!({
        "id": id.to_string(),
        "realEstate_descriptionNote": note,
        "realEstate_address_city": "Berlin",
        "contactDetails_email": "nobody@example.com",
        "contactDetails_lastname": "Muster",
        "unknown": [1],
    });
    json!({ "ok": true, "data": data }).to_string()
}

pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in members {
        if name.ends_with('/') {
            zip.add_directory(*name, SimpleFileOptions::default()).unwrap();
        } else {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(body).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}
