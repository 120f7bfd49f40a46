//! The consolidated offers: files of lines that roll over before they grow too large.

use contract::{Folder, Handle, Write};
use runtime::{Objects, Pause, PortError, Writable, patiently};
use serde::Serialize;

use crate::entry::Owned;

#[derive(Serialize)]
struct Line<'a> {
    accommodation_id: &'a str,
    accommodation_data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    accommodation_name: &'a str,
}

pub(crate) struct Output<'a, O, P> {
    pub(crate) folder: &'a Handle<Write<Folder>>,
    pub(crate) objects: &'a O,
    pub(crate) pause: &'a P,
    /// What every name begins with.
    pub(crate) stem: String,
    pub(crate) roll_over: u64,
    pub(crate) current: Vec<u8>,
    pub(crate) files: usize,
    /// Lines and bytes so far.
    pub(crate) lines: usize,
    pub(crate) bytes: usize,
}

impl<O: Objects, P: Pause> Output<'_, O, P> {
    pub(crate) async fn add(&mut self, offer: &Owned) -> Result<(), PortError> {
        let line = line(offer);
        if !self.current.is_empty() && (self.current.len() + line.len()) as u64 > self.roll_over {
            self.put().await?;
        }
        self.current.extend_from_slice(line.as_bytes());
        self.lines += 1;
        self.bytes += line.len();
        Ok(())
    }

    pub(crate) async fn finish(&mut self) -> Result<(), PortError> {
        if self.current.is_empty() { Ok(()) } else { self.put().await }
    }

    async fn put(&mut self) -> Result<(), PortError> {
        let name = format!("{}-{:05}.jsonl", self.stem, self.files);
        patiently(self.pause, async || self.folder.put(self.objects, &name, &self.current).await).await?;
        self.current.clear();
        self.files += 1;
        Ok(())
    }
}

fn line(offer: &Owned) -> String {
    let data = Data { accommodation_name: &offer.name };
    let line = Line { accommodation_id: &offer.id, accommodation_data: data };
    // Two texts cannot fail to be JSON.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_id_and_the_name() {
        let offer = Owned { id: "7".to_owned(), name: "Zur \"Post\"\n".to_owned(), ..Owned::default() };
        let expected = r#"{"accommodation_id":"7","accommodation_data":{"accommodation_name":"Zur \"Post\"\n"}}"#;
        assert_eq!(line(&offer), format!("{expected}\n"));
    }
}
