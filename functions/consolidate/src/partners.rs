//! The partners in their order of priority.

use contract::{
    Handle, Read, Table,
    accommodation::{KEY, LIST, LIST_ITEM},
};
use runtime::{Item, Items, Lookup, Pause, PortError, patiently};
use std::collections::HashMap;

#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPartners {
    #[error("the priority list cannot be read")]
    Unread(#[from] PortError),
    #[error(
        "the table {table} {why} in item {KEY}={LIST_ITEM}: \
         put it there with `cargo xtask seed accommodation --file <priorities.json>`"
    )]
    Unusable { table: String, why: &'static str },
}

#[derive(Debug)]
pub(crate) struct Partners(HashMap<String, u32>);

impl Partners {
    pub(crate) async fn load(
        table: &Handle<Read<Table>>,
        items: &impl Items,
        pause: &impl Pause,
    ) -> Result<Self, NoPartners> {
        let item = patiently(pause, async || table.item(items, &[(KEY, LIST_ITEM)]).await).await?;
        Self::parse(item.as_ref()).map_err(|why| NoPartners::Unusable { table: table.name().to_owned(), why })
    }

    fn parse(item: Option<&Item>) -> Result<Self, &'static str> {
        let list = item.ok_or("has nothing")?.get(LIST).ok_or("has no partner_list")?;
        let list = list.as_array().ok_or("has a partner_list that is not a list")?;
        if list.is_empty() {
            return Err("has an empty partner_list");
        }
        let mut ranks = HashMap::with_capacity(list.len());
        for (name, rank) in list.iter().zip(0..) {
            let name = name.as_str().ok_or("has a partner_list with something other than text")?;
            ranks.entry(name.to_owned()).or_insert(rank);
        }
        Ok(Self(ranks))
    }

    /// The lower, the better; none for a partner that is not listed.
    pub(crate) fn rank(&self, partner: &str) -> Option<u32> {
        self.0.get(partner).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parse(item: &Value) -> Result<Partners, &'static str> {
        Partners::parse(item.as_object())
    }

    #[test]
    fn the_first_position_counts() {
        let partners = parse(&json!({ "partner_list": ["b", "a", "b"] })).unwrap();
        assert_eq!(["a", "b", "c"].map(|name| partners.rank(name)), [Some(1), Some(0), None]);
    }

    #[test]
    fn no_list_is_ever_made_up() {
        let why = |list: Value| parse(&json!({ "partner_list": list })).unwrap_err();
        assert_eq!(why(json!([])), "has an empty partner_list");
        assert_eq!(why(json!("a")), "has a partner_list that is not a list");
        assert_eq!(why(json!(["a", 1])), "has a partner_list with something other than text");
        assert_eq!(parse(&json!({})).unwrap_err(), "has no partner_list");
        assert_eq!(Partners::parse(None).unwrap_err(), "has nothing");
    }
}
