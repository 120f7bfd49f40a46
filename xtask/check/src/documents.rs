//! Documents within properties that may also be written as a JSON text, as `!Sub '{"Statement": ...}'`: read, so that
//! nothing has to know how a document was written.

use crate::node::{Kind, Node};
use crate::parse::parse;

const DOCUMENTS: [&str; 8] = [
    "AssumeRolePolicyDocument",
    "KeyPolicy",
    "PolicyDocument",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "RepositoryPolicyText",
    "ResourcePolicy",
    "Policies",
];

/// A resource's properties, with every document in them as what it says.
pub(crate) fn read(mut properties: Node) -> Node {
    if let Kind::Map(entries) = &mut properties.kind {
        for entry in entries.iter_mut().filter(|entry| DOCUMENTS.contains(&entry.key.as_str())) {
            match &mut entry.value.kind {
                // A role's policies have a document each.
                Kind::List(policies) => policies.iter_mut().for_each(|policy| *policy = read(std::mem::take(policy))),
                Kind::Text(text) if text.trim_start().starts_with('{') => {
                    let place = entry.value.place;
                    // What is no JSON stays text, which CloudFormation's own rules find.
                    if let Ok(read) = parse(text) {
                        entry.value = read.placed(place);
                    }
                }
                _ => {}
            }
        }
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_the_same_however_it_is_written() {
        let written = parse("{PolicyDocument: {A: [x]}, Policies: [{PolicyDocument: {B: 1}}], Other: '{}'}").unwrap();
        let text = r#"{PolicyDocument: '{"A": ["x"]}', Policies: [{PolicyDocument: '{"B": 1}'}], Other: '{}'}"#;
        let text = read(parse(text).unwrap());
        assert_eq!(text.to_string(), read(written).to_string());
        assert_eq!(text.at("PolicyDocument.A").place.line, 1);
        let broken = read(parse("PolicyDocument: '{no'").unwrap());
        assert_eq!(broken.get("PolicyDocument").text(), Some("{no"));
    }
}
