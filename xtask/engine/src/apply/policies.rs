//! What becomes of data when its stack is deleted, written into the stack before that: CloudFormation deletes or keeps a
//! resource by what its template says.

use crate::template::Template;

/// The template with every resource of data kept but the ones in `lost`; `None` where it says so already.
pub(super) fn deciding(deployed: &Template, data: &[&str], lost: &[&str]) -> Option<Template> {
    let wrong: Vec<_> = data.iter().filter(|id| deployed.keeps(id) == lost.contains(id)).collect();
    if wrong.is_empty() {
        return None;
    }
    Some(deployed.with(|value| {
        for id in wrong {
            let policy = if lost.contains(id) { "Delete" } else { "Retain" };
            value["Resources"][*id]["DeletionPolicy"] = policy.into();
            // A policy alone has not always counted as a change.
            value["Resources"][*id]["Metadata"]["millrace:destroy"] = policy.into();
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_named_is_not_kept() {
        let text = "Resources:\n  A: {Type: T, DeletionPolicy: Retain}\n  B: {Type: T}\n  C: {Type: T}";
        let deployed = Template::parse(text).unwrap();
        let decided = deciding(&deployed, &["A", "B"], &["A"]).unwrap();
        assert!(!decided.keeps("A") && decided.keeps("B") && !decided.keeps("C"));
        assert!(deciding(&decided, &["A", "B"], &["A"]).is_none());
    }
}
