//! `DynamoDB`, through the AWS SDK.

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::get_item::GetItemError,
    types::AttributeValue,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Number, Value};
use std::time::Duration;

use crate::{Fault, Item, Items, PortError, item::Place};

const CALL: Duration = Duration::from_secs(4);

pub struct Tables(Client);

impl Tables {
    /// No call is made.
    pub async fn connect() -> Self {
        Self(Client::new(&super::client::config(CALL).await))
    }
}

impl Items for Tables {
    async fn get(&self, place: &Place) -> Result<Option<Item>, PortError> {
        let mut call = self.0.get_item().table_name(place.table()).consistent_read(true);
        for (name, value) in place.key() {
            call = call.key(name, AttributeValue::S(value.clone()));
        }
        let output = call.send().await.map_err(|error| place.failed("get", fault(&error)).because(error))?;
        let item = output.item.map(|item| item.into_iter().map(|(name, value)| (name, json(value))).collect());
        Ok(item)
    }
}

/// Of a set the order is not said, so it is made one.
fn json(value: AttributeValue) -> Value {
    let sorted = |mut texts: Vec<String>| {
        texts.sort_unstable();
        texts
    };
    match value {
        AttributeValue::S(text) => text.into(),
        AttributeValue::N(number) => self::number(number),
        AttributeValue::Bool(value) => value.into(),
        AttributeValue::L(list) => list.into_iter().map(json).collect(),
        AttributeValue::M(map) => map.into_iter().map(|(name, value)| (name, json(value))).collect(),
        AttributeValue::Ss(texts) => sorted(texts).into(),
        AttributeValue::Ns(numbers) => sorted(numbers).into_iter().map(number).collect(),
        AttributeValue::B(bytes) => STANDARD.encode(bytes).into(),
        AttributeValue::Bs(many) => sorted(many.iter().map(|bytes| STANDARD.encode(bytes)).collect()).into(),
        _ => Value::Null,
    }
}

fn number(text: String) -> Value {
    match text.parse::<Number>() {
        Ok(number) if number.to_string() == text => Value::Number(number),
        _ => text.into(),
    }
}

fn fault(error: &SdkError<GetItemError>) -> Fault {
    match error.code() {
        Some("AccessDeniedException" | "AccessDenied" | "UnrecognizedClientException") => Fault::AccessDenied,
        Some("ResourceNotFoundException") => Fault::NotFound,
        Some("ValidationException") => Fault::Invalid,
        _ => Fault::Passing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_reads_as_json() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let list = AttributeValue::L(vec![text("b"), AttributeValue::N("1.50".to_owned()), AttributeValue::Null(true)]);
        assert_eq!(json(list), json!(["b", "1.50", null]));
        assert_eq!(json(AttributeValue::Ss(vec!["b".to_owned(), "a".to_owned()])), json!(["a", "b"]));
        assert_eq!(json(AttributeValue::N("12".to_owned())), json!(12));
        let map = AttributeValue::M([("x".to_owned(), AttributeValue::Bool(true))].into());
        assert_eq!(json(map), json!({ "x": true }));
    }
}
