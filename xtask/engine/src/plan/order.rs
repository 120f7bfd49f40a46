//! In which order stacks are deployed: each after those whose exports it imports.

use std::collections::BTreeMap;

use crate::target::{Target, Wanted};

/// The stacks, each with the names of those that have to come before it. Where nothing else decides, in the order in which
/// they were given.
pub fn order(target: &Target) -> Vec<(&Wanted, Vec<String>)> {
    let mut exporters = BTreeMap::new();
    for stack in &target.stacks {
        exporters.extend(stack.template.exports().into_keys().map(|export| (export, stack.name.as_str())));
    }
    let mut waiting: Vec<_> = target
        .stacks
        .iter()
        .map(|stack| {
            let imports = stack.template.imports();
            let mut after: Vec<_> =
                imports.iter().filter_map(|import| exporters.get(import)).map(|name| (*name).to_owned()).collect();
            // Code and large templates are in its bucket.
            after.push(target.bucket_stack.clone());
            after.retain(|name| *name != stack.name && target.stacks.iter().any(|other| other.name == *name));
            after.sort();
            after.dedup();
            (stack, after)
        })
        .collect();
    let mut ordered: Vec<(&Wanted, Vec<String>)> = Vec::new();
    while !waiting.is_empty() {
        let ready = |after: &[String]| after.iter().all(|name| ordered.iter().any(|(done, _)| done.name == *name));
        // Stacks that import from each other in a circle cannot be deployed at all; AWS says so of the first.
        let next = waiting.iter().position(|(_, after)| ready(after)).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}
