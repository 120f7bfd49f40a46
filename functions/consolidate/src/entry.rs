//! What is remembered of an offer while the file is read, as compact as it can be.

use std::{
    cmp::{Ordering, Reverse},
    io::{self, Read},
};

/// The rank of a partner that is not listed, behind all others.
pub(crate) const UNLISTED: u32 = u32::MAX;

/// An offer in the running. The best of an accommodation sorts first: that of the best partner, and of that partner
/// the last one in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) id: &'a str,
    pub(crate) rank: u32,
    /// Which record of the file it is.
    pub(crate) number: u64,
    pub(crate) name: &'a str,
}

impl Ord for Entry<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_id = self.id.as_bytes().cmp(other.id.as_bytes());
        by_id.then(self.rank.cmp(&other.rank)).then(other.number.cmp(&self.number)).then(self.name.cmp(other.name))
    }
}

impl PartialOrd for Entry<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An entry of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) id: String,
    pub(crate) rank: u32,
    pub(crate) number: u64,
    pub(crate) name: String,
}

impl Owned {
    pub(crate) fn entry(&self) -> Entry<'_> {
        Entry { id: &self.id, rank: self.rank, number: self.number, name: &self.name }
    }
}

const HEAD: usize = 20;

impl<'a> Entry<'a> {
    pub(crate) fn encoded_len(&self) -> usize {
        HEAD + self.id.len() + self.name.len()
    }

    pub(crate) fn encode(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.rank.to_le_bytes());
        to.extend_from_slice(&self.number.to_le_bytes());
        for text in [self.id, self.name] {
            to.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
        to.extend_from_slice(self.id.as_bytes());
        to.extend_from_slice(self.name.as_bytes());
    }

    /// Of bytes that begin with an encoded entry.
    pub(crate) fn decode(bytes: &'a [u8]) -> io::Result<Self> {
        let (head, texts) = bytes.split_first_chunk::<HEAD>().ok_or(io::ErrorKind::UnexpectedEof)?;
        let head = Head::of(head);
        let all = texts.get(..head.id + head.name).ok_or(io::ErrorKind::UnexpectedEof)?;
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData));
        let (id, name) = all.split_at(head.id);
        Ok(Self { id: text(id)?, rank: head.rank, number: head.number, name: text(name)? })
    }
}

/// What encoded entries are sorted by, as the entries themselves are. Nothing is decoded: this is asked of each entry
/// some twenty times.
pub(crate) fn order(bytes: &[u8]) -> (&[u8], u32, Reverse<u64>) {
    let Some((head, texts)) = bytes.split_first_chunk::<HEAD>() else { return (&[], UNLISTED, Reverse(0)) };
    let head = Head::of(head);
    (texts.get(..head.id).unwrap_or_default(), head.rank, Reverse(head.number))
}

struct Head {
    rank: u32,
    number: u64,
    id: usize,
    name: usize,
}

impl Head {
    fn of(head: &[u8; HEAD]) -> Self {
        let four = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        Self {
            rank: four(0),
            number: u64::from(four(4)) | u64::from(four(8)) << 32,
            id: four(12) as usize,
            name: four(16) as usize,
        }
    }
}

/// Reads one entry, none at the end.
pub(crate) fn read(from: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<Option<Owned>> {
    bytes.resize(HEAD, 0);
    match from.read(&mut bytes[..1])? {
        0 => return Ok(None),
        _ => from.read_exact(&mut bytes[1..])?,
    }
    let head = bytes.first_chunk::<HEAD>().map(Head::of).ok_or(io::ErrorKind::UnexpectedEof)?;
    bytes.resize(HEAD + head.id + head.name, 0);
    from.read_exact(&mut bytes[HEAD..])?;
    let entry = Entry::decode(bytes)?;
    Ok(Some(Owned { id: entry.id.to_owned(), rank: entry.rank, number: entry.number, name: entry.name.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_entry_reads_back(id: String, rank: u32, number: u64, name: String) {
            let entry = Entry { id: &id, rank, number, name: &name };
            let mut bytes = Vec::new();
            entry.encode(&mut bytes);
            prop_assert_eq!(bytes.len(), entry.encoded_len());
            prop_assert_eq!(Entry::decode(&bytes).unwrap(), entry);
            prop_assert_eq!(order(&bytes), (id.as_bytes(), rank, Reverse(number)));
            bytes.extend_from_slice(b"more");
            let owned = read(&mut &bytes[..], &mut Vec::new()).unwrap().unwrap();
            prop_assert_eq!(owned.entry(), entry);
        }
    }

    #[test]
    fn the_best_sorts_first() {
        let entry = |id, rank, number| Entry { id, rank, number, name: "" };
        let mut entries =
            [entry("b", 0, 1), entry("a", UNLISTED, 9), entry("a", 1, 2), entry("a", 1, 3), entry("a", 2, 7)];
        entries.sort_unstable();
        assert_eq!(entries.map(|entry| entry.number), [3, 2, 7, 9, 1]);
    }
}
