//! XML: cut into its tags, of which one at a time is held, and the outermost is read by a parser of its own.

use memchr::memchr;
use quick_xml::{Reader, XmlVersion, events::Event};

use super::{Bad, DEPTH, Found, LINK, link};

const ROOT: &str = "prices";
const ROW: &str = "price";

#[derive(Default)]
pub(crate) struct Xml {
    at: u64,
    state: State,
    /// The tag that is being read, between its brackets.
    tag: Vec<u8>,
    /// The names of what is open, the outermost first.
    open: Vec<String>,
    rooted: bool,
    found: Found,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Within brackets, and within a quote if that is some.
    Tag(Option<u8>),
    /// What is not looked at, until these bytes, after these.
    Skip(&'static [u8; 2], [u8; 2]),
}

const COMMENT: &[u8; 2] = b"--";
const DATA: &[u8; 2] = b"]]";
/// What UTF-8 may begin with.
const MARK: [u8; 3] = *b"\xef\xbb\xbf";
/// Any byte stands before its question mark.
const INSTRUCTION: &[u8; 2] = b"\0?";

impl Xml {
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> Result<(), Bad> {
        while let Some((byte, rest)) = bytes.split_first() {
            if self.state == State::Text && *byte != b'<' {
                let (text, rest) = bytes.split_at(memchr(b'<', bytes).unwrap_or(bytes.len()));
                self.text(text)?;
                self.at += text.len() as u64;
                bytes = rest;
                continue;
            }
            self.state = self.step(*byte).map_err(|why| self.bad(why))?;
            self.at += 1;
            bytes = rest;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Found, Bad> {
        let why = match (&self.open[..], self.rooted, self.state) {
            ([], true, State::Text) => return Ok(self.found),
            _ if self.at == 0 => "the page is empty".to_owned(),
            ([.., open], ..) => format!("the page ends before </{open}>"),
            _ => "the page ends in the middle".to_owned(),
        };
        Err(self.bad(why))
    }

    fn bad(&self, why: impl Into<String>) -> Bad {
        Bad { at: self.at + 1, why: why.into() }
    }

    fn text(&mut self, text: &[u8]) -> Result<(), Bad> {
        let outside = |(number, byte): &(u64, &u8)| {
            let mark = usize::try_from(*number).ok().and_then(|number| MARK.get(number));
            !(byte.is_ascii_whitespace() || mark == Some(*byte))
        };
        if self.open.is_empty()
            && let Some((number, _)) = (self.at..).zip(text).find(outside)
        {
            self.at = number;
            return Err(self.bad("there is text outside of the outermost element"));
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<State, String> {
        match self.state {
            State::Text => {
                self.tag.clear();
                Ok(State::Tag(None))
            }
            State::Skip(end, [before, last]) => {
                let ends = byte == b'>' && last == end[1] && (end[0] == 0 || before == end[0]);
                Ok(if ends { State::Text } else { State::Skip(end, [last, byte]) })
            }
            State::Tag(None) if byte == b'>' => {
                self.tagged()?;
                Ok(State::Text)
            }
            State::Tag(_) if self.tag.len() == LINK => Err(format!("a tag is longer than {LINK} bytes")),
            State::Tag(quote) => {
                self.tag.push(byte);
                Ok(match (&self.tag[..], quote) {
                    (b"!--", _) => State::Skip(COMMENT, [0, 0]),
                    (b"![CDATA[", _) if self.open.is_empty() => {
                        return Err("there is text outside of the outermost element".to_owned());
                    }
                    (b"![CDATA[", _) => State::Skip(DATA, [0, 0]),
                    (b"?", _) => State::Skip(INSTRUCTION, [0, 0]),
                    // It could define what a name in the page stands for, without end.
                    (b"!D" | b"!d", _) => return Err("a document type is not accepted".to_owned()),
                    (_, Some(quote)) if byte == quote => State::Tag(None),
                    (_, Some(quote)) => State::Tag(Some(quote)),
                    (_, None) if byte == b'"' || byte == b'\'' => State::Tag(Some(byte)),
                    (_, None) => State::Tag(None),
                })
            }
        }
    }

    /// A tag is complete.
    fn tagged(&mut self) -> Result<(), String> {
        let text = std::str::from_utf8(&self.tag).map_err(|_| "a tag is not UTF-8".to_owned())?;
        let text = format!("<{text}>");
        let mut reader = Reader::from_str(&text);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let event = reader.read_event().map_err(|error| format!("{text} is no tag: {error}"))?;
        match &event {
            Event::End(end) => {
                let name = String::from_utf8_lossy(end.name().into_inner()).trim().to_owned();
                let open = self.open.pop();
                if open.as_ref() != Some(&name) {
                    let expected = open.map_or_else(|| "nothing".to_owned(), |open| format!("</{open}>"));
                    return Err(format!("</{name}> ends what it does not begin; {expected} is expected"));
                }
            }
            Event::Start(tag) | Event::Empty(tag) => {
                let name = String::from_utf8_lossy(tag.name().into_inner()).into_owned();
                if name.is_empty() {
                    return Err(format!("{text} is no tag"));
                }
                match self.open.len() {
                    0 => self.root(&name, tag)?,
                    1 if name == ROW => self.found.rows += 1,
                    DEPTH => return Err(format!("it is nested deeper than {DEPTH}")),
                    _ => {}
                }
                if matches!(event, Event::Start(_)) {
                    self.open.push(name);
                }
            }
            _ => return Err(format!("{text} is no tag")),
        }
        Ok(())
    }

    fn root(&mut self, name: &str, tag: &quick_xml::events::BytesStart<'_>) -> Result<(), String> {
        if std::mem::replace(&mut self.rooted, true) {
            return Err(format!("<{name}> is a second outermost element"));
        }
        if name != ROOT {
            return Err(format!("it is no page of prices: <{ROOT}> is expected, not <{name}>"));
        }
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| format!("an attribute of <{ROOT}> is broken: {error}"))?;
            if attribute.key.as_ref() == b"next" {
                let value = attribute.normalized_value(XmlVersion::Explicit1_0);
                self.found.next = link(value.map_err(|error| format!("'next' is broken: {error}"))?.into_owned());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(page: &str, pieces: usize) -> Result<(Option<String>, u64), String> {
        let mut xml = Xml::default();
        let scanned = page.as_bytes().chunks(pieces).try_for_each(|piece| xml.take(piece)).and_then(|()| xml.finish());
        scanned.map(|found| (found.next, found.rows)).map_err(|bad| bad.to_string())
    }

    #[test]
    fn the_next_page_is_said_by_the_outermost_element() {
        for (page, next, rows) in [
            ("<prices/>", None, 0),
            ("<prices next=\"\"></prices>", None, 0),
            (
                "\u{feff}<?xml version='1.0'?>\n<prices a='>' next='/p?a=1&amp;b=2'><price/></prices>\n",
                Some("/p?a=1&b=2"),
                1,
            ),
            (
                "<!-- <a> -- --><prices\nnext = \"/2\" ><price next='/no'><day>x</day></price><!-- <price> -->\
                 <price a=\"'>\" ><![CDATA[</price>]]]></price ></prices><!---->",
                Some("/2"),
                2,
            ),
        ] {
            for pieces in [1, 3, 1_000] {
                assert_eq!(scan(page, pieces), Ok((next.map(str::to_owned), rows)), "{page}");
            }
        }
    }

    #[test]
    fn what_is_no_page_is_told_with_its_place() {
        let why = |page: &str| scan(page, 5).unwrap_err();
        assert_eq!(why(""), "at byte 1, the page is empty");
        assert_eq!(why("<prices><price>"), "at byte 16, the page ends before </price>");
        assert_eq!(why("<prices></pri"), "at byte 14, the page ends before </prices>");
        assert_eq!(why("<prices/><"), "at byte 11, the page ends in the middle");
        assert_eq!(why("<html></html>"), "at byte 6, it is no page of prices: <prices> is expected, not <html>");
        assert_eq!(why("<prices></price>"), "at byte 16, </price> ends what it does not begin; </prices> is expected");
        assert_eq!(why("<prices/></prices>"), "at byte 18, </prices> ends what it does not begin; nothing is expected");
        assert_eq!(why("<prices/><prices/>"), "at byte 18, <prices> is a second outermost element");
        assert_eq!(why("{}"), "at byte 1, there is text outside of the outermost element");
        assert_eq!(why("<!DOCTYPE prices>"), "at byte 3, a document type is not accepted");
        assert!(why(&format!("<prices next='{}'/>", "a".repeat(LINK))).ends_with("a tag is longer than 16384 bytes"));
        assert!(why(&format!("<prices>{}", "<a>".repeat(DEPTH))).ends_with("it is nested deeper than 64"));
        assert!(why("<prices next='a' next='b'/>").contains("an attribute of <prices> is broken"));
    }
}
