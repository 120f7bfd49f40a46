//! DynamoDB, as far as lists of names in an item go.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use engine::cloud::Answer;

use super::error::told;

/// Where a list stands: in which table, in the item with which key, under which name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListPlace<'a> {
    pub(crate) table: &'a str,
    pub(crate) key: (&'a str, &'a str),
    pub(crate) list: &'a str,
}

/// None where there is no such item, or no such list in it.
pub(super) async fn list(client: &Client, at: ListPlace<'_>) -> Answer<Option<Vec<String>>> {
    let (name, value) = at.key;
    let call = client.get_item().table_name(at.table).consistent_read(true);
    let answer = call.key(name, AttributeValue::S(value.to_owned())).send().await.map_err(told("dynamodb:GetItem"))?;
    let Some(AttributeValue::L(list)) = answer.item.and_then(|mut item| item.remove(at.list)) else { return Ok(None) };
    Ok(Some(list.into_iter().filter_map(|name| name.as_s().ok().cloned()).collect()))
}

pub(super) async fn put_list(client: &Client, at: ListPlace<'_>, names: &[String]) -> Answer {
    let (name, value) = at.key;
    let list = names.iter().map(|name| AttributeValue::S(name.clone())).collect();
    let call = client.put_item().table_name(at.table).item(name, AttributeValue::S(value.to_owned()));
    call.item(at.list, AttributeValue::L(list)).send().await.map(drop).map_err(told("dynamodb:PutItem"))
}
