//! One offer of a partner.

use serde::Deserialize;
use std::borrow::Cow;

/// What counts of an offer; the rest is read over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Offer<'a> {
    pub(crate) partner: Cow<'a, str>,
    pub(crate) id: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    partner_name: Option<Text<'a>>,
    #[serde(borrow)]
    accommodation_id: Option<Text<'a>>,
    #[serde(borrow)]
    accommodation_data: Option<Data<'a>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    accommodation_name: Option<Text<'a>>,
}

/// Text that is copied only where it has escapes. An `Option<Cow>` would always be a copy.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Offer<'a> {
    /// Or why it is none.
    pub(crate) fn parse(record: &'a [u8]) -> Result<Self, String> {
        if record.first() != Some(&b'{') {
            let json = serde_json::from_slice::<serde::de::IgnoredAny>(record);
            return Err(json.map_or_else(|error| format!("not JSON: {error}"), |_| "not a JSON object".to_owned()));
        }
        let text = std::str::from_utf8(record).map_err(|e| format!("not UTF-8: wrong byte at {}", e.valid_up_to()))?;
        let record: Record<'_> = serde_json::from_str(text).map_err(|error| reason(&error))?;
        let some = |text: Option<Text<'a>>, field| match text {
            Some(Text(text)) if !text.is_empty() => Ok(text),
            Some(_) => Err(format!("{field} is empty")),
            None => Err(format!("{field} is missing")),
        };
        Ok(Self {
            partner: some(record.partner_name, "partner_name")?,
            id: some(record.accommodation_id, "accommodation_id")?,
            name: some(record.accommodation_data.and_then(|data| data.accommodation_name), "accommodation_name")?,
        })
    }
}

fn reason(error: &serde_json::Error) -> String {
    if error.is_data() { format!("not an offer: {error}") } else { format!("not JSON: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn why(record: &str) -> String {
        Offer::parse(record.as_bytes()).unwrap_err()
    }

    #[test]
    fn an_offer_is_what_its_partner_calls_the_accommodation() {
        let text = r#"{"accommodation_id":"7","x":[{}],"partner_name":"a\u0062","accommodation_data":{"accommodation_name":"Zur Post","accommodation_city":"Ulm"}}"#;
        let offer = Offer::parse(text.as_bytes()).unwrap();
        assert_eq!((&*offer.partner, &*offer.id, &*offer.name), ("ab", "7", "Zur Post"));
        assert!(matches!(offer.id, Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(why("{}"), "partner_name is missing");
        assert_eq!(why(r#"{"partner_name":"a","accommodation_id":""}"#), "accommodation_id is empty");
        assert_eq!(why(r#"{"partner_name":"a","accommodation_id":null}"#), "accommodation_id is missing");
        assert_eq!(why(r#"{"partner_name":"a","accommodation_id":"7"}"#), "accommodation_name is missing");
        assert!(why(r#"{"partner_name":"a","accommodation_id":7}"#).starts_with("not an offer: invalid type: integer"));
        assert!(why(r#"{"partner_name":"a","partner_name":"b"}"#).starts_with("not an offer: duplicate field"));
    }

    #[test]
    fn what_is_no_object_is_said() {
        assert_eq!(why(r#"["a","7",["Zur Post"]]"#), "not a JSON object");
        assert!(why("{").starts_with("not JSON: EOF"));
        assert!(why("offer").starts_with("not JSON: "));
        assert!(why("{} {}").starts_with("not JSON: trailing characters"));
        assert_eq!(Offer::parse(b"{\"\xff").unwrap_err(), "not UTF-8: wrong byte at 2");
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            let _ = Offer::parse(&bytes);
            let _ = Offer::parse(&[b"{".to_vec(), bytes].concat());
        }

        #[test]
        fn any_offer_reads_back(partner in "\\PC{1,9}", id in "\\PC{1,9}", name in "\\PC{1,9}") {
            let data = json!({ "accommodation_name": name });
            let text = json!({ "partner_name": partner, "accommodation_id": id, "accommodation_data": data }).to_string();
            let offer = Offer::parse(text.as_bytes()).unwrap();
            prop_assert_eq!((&*offer.partner, &*offer.id, &*offer.name), (&*partner, &*id, &*name));
        }
    }
}
