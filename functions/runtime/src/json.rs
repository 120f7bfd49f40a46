//! JSON that says each thing once.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

use crate::record::clip;

/// A value whose objects have no key twice. The usual parser keeps the last one and forgets the others, and a record
/// that says two things would be stored as if it said one.
pub(crate) struct Unambiguous(pub(crate) Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("key '{}' is there twice", clip(&key, 64))));
            }
            let Unambiguous(value) = entries.next_value()?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Value, String> {
        serde_json::from_str(text).map(|Unambiguous(value)| value).map_err(|e| e.to_string())
    }

    #[test]
    fn a_key_twice_is_refused_at_any_depth() {
        assert_eq!(parse(r#"{"a":1,"a":1}"#), Err("key 'a' is there twice at line 1 column 10".into()));
        assert!(parse(r#"[{"x":{"b":null,"b":2}}]"#).unwrap_err().starts_with("key 'b' is there twice"));
        assert!(parse(r#"[{"a":1},{"a":1}]"#).is_ok());
    }

    proptest! {
        #[test]
        fn otherwise_it_is_the_usual_parser(number: f64, integer: i64, big: u64, text: String, flag: bool) {
            let value = serde_json::json!({ "n": number, "i": [integer, big], "t": { text: null }, "f": flag });
            prop_assert_eq!(parse(&value.to_string()), Ok(value));
        }
    }
}
