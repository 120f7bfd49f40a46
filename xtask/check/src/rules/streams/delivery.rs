//! What the rules on delivery streams ask.

use crate::node::Node;
use crate::world::{Resource, World};

/// Where a delivery stream stores objects for readers, and not only what failed.
pub(super) fn buckets(world: &World) -> impl Iterator<Item = (&Resource, &Node)> {
    world.of_kind("AWS::KinesisFirehose::DeliveryStream").flat_map(|delivery| {
        ["ExtendedS3DestinationConfiguration", "S3DestinationConfiguration"].into_iter().filter_map(move |key| {
            let config = delivery.get(key);
            (!config.entries().is_empty()).then_some((delivery, config))
        })
    })
}

/// The expressions of a prefix, `!{namespace:value}`, in parts; what is wrong with one instead.
pub(super) fn expressions(prefix: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut all = Vec::new();
    for piece in prefix.split("!{").skip(1) {
        let Some((inside, _)) = piece.split_once('}') else { return Err(format!("!{{{piece} is not closed")) };
        all.push(inside.split_once(':').ok_or_else(|| format!("!{{{inside}}} has no namespace"))?);
    }
    Ok(all)
}

/// What a prefix is before its first expression.
pub(super) fn head(prefix: &str) -> &str {
    prefix.split("!{").next().unwrap_or_default()
}
