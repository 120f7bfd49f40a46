//! `DynamoDB`, through the AWS SDK.

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
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

    async fn put_if(&self, place: &Place, item: &Item, name: &str, was: Option<&str>) -> Result<bool, PortError> {
        let key = place.key().iter().map(|(name, value)| (name.clone(), AttributeValue::S(value.clone())));
        let rest = item.iter().map(|(name, value)| (name.clone(), attribute(value)));
        let mut call = self.0.put_item().table_name(place.table()).set_item(Some(rest.chain(key).collect()));
        call = call.expression_attribute_names("#name", name);
        call = match was {
            None => call.condition_expression("attribute_not_exists(#name)"),
            Some(was) => call
                .condition_expression("#name = :was")
                .expression_attribute_values(":was", AttributeValue::S(was.to_owned())),
        };
        match call.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(place.failed("put", fault(&error)).because(error)),
        }
    }
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(*value),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(list) => AttributeValue::L(list.iter().map(attribute).collect()),
        Value::Object(map) => {
            AttributeValue::M(map.iter().map(|(name, value)| (name.clone(), attribute(value))).collect())
        }
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

fn fault<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Fault {
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
