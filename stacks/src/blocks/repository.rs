//! Repositories of container images: one a function, scanned, images never changed in place.

use serde::Serialize;

use super::{Scope, Tags};
use crate::names;

#[derive(Debug, Serialize)]
pub struct RepositoryView {
    id: String,
    name: String,
    deletion: &'static str,
    replace: &'static str,
    /// How many images are kept.
    images: u32,
    tags: Tags,
}

/// A function whose image is gone cannot start any more: enough for a roll-back to whatever still runs somewhere.
const IMAGES: u32 = 50;

impl RepositoryView {
    /// For the images of this function.
    pub fn new(scope: &Scope, function: &str) -> Self {
        Self {
            id: repository_id(function),
            name: names::repository(scope.stage, function),
            deletion: scope.deletion_policy(),
            replace: scope.replace_policy(),
            images: IMAGES,
            tags: scope.tags.clone(),
        }
    }
}

/// `orders-etl` → `OrdersEtlRepository`.
pub fn repository_id(function: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    function.split('-').map(word).collect::<String>() + "Repository"
}
