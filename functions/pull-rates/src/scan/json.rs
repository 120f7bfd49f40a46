//! JSON, byte by byte: the whole grammar, so that a page that is cut off or broken is told from one that is whole.

use memchr::memchr2;

use super::{Bad, DEPTH, Found, LINK, link};

#[derive(Default)]
pub(crate) struct Json {
    at: u64,
    state: State,
    /// What is open, the outermost first.
    open: Vec<Container>,
    /// Of the outermost object: what is being said now.
    key: Key,
    said_next: bool,
    said_prices: bool,
    /// Whether the string that is being read is a key.
    is_key: bool,
    /// Of a string that matters, as it is written.
    kept: Option<Vec<u8>>,
    next: Option<String>,
    rows: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Value,
    /// Or the end of a list.
    FirstItem,
    /// Or the end of an object.
    FirstKey,
    Key,
    Colon,
    /// A comma, or an end.
    After,
    Text(Text),
    Number(Number),
    /// What is left of `true`, `false` or `null`.
    Word(&'static [u8]),
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Plain,
    Escape,
    /// So many digits to come.
    Digits(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    E,
    Sign,
    Exponent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    Object,
    List,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Key {
    #[default]
    Other,
    Next,
    Prices,
}

type Step = Result<State, String>;

impl Json {
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> Result<(), Bad> {
        while let Some((byte, rest)) = bytes.split_first() {
            if self.state == State::Text(Text::Plain) {
                let (plain, rest) = bytes.split_at(memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len()));
                self.plain(plain)?;
                bytes = rest;
                if plain.is_empty() {
                    bytes = self.advance(bytes[0], &bytes[1..])?;
                }
            } else {
                bytes = self.advance(*byte, rest)?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Found, Bad> {
        // A number ends where something else begins, and nothing does.
        if self.state == State::Whole {
            return Ok(Found { next: self.next.take(), rows: self.rows });
        }
        let why = if self.at == 0 { "the page is empty" } else { "the page ends in the middle" };
        Err(self.bad(why))
    }

    fn bad(&self, why: impl Into<String>) -> Bad {
        Bad { at: self.at + 1, why: why.into() }
    }

    fn advance<'a>(&mut self, byte: u8, rest: &'a [u8]) -> Result<&'a [u8], Bad> {
        self.state = self.step(byte).map_err(|why| self.bad(why))?;
        self.at += 1;
        Ok(rest)
    }

    fn plain(&mut self, plain: &[u8]) -> Result<(), Bad> {
        if let Some(control) = plain.iter().position(|byte| *byte < 0x20) {
            self.at += control as u64;
            return Err(self.bad("a control character is within a string"));
        }
        self.keep(plain).map_err(|why| self.bad(why))?;
        self.at += plain.len() as u64;
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Step {
        match self.state {
            State::Text(text) => self.text(text, byte),
            State::Number(number) => self.number(number, byte),
            State::Word(word) => match word.split_first() {
                Some((first, [])) if *first == byte => self.ended(),
                Some((first, rest)) if *first == byte => Ok(State::Word(rest)),
                _ => unexpected(byte),
            },
            _ if b" \t\r\n".contains(&byte) => Ok(self.state),
            State::FirstItem if byte == b']' => self.close(),
            State::Value | State::FirstItem => self.value(byte),
            State::FirstKey if byte == b'}' => self.close(),
            State::FirstKey | State::Key if byte == b'"' => {
                let matters = self.open.len() == 1;
                Ok(self.quote(true, matters))
            }
            State::Colon if byte == b':' => Ok(State::Value),
            State::After => match (byte, self.open.last()) {
                (b',', Some(Container::Object)) => Ok(State::Key),
                (b',', Some(Container::List)) => Ok(State::Value),
                (b'}', Some(Container::Object)) | (b']', Some(Container::List)) => self.close(),
                _ => unexpected(byte),
            },
            _ => unexpected(byte),
        }
    }

    fn value(&mut self, byte: u8) -> Step {
        let outermost = self.open.len() == 1 && self.open[0] == Container::Object;
        match (&self.open[..], self.key, byte) {
            ([], _, b'{' | b'[')
            | ([Container::Object], Key::Prices, b'[')
            | ([Container::Object], Key::Next, b'"' | b'n') => {}
            ([], ..) => return Err("it is no page of prices: a list, or an object with one".to_owned()),
            ([Container::Object], Key::Prices, _) => return Err("'prices' is no list".to_owned()),
            ([Container::Object], Key::Next, _) => return Err("'next' is neither a URL nor null".to_owned()),
            ([Container::List], ..) | ([Container::Object, Container::List], Key::Prices, _) => self.rows += 1,
            _ => {}
        }
        match byte {
            b'{' => self.nest(Container::Object, State::FirstKey),
            b'[' => self.nest(Container::List, State::FirstItem),
            b'"' => Ok(self.quote(false, outermost && self.key == Key::Next)),
            b'-' => Ok(State::Number(Number::Minus)),
            b'0' => Ok(State::Number(Number::Zero)),
            b'1'..=b'9' => Ok(State::Number(Number::Digits)),
            b't' => Ok(State::Word(b"rue")),
            b'f' => Ok(State::Word(b"alse")),
            b'n' => Ok(State::Word(b"ull")),
            _ => unexpected(byte),
        }
    }

    fn nest(&mut self, container: Container, state: State) -> Step {
        if self.open.len() == DEPTH {
            return Err(format!("it is nested deeper than {DEPTH}"));
        }
        self.open.push(container);
        Ok(state)
    }

    fn close(&mut self) -> Step {
        if self.open.pop() == Some(Container::Object) && self.open.is_empty() && !self.said_prices {
            return Err("it is no page of prices: it has no 'prices'".to_owned());
        }
        self.ended()
    }

    /// A value has ended.
    #[expect(clippy::unnecessary_wraps, reason = "it is a step like the others")]
    fn ended(&self) -> Step {
        Ok(if self.open.is_empty() { State::Whole } else { State::After })
    }

    fn number(&mut self, number: Number, byte: u8) -> Step {
        use Number::{Digits, E, Exponent, Fraction, Minus, Point, Sign, Zero};
        let next = match (number, byte) {
            (Minus, b'0') => Zero,
            (Minus, b'1'..=b'9') | (Digits, b'0'..=b'9') => Digits,
            (Zero | Digits, b'.') => Point,
            (Point | Fraction, b'0'..=b'9') => Fraction,
            (Zero | Digits | Fraction, b'e' | b'E') => E,
            (E, b'+' | b'-') => Sign,
            (E | Sign | Exponent, b'0'..=b'9') => Exponent,
            (Zero | Digits | Fraction | Exponent, _) => {
                self.state = self.ended()?;
                return self.step(byte);
            }
            (Minus | Point | E | Sign, _) => return unexpected(byte),
        };
        Ok(State::Number(next))
    }

    fn text(&mut self, text: Text, byte: u8) -> Step {
        self.keep(&[byte])?;
        let state = match (text, byte) {
            (Text::Plain, b'\\') => Text::Escape,
            (Text::Plain, _) => return self.text_ended(),
            (Text::Escape, b'u') => Text::Digits(4),
            (Text::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Text::Plain,
            (Text::Digits(1), _) if byte.is_ascii_hexdigit() => Text::Plain,
            (Text::Digits(left), _) if byte.is_ascii_hexdigit() => Text::Digits(left - 1),
            _ => return unexpected(byte),
        };
        Ok(State::Text(state))
    }

    /// Begins a string.
    fn quote(&mut self, is_key: bool, matters: bool) -> State {
        self.is_key = is_key;
        self.kept = matters.then(|| vec![b'"']);
        State::Text(Text::Plain)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), String> {
        let Some(kept) = &mut self.kept else { return Ok(()) };
        kept.extend_from_slice(bytes);
        if kept.len() > LINK { Err(format!("a key or 'next' is longer than {LINK} bytes")) } else { Ok(()) }
    }

    fn text_ended(&mut self) -> Step {
        let kept = self.kept.take().map(|kept| serde_json::from_slice::<String>(&kept));
        if !self.is_key {
            if let Some(text) = kept {
                let text = text.map_err(|error| format!("'next' is no text: {error}"))?;
                self.next = link(text);
            }
            return self.ended();
        }
        if let Some(text) = kept {
            self.key = match text.as_deref() {
                Ok("next") => Key::Next,
                Ok("prices") => Key::Prices,
                _ => Key::Other,
            };
            let said = match self.key {
                Key::Next => &mut self.said_next,
                Key::Prices => &mut self.said_prices,
                Key::Other => return Ok(State::Colon),
            };
            if std::mem::replace(said, true) {
                return Err("it says 'next' or 'prices' twice".to_owned());
            }
        }
        Ok(State::Colon)
    }
}

fn unexpected(byte: u8) -> Step {
    Err(format!("'{}' is not expected", byte.escape_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(page: &str) -> Result<(Option<String>, u64), String> {
        let mut json = Json::default();
        let scanned = page.as_bytes().chunks(3).try_for_each(|piece| json.take(piece)).and_then(|()| json.finish());
        scanned.map(|found| (found.next, found.rows)).map_err(|bad| bad.to_string())
    }

    #[test]
    fn the_next_page_is_that_of_the_outermost_object() {
        for (page, next, rows) in [
            (r#"{"prices":[{"next":"/no"},{}],"next":"/p?a=1&b=\u0032"}"#, Some("/p?a=1&b=2"), 2),
            (r#" {"ne\u0078t" : "https://a/" , "prices" : [ ] } "#, Some("https://a/"), 0),
            (r#"{"prices":[1,[2,3],{"a":[4]}],"next":null,"more":{"next":7}}"#, None, 3),
            (r#"{"next":"","prices":[-0.5e+7]}"#, None, 1),
            (r#"[{"next":"/no"},2]"#, None, 2),
        ] {
            assert_eq!(scan(page), Ok((next.map(str::to_owned), rows)), "{page}");
        }
    }

    #[test]
    fn what_is_no_page_is_told_with_its_place() {
        let why = |page: &str| scan(page).unwrap_err();
        assert_eq!(why(""), "at byte 1, the page is empty");
        assert_eq!(why(r#"{"prices":[{"#), "at byte 13, the page ends in the middle");
        assert_eq!(why("<html>"), "at byte 1, it is no page of prices: a list, or an object with one");
        assert_eq!(why("{\"error\":\"no\"}"), "at byte 14, it is no page of prices: it has no 'prices'");
        assert_eq!(why(r#"{"prices":{}}"#), "at byte 11, 'prices' is no list");
        assert_eq!(why(r#"{"prices":[],"next":7}"#), "at byte 21, 'next' is neither a URL nor null");
        assert_eq!(why(r#"{"prices":[],"next":"a","next":"b"}"#), "at byte 30, it says 'next' or 'prices' twice");
        assert_eq!(why("[1]]"), "at byte 4, ']' is not expected");
        assert_eq!(why("[\"a\nb\"]"), "at byte 4, a control character is within a string");
        assert!(why(&"[".repeat(DEPTH + 1)).ends_with("it is nested deeper than 64"));
        assert!(why(&format!(r#"{{"next":"{}"}}"#, "a".repeat(LINK))).ends_with("is longer than 16384 bytes"));
    }
}
