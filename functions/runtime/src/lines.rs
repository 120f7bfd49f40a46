//! Text cut into lines, however it arrives and however long they are.

use memchr::memchr;

/// What one record may measure.
pub const RECORD_LIMIT: usize = 1_024 * 1_024;
/// What is kept of a longer one.
pub const RECORD_KEPT: usize = 64 * 1_024;

/// One line, without its end, or one record that is written as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// From 1.
    pub number: u64,
    pub bytes: &'a [u8],
    /// It has so many bytes, of which only the first are here.
    pub cut_from: Option<u64>,
}

/// Hands on the lines that are not blank.
#[derive(Debug, Default)]
pub struct Lines {
    ended: u64,
    waiting: Vec<u8>,
    /// Bytes of the line that is waiting, if it is too long.
    cut: Option<u64>,
}

impl Lines {
    pub fn push(&mut self, mut bytes: &[u8], mut take: impl FnMut(Line<'_>)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            if self.waiting.is_empty() && self.cut.is_none() && line.len() <= RECORD_LIMIT {
                give(self.ended + 1, line, None, &mut take);
            } else {
                self.wait(line);
                self.give_waiting(&mut take);
            }
            self.ended += 1;
            bytes = rest;
        }
        self.wait(bytes);
    }

    /// The last line need not have an end.
    pub fn finish(&mut self, mut take: impl FnMut(Line<'_>)) {
        self.give_waiting(&mut take);
        *self = Self::default();
    }

    fn wait(&mut self, bytes: &[u8]) {
        match &mut self.cut {
            Some(length) => *length += bytes.len() as u64,
            None if self.waiting.len() + bytes.len() <= RECORD_LIMIT => self.waiting.extend_from_slice(bytes),
            cut => {
                *cut = Some((self.waiting.len() + bytes.len()) as u64);
                let kept = bytes.len().min(RECORD_KEPT);
                self.waiting.extend_from_slice(&bytes[..kept]);
                self.waiting.truncate(RECORD_KEPT);
            }
        }
    }

    fn give_waiting(&mut self, take: &mut impl FnMut(Line<'_>)) {
        give(self.ended + 1, &self.waiting, self.cut.take(), take);
        self.waiting.clear();
    }
}

fn give(number: u64, bytes: &[u8], cut_from: Option<u64>, take: &mut impl FnMut(Line<'_>)) {
    // A byte order mark stands at the beginning of a file and is no part of it.
    let bytes = if number == 1 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
    let bytes = bytes.trim_ascii();
    if !bytes.is_empty() || cut_from.is_some() {
        take(Line { number, bytes, cut_from });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Taken = Vec<(u64, Vec<u8>, Option<u64>)>;

    fn lines(text: &[u8], steps: usize) -> Taken {
        let mut lines = Lines::default();
        let mut taken = Vec::new();
        let mut take = |line: Line<'_>| taken.push((line.number, line.bytes.to_vec(), line.cut_from));
        text.chunks(steps).for_each(|step| lines.push(step, &mut take));
        lines.finish(&mut take);
        taken
    }

    #[test]
    fn blank_lines_count_and_are_not_handed_on() {
        let text = b"\xef\xbb\xbfone\r\n\r\n \ntwo";
        assert_eq!(lines(text, 100), [(1, b"one".to_vec(), None), (4, b"two".to_vec(), None)]);
        assert_eq!(lines(b"", 1), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_one_is_not() {
        for (length, cut) in [(RECORD_LIMIT, false), (RECORD_LIMIT + 1, true), (5 * RECORD_LIMIT, true)] {
            let text = [vec![b'x'; length], b"\nnext\n".to_vec()].concat();
            for steps in [1_000, RECORD_LIMIT, 10 * RECORD_LIMIT] {
                let lines = lines(&text, steps);
                assert_eq!(lines[0].1.len(), if cut { RECORD_KEPT } else { length });
                assert_eq!(lines[0].2, cut.then_some(length as u64));
                assert_eq!(lines[1], (2, b"next".to_vec(), None));
            }
        }
    }

    proptest! {
        #[test]
        fn however_it_arrives_it_is_the_same(text in "[a-b\\n ]{0,60}", steps in 1_usize..20) {
            let whole = lines(text.as_bytes(), 100);
            prop_assert_eq!(&lines(text.as_bytes(), steps), &whole);
            let expected: Taken = text.split('\n').zip(1..).map(|(line, number)| (number, line.trim().into(), None))
                .filter(|(_, line, _): &(u64, Vec<u8>, _)| !line.is_empty()).collect();
            prop_assert_eq!(whole, expected);
        }
    }
}
