//! A page of JSON: a list of prices, or an object that has one under `prices`.
//!
//! A price is cut out by its brackets and then read. From what is no JSON on, nobody can say where a row begins: there the
//! page ends.

use bytes::Bytes;
use memchr::memchr2;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use std::borrow::Cow;

use crate::{
    intake::Intake,
    row::Value,
    sorted::NoRoom,
    window::{LONGEST, TOO_LONG, Window},
};

const NOT_JSON: &str = "the page is no JSON from here on";
const NO_PRICES: &str = "the page has no list of prices";
const NO_OBJECT: &str = "it is not an object";
pub(crate) const TWICE: &str = "a column is there twice";

/// Why a page ends before its end.
enum End {
    Why(&'static str),
    NoRoom(NoRoom),
}

impl From<NoRoom> for End {
    fn from(error: NoRoom) -> Self {
        Self::NoRoom(error)
    }
}

const NONE: End = End::Why(NOT_JSON);

pub(crate) fn read(pieces: impl Iterator<Item = Bytes>, intake: &mut Intake) -> Result<(), NoRoom> {
    match (Page { window: Window::new(pieces) }).read(intake) {
        Ok(()) => Ok(()),
        Err(End::Why(why)) => intake.break_off(intake.rows() + 1, why),
        Err(End::NoRoom(error)) => Err(error),
    }
}

struct Page<I> {
    window: Window<I>,
}

/// A price, each of its values as it is written.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    orig_code: Option<&'a RawValue>,
    #[serde(borrow)]
    dest_code: Option<&'a RawValue>,
    #[serde(borrow)]
    day: Option<&'a RawValue>,
    #[serde(borrow)]
    price: Option<&'a RawValue>,
}

impl<I: Iterator<Item = Bytes>> Page<I> {
    fn read(&mut self, intake: &mut Intake) -> Result<(), End> {
        match self.peek() {
            Some(b'[') => self.list(intake)?,
            Some(b'{') => self.object(intake)?,
            Some(_) => {
                self.value(|_| Ok(()))?;
                return Err(End::Why(NO_PRICES));
            }
            None => return Err(NONE),
        }
        if self.peek().is_none() { Ok(()) } else { Err(NONE) }
    }

    fn object(&mut self, intake: &mut Intake) -> Result<(), End> {
        self.window.pass(1);
        let mut found = false;
        if self.peek() == Some(b'}') {
            return Err(End::Why(NO_PRICES));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(NONE);
            }
            let key: String = self.value(|text| serde_json::from_str(text).map_err(|_| NONE))?;
            self.expect(b':')?;
            if key == "prices" {
                if found || self.peek() != Some(b'[') {
                    return Err(End::Why(NO_PRICES));
                }
                found = true;
                self.list(intake)?;
            } else {
                self.value(|text| is_json(text).then_some(()).ok_or(NONE))?;
            }
            match self.peek() {
                Some(b',') => self.window.pass(1),
                Some(b'}') if found => {
                    self.window.pass(1);
                    return Ok(());
                }
                Some(b'}') => return Err(End::Why(NO_PRICES)),
                _ => return Err(NONE),
            }
        }
    }

    fn list(&mut self, intake: &mut Intake) -> Result<(), End> {
        self.window.pass(1);
        if self.peek() == Some(b']') {
            self.window.pass(1);
            return Ok(());
        }
        loop {
            self.value(|text| give(text, intake))?;
            match self.peek() {
                Some(b',') => self.window.pass(1),
                Some(b']') => {
                    self.window.pass(1);
                    return Ok(());
                }
                _ => return Err(NONE),
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), End> {
        if self.peek() != Some(byte) {
            return Err(NONE);
        }
        self.window.pass(1);
        Ok(())
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let held = self.window.held();
            let space = held.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            let byte = held.get(space).copied();
            self.window.pass(space);
            if byte.is_some() || !self.window.more() {
                return byte;
            }
        }
    }

    /// Cuts out the value that comes next and passes it.
    fn value<T>(&mut self, take: impl FnOnce(&str) -> Result<T, End>) -> Result<T, End> {
        self.peek();
        let length = self.length()?;
        let text = std::str::from_utf8(&self.window.held()[..length]).map_err(|_| NONE)?;
        let taken = take(text)?;
        self.window.pass(length);
        Ok(taken)
    }

    /// Of the value that comes next, if it is one.
    fn length(&mut self) -> Result<usize, End> {
        let (mut at, mut depth, mut in_text) = (0, 0_usize, false);
        loop {
            let held = self.window.held();
            while let Some(byte) = held.get(at) {
                if in_text {
                    match memchr2(b'"', b'\\', &held[at..]) {
                        Some(end) if held[at + end] == b'"' => {
                            (at, in_text) = (at + end + 1, false);
                            if depth == 0 {
                                return Ok(at);
                            }
                        }
                        // What is escaped may not have come yet, and is passed all the same.
                        Some(end) => at += end + 2,
                        None => at = held.len(),
                    }
                    continue;
                }
                match byte {
                    b'"' => in_text = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' if depth == 1 => return Ok(at + 1),
                    b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return Ok(at),
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
            }
            if at > LONGEST {
                return Err(End::Why(TOO_LONG));
            }
            if !self.window.more() {
                return if depth == 0 && !in_text { Ok(at) } else { Err(NONE) };
            }
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn give(text: &str, intake: &mut Intake) -> Result<(), End> {
    if text.len() > LONGEST {
        return Err(End::Why(TOO_LONG));
    }
    let line = intake.rows() + 1;
    let is_object = text.starts_with('{');
    match if is_object { serde_json::from_str::<Written<'_>>(text).ok() } else { None } {
        Some(written) => {
            let Written { orig_code, dest_code, day, price } = written;
            let texts = [orig_code, dest_code, day, price].map(plain);
            let mut values = [Value::Missing; 4];
            for (value, text) in values.iter_mut().zip(&texts) {
                *value = match text {
                    Plain::Text(text) => Value::Text(text.as_bytes()),
                    Plain::Missing => Value::Missing,
                    Plain::Other => Value::Other,
                    Plain::Wrong => return Err(NONE),
                };
            }
            Ok(intake.take(line, &values, || text.as_bytes().to_vec())?)
        }
        None if !is_json(text) => Err(NONE),
        None => Ok(intake.refuse(line, if is_object { TWICE } else { NO_OBJECT }, text.as_bytes())?),
    }
}

enum Plain<'a> {
    Missing,
    Text(Cow<'a, str>),
    Other,
    /// Half of a character that takes two.
    Wrong,
}

fn plain(raw: Option<&RawValue>) -> Plain<'_> {
    let Some(raw) = raw.map(RawValue::get) else { return Plain::Missing };
    match raw.as_bytes() {
        [b'"', .., b'"'] if !raw.contains('\\') => Plain::Text(raw[1..raw.len() - 1].into()),
        [b'"', ..] => serde_json::from_str::<String>(raw).map_or(Plain::Wrong, |text| Plain::Text(text.into())),
        [b'-' | b'0'..=b'9', ..] => Plain::Text(raw.into()),
        _ => Plain::Other,
    }
}
