//! A page of XML: `<prices><price><orig_code>…`. What stands beside the values in a price, and beside the prices, is passed
//! over, and so is space. A document type is refused: nobody needs one here, and what it may do is no good.

use bytes::Bytes;
use contract::rates::PULLED;
use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};
use serde_json::{Map, Value as Json};

use crate::{
    intake::Intake,
    json::TWICE,
    row::{Value, Values},
    sorted::NoRoom,
    window::{LONGEST, Rationed, TOO_LONG},
};

const NOT_XML: &str = "the page is no XML from here on";
const NO_PRICES: &str = "the page has no list of prices";
const HAS_TYPE: &str = "the page has a document type, which is not read";

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

pub(crate) fn read(pieces: impl Iterator<Item = Bytes>, intake: &mut Intake) -> Result<(), NoRoom> {
    match read_events(Reader::from_reader(Rationed::new(pieces)), intake) {
        Ok(()) => Ok(()),
        Err(End::Why(why)) => intake.break_off(intake.rows() + 1, why),
        Err(End::NoRoom(error)) => Err(error),
    }
}

fn read_events<I: Iterator<Item = Bytes>>(mut reader: Reader<Rationed<I>>, intake: &mut Intake) -> Result<(), End> {
    reader.config_mut().expand_empty_elements = true;
    let (mut place, mut price, mut buffer) = (Place::default(), Price::default(), Vec::new());
    loop {
        buffer.clear();
        let Ok(event) = reader.read_event_into(&mut buffer) else {
            return Err(End::Why(if reader.get_ref().is_used_up() { TOO_LONG } else { NOT_XML }));
        };
        match event {
            Event::Start(start) | Event::Empty(start) => place.open(&start, &mut price)?,
            Event::End(_) => place.close(&mut price, intake)?,
            Event::Text(text) => place.text(&text.decode().map_err(|_| NOT)?, &mut price)?,
            Event::CData(text) => place.text_within(&text.decode().map_err(|_| NOT)?, &mut price)?,
            Event::GeneralRef(reference) => place.text_within(&resolved(&reference)?, &mut price)?,
            Event::DocType(_) => return Err(End::Why(HAS_TYPE)),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof if place.is_done() => return Ok(()),
            Event::Eof => return Err(NOT),
        }
        reader.get_mut().refill();
    }
}

const NOT: End = End::Why(NOT_XML);

fn resolved(reference: &BytesRef<'_>) -> Result<String, End> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| NOT)? {
        return Ok(character.into());
    }
    let name = reference.decode().map_err(|_| NOT)?;
    resolve_predefined_entity(&name).map(Into::into).ok_or(NOT)
}

/// Where in the page.
#[derive(Default)]
struct Place {
    depth: usize,
    /// The root was there.
    begun: bool,
    /// Within a price, which it is no more at a depth below two.
    in_price: bool,
}

/// The values of a price that is being read.
#[derive(Default)]
struct Price {
    texts: [Option<String>; PULLED.len()],
    /// With elements in them.
    nested: [bool; PULLED.len()],
    /// Which one is being read.
    at: Option<usize>,
    twice: bool,
    size: usize,
}

impl Place {
    fn open(&mut self, start: &BytesStart<'_>, price: &mut Price) -> Result<(), End> {
        if start.attributes().any(|attribute| attribute.is_err()) {
            return Err(NOT);
        }
        let name = start.name();
        match self.depth {
            0 if self.begun => return Err(NOT),
            0 if name.as_ref() != b"prices" => return Err(End::Why(NO_PRICES)),
            0 => self.begun = true,
            1 => self.in_price = name.as_ref() == b"price",
            2 if self.in_price => {
                price.at = PULLED.iter().position(|column| column.as_bytes() == name.as_ref());
                if let Some(at) = price.at {
                    price.twice |= price.texts[at].is_some();
                    price.texts[at] = Some(String::new());
                }
            }
            _ => {
                if let Some(at) = price.at {
                    price.nested[at] = true;
                }
            }
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, price: &mut Price, intake: &mut Intake) -> Result<(), End> {
        self.depth = self.depth.checked_sub(1).ok_or(NOT)?;
        match self.depth {
            2 => price.at = None,
            1 if self.in_price => {
                self.in_price = false;
                std::mem::take(price).give(intake)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Text that may as well be the space around elements.
    fn text(&self, text: &str, price: &mut Price) -> Result<(), End> {
        if self.depth == 0 && text.trim_ascii().is_empty() { Ok(()) } else { self.text_within(text, price) }
    }

    fn text_within(&self, text: &str, price: &mut Price) -> Result<(), End> {
        if self.depth == 0 {
            return Err(NOT);
        }
        if let Some(at) = price.at {
            price.size += text.len();
            if price.size > LONGEST {
                return Err(End::Why(TOO_LONG));
            }
            if let Some(value) = price.texts[at].as_mut().filter(|_| self.depth == 3) {
                value.push_str(text);
            }
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.begun && self.depth == 0
    }
}

impl Price {
    fn give(self, intake: &mut Intake) -> Result<(), NoRoom> {
        let line = intake.rows() + 1;
        if self.twice {
            return intake.refuse(line, TWICE, &self.record());
        }
        let mut values: Values<'_> = [Value::Missing; PULLED.len()];
        for (value, (text, nested)) in values.iter_mut().zip(self.texts.iter().zip(self.nested)) {
            *value = match text {
                _ if nested => Value::Other,
                Some(text) => Value::Text(text.as_bytes()),
                None => Value::Missing,
            };
        }
        intake.take(line, &values, || self.record())
    }

    /// As JSON, since what it was written as is gone by now.
    fn record(&self) -> Vec<u8> {
        let texts = PULLED.into_iter().zip(&self.texts);
        let fields: Map<String, Json> =
            texts.filter_map(|(column, text)| Some((column.to_owned(), text.clone()?.into()))).collect();
        Json::Object(fields).to_string().into_bytes()
    }
}
