//! The quarantine of one object: files of lines, rolled over so that a file of nothing but bad records needs no more
//! memory than one.
//!
//! Where one file ends and the next begins follows from the records alone, and their names from the object that they
//! came from: so a repetition writes the same files.

use contract::{Folder, Handle, Write};

use crate::{Line, Objects, Pause, PortError, Quarantined, Writable, patiently};

/// Of a file.
const ROLL_OVER: usize = 4 * 1_024 * 1_024;

pub struct Rejects<'a> {
    folder: &'a Handle<Write<Folder>>,
    /// What every name begins with.
    stem: String,
    current: Vec<u8>,
    full: Vec<Vec<u8>>,
    written: usize,
    count: usize,
}

impl<'a> Rejects<'a> {
    pub fn new(folder: &'a Handle<Write<Folder>>, stem: String) -> Self {
        Self { folder, stem, current: Vec::new(), full: Vec::new(), written: 0, count: 0 }
    }

    pub fn add(&mut self, source: &str, line: Line<'_>, reason: &str) {
        let place = ("line", line.number.into());
        let quarantined = Quarantined { source, place, reason, record: line.bytes, cut_from: line.cut_from }.line();
        if !self.current.is_empty() && self.current.len() + quarantined.len() > ROLL_OVER {
            self.full.push(std::mem::take(&mut self.current));
        }
        self.current.extend_from_slice(quarantined.as_bytes());
        self.count += 1;
    }

    /// How many there are so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Writes the files that are full.
    pub async fn flush(&mut self, objects: &impl Objects, pause: &impl Pause) -> Result<(), PortError> {
        for body in std::mem::take(&mut self.full) {
            let name = format!("{}-{:05}.jsonl", self.stem, self.written);
            patiently(pause, async || self.folder.put(objects, &name, &body).await).await?;
            self.written += 1;
        }
        Ok(())
    }

    /// Writes all that there is.
    pub async fn finish(&mut self, objects: &impl Objects, pause: &impl Pause) -> Result<(), PortError> {
        if !self.current.is_empty() {
            self.full.push(std::mem::take(&mut self.current));
        }
        self.flush(objects, pause).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MemoryObjects, Watch, run};

    #[test]
    fn files_roll_over_by_their_records() {
        let (objects, folder) = (MemoryObjects::default(), Handle::named("s3://out/rejected/"));
        let mut rejects = Rejects::new(&folder, "2017/a".to_owned());
        let record = vec![b'x'; 1_000_000];
        run(async {
            for number in 1..=6 {
                rejects.add("s3://in/a", Line { number, bytes: &record, cut_from: None }, "too dull");
                rejects.flush(&objects, &Watch::default()).await.unwrap();
            }
            rejects.finish(&objects, &Watch::default()).await.unwrap();
        });
        assert_eq!((rejects.count(), objects.uris().len()), (6, 2));
        let lines = |number| {
            let body = objects.all().remove(&format!("s3://out/rejected/2017/a-{number:05}.jsonl")).unwrap();
            String::from_utf8(body).unwrap().lines().count()
        };
        assert_eq!([0, 1].map(lines), [4, 2]);
    }

    #[test]
    fn nothing_rejected_writes_nothing() {
        let (objects, folder) = (MemoryObjects::default(), Handle::named("s3://out/rejected/"));
        run(Rejects::new(&folder, String::new()).finish(&objects, &Watch::default())).unwrap();
        assert!(objects.uris().is_empty());
    }
}
