//! Names that stages of one account take from each other: `a-b` of stage `dev` and `b` of stage `dev-a` are one name.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::arn::naming_of;
use crate::diagnostic::{Diagnostic, Severity};
use crate::world::World;

/// What was taken by the stages before. Of each name only a number is kept, so that a thousand stages take little room.
#[derive(Debug, Default)]
pub struct TakenNames {
    by: HashMap<u64, usize>,
    stages: Vec<String>,
}

impl TakenNames {
    /// Takes the names of a stage's stacks and resources, and tells which were taken already.
    pub fn take(&mut self, stage: &str, world: &World) -> Vec<Diagnostic> {
        let own = self.stages.len();
        self.stages.push(stage.to_owned());
        let mut found = Vec::new();
        for resource in world.resources() {
            let Some(naming) = naming_of(&resource.kind).filter(|naming| !naming.name.is_empty()) else { continue };
            let node = resource.get(naming.name);
            let Some(name) = node.text() else { continue };
            // An ARN says by itself whether account and region are part of what has to be unique.
            let by = *self.by.entry(number(&(&resource.kind, resource.arn(&world.location)))).or_insert(own);
            if by != own {
                found.push(Diagnostic {
                    rule: "name-twice".to_owned(),
                    severity: Severity::Error,
                    file: resource.file.clone(),
                    place: node.place,
                    resource: Some(resource.id.clone()),
                    message: format!("{name} is taken by stage {} of the same account already", self.stages[by]),
                    fix: "Give one of the two stages a name that the other's does not begin with".to_owned(),
                });
            }
        }
        found
    }
}

fn number(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::Location;
    use crate::parse::parse;
    use crate::world::Source;
    use std::collections::BTreeMap;

    fn world(kind: &str, property: &str, name: &str, region: &str, account: &str) -> World {
        let text = format!("Resources: {{One: {{Type: '{kind}', Properties: {{{property}: {name}}}}}}}");
        let (root, bytes) = (parse(&text).unwrap(), text.len());
        let source = Source { name: "s".to_owned(), file: "s.yaml".to_owned(), root, bytes, values: BTreeMap::new() };
        World::of(vec![source], Location { region: region.to_owned(), account: account.to_owned() })
    }

    #[test]
    fn names_are_unique_where_aws_wants_them_to_be() {
        let queue = |name, region, account| world("AWS::SQS::Queue", "QueueName", name, region, account);
        let mut taken = TakenNames::default();
        assert_eq!(taken.take("dev", &queue("m-dev-a-b", "r1", "1")), []);
        assert_eq!(taken.take("other", &queue("m-dev-a-b", "r2", "1")), [], "in another region");
        assert_eq!(taken.take("third", &queue("m-dev-a-b", "r1", "2")), [], "in another account");
        let found = taken.take("dev-a", &queue("m-dev-a-b", "r1", "1"));
        assert_eq!(found[0].message, "m-dev-a-b is taken by stage dev of the same account already");
        let bucket = |region, account| world("AWS::S3::Bucket", "BucketName", "lake", region, account);
        assert_eq!(taken.take("x", &bucket("r1", "1")), []);
        assert_eq!(taken.take("y", &bucket("r2", "2")).len(), 1, "buckets are unique in the world");
    }
}
