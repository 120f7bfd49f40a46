//! Stacks that are judged together, with every value worked out as far as can be known.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::arn::{Location, naming_of};
use crate::documents;
use crate::node::{Kind, Node, Place};
use crate::resolve::Scope;

/// One template, read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The stack's name, or the file's.
    pub name: String,
    pub file: String,
    pub root: Node,
    /// How long its text is.
    pub bytes: usize,
    pub values: BTreeMap<String, String>,
}

/// The stacks of one stage in the order of their deployment, or templates that somebody else wrote.
#[derive(Debug, Default)]
pub struct World {
    pub stacks: Vec<Stack>,
    pub location: Location,
    /// The stage that the stacks make up, where they are one.
    pub stage: Option<String>,
    /// Whether no other stack can have anything to do with these.
    pub is_whole: bool,
    /// By everything that a reference to a resource can come to: name, URL, ARN.
    index: HashMap<String, (usize, usize)>,
}

#[derive(Debug)]
pub struct Stack {
    pub name: String,
    pub file: String,
    pub bytes: usize,
    /// As it was written.
    pub root: Node,
    pub resources: Vec<Resource>,
    pub outputs: Vec<Output>,
    /// Names of exports that it imports, with the place of each.
    pub imports: Vec<(String, Place)>,
}

#[derive(Debug)]
pub struct Resource {
    pub stack: String,
    pub file: String,
    pub id: String,
    pub kind: String,
    pub place: Place,
    /// Worked out.
    pub properties: Node,
    /// The whole resource, as it was written.
    pub written: Node,
    /// Resources of the same stack that are made before it.
    after: BTreeSet<String>,
    /// Whether it is only there under a condition that cannot be known.
    pub conditional: bool,
}

#[derive(Debug)]
pub struct Output {
    pub key: String,
    pub place: Place,
    pub value: Node,
    pub export: Option<String>,
}

/// No ARN that leads into a resource has more.
const MOST_PARTS: usize = 40;

impl World {
    pub fn of(sources: Vec<Source>, location: Location) -> Self {
        let mut exports = BTreeMap::new();
        // Twice, since a value may be exported by a stack that comes later in somebody's list of files.
        for source in sources.iter().chain(&sources) {
            let own = outputs(&scope(source, &exports, &location));
            exports.extend(own.into_iter().filter_map(|output| Some((output.export?, output.value))));
        }
        let mut world = Self::default();
        for source in sources {
            let scope = scope(&source, &exports, &location);
            let stack = Stack {
                resources: resources(&source, &scope),
                outputs: outputs(&scope),
                imports: imports(&source, &scope),
                name: source.name,
                file: source.file,
                bytes: source.bytes,
                root: source.root,
            };
            world.stacks.push(stack);
        }
        for (stack, resources) in world.stacks.iter().map(|stack| &stack.resources).enumerate() {
            for (number, resource) in resources.iter().enumerate() {
                for known_as in resource.known_as(&location) {
                    world.index.entry(known_as).or_insert((stack, number));
                }
            }
        }
        world.location = location;
        world
    }

    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.stacks.iter().flat_map(|stack| &stack.resources)
    }

    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Resource> {
        self.resources().filter(move |resource| resource.kind == kind)
    }

    /// The resource that a name, URL or ARN stands for, where these stacks have it. An ARN may lead into it, as
    /// `bucket/prefix*` and `function:alias` do; what stands for another attribute, as a table's `StreamArn`, leads to it.
    pub fn find(&self, text: &str) -> Option<&Resource> {
        let known = |text: &str| self.index.get(text).map(|(stack, number)| &self.stacks[*stack].resources[*number]);
        let of_attribute = text.strip_prefix('{').and_then(|inside| inside.strip_suffix('}'));
        let (mut rest, ends): (&str, &[char]) = match of_attribute {
            Some(inside) => (inside, &['.']),
            None if text.starts_with("arn:") => (text, &['/', ':']),
            None => return known(text),
        };
        for _ in 0..MOST_PARTS {
            let found = if of_attribute.is_some() { known(&format!("{{{rest}}}")) } else { known(rest) };
            if found.is_some() {
                return found;
            }
            rest = &rest[..rest.rfind(ends)?];
        }
        None
    }

    pub fn in_stack(&self, stack: &str, id: &str) -> Option<&Resource> {
        self.resources().find(|resource| resource.stack == stack && resource.id == id)
    }

    /// Whether one resource is made only after another.
    pub fn is_made_after(&self, later: &Resource, earlier: &Resource) -> bool {
        if later.stack != earlier.stack {
            let order = |resource: &Resource| self.stacks.iter().position(|stack| stack.name == resource.stack);
            return order(later) > order(earlier);
        }
        let (mut seen, mut todo) = (BTreeSet::new(), vec![later]);
        while let Some(resource) = todo.pop() {
            if resource.after.contains(&earlier.id) {
                return true;
            }
            if seen.insert(resource.id.as_str()) {
                todo.extend(resource.after.iter().filter_map(|id| self.in_stack(&resource.stack, id)));
            }
        }
        false
    }
}

impl Resource {
    /// A property, by its dotted path.
    pub fn get(&self, path: &str) -> &Node {
        self.properties.at(path)
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path).text()
    }

    pub fn number(&self, path: &str) -> Option<f64> {
        self.get(path).number()
    }

    /// The ids that it refers to, within its stack: what has to be there before it.
    pub fn refers_to(&self) -> impl Iterator<Item = &str> {
        self.after.iter().map(String::as_str)
    }

    /// An attribute beside the properties, such as `DeletionPolicy`.
    pub fn attribute(&self, name: &str) -> &Node {
        self.written.get(name)
    }

    /// Its name, as references to it are worked out.
    pub fn name(&self) -> String {
        let given = naming_of(&self.kind).filter(|naming| !naming.name.is_empty());
        let given = given.and_then(|naming| self.text(naming.name)).map(str::to_owned);
        given.unwrap_or_else(|| format!("{{{}.{}}}", self.stack, self.id))
    }

    pub fn arn(&self, location: &Location) -> String {
        let name = self.name();
        naming_of(&self.kind).map_or_else(|| format!("{{{}.{}.Arn}}", self.stack, self.id), |n| n.arn(&name, location))
    }

    fn known_as(&self, location: &Location) -> Vec<String> {
        let name = self.name();
        let mut all = vec![format!("{{{}.{}}}", self.stack, self.id), format!("{{{}.{}.Arn}}", self.stack, self.id)];
        if let Some(naming) = naming_of(&self.kind) {
            let arn = naming.arn(&name, location);
            all.extend(arn.strip_suffix(":*").map(str::to_owned));
            all.extend([arn, naming.reference(&name, location)]);
        }
        all
    }
}

fn scope<'a>(source: &'a Source, exports: &'a BTreeMap<String, Node>, location: &'a Location) -> Scope<'a> {
    Scope { stack: &source.name, root: &source.root, values: &source.values, exports, location }
}

fn resources(source: &Source, scope: &Scope<'_>) -> Vec<Resource> {
    let mut resources = Vec::new();
    for entry in source.root.get("Resources").entries() {
        let condition = entry.value.get("Condition").text().map(|name| scope.condition(name));
        if condition == Some(Some(false)) {
            continue;
        }
        resources.push(Resource {
            stack: source.name.clone(),
            file: source.file.clone(),
            id: entry.key.clone(),
            kind: entry.value.get("Type").text().unwrap_or_default().to_owned(),
            place: entry.key_place,
            properties: documents::read(scope.resolve(entry.value.get("Properties"))),
            after: referred(&entry.value),
            written: entry.value.clone(),
            conditional: condition == Some(None),
        });
    }
    resources
}

fn outputs(scope: &Scope<'_>) -> Vec<Output> {
    let outputs = scope.root.get("Outputs").entries().iter();
    let output = |entry: &crate::node::Entry| Output {
        key: entry.key.clone(),
        place: entry.key_place,
        value: scope.resolve(entry.value.get("Value")),
        export: scope.resolve(entry.value.at("Export.Name")).text().map(str::to_owned),
    };
    outputs.map(output).collect()
}

fn imports(source: &Source, scope: &Scope<'_>) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    source.root.walk(&mut |node| {
        let import = node.get("Fn::ImportValue");
        if let Some(name) = scope.resolve(import).text().filter(|_| matches!(node.kind, Kind::Map(_))) {
            found.push((name.to_owned(), node.place));
        }
    });
    found
}

/// The ids that a resource refers to, in whatever way.
fn referred(node: &Node) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    node.walk(&mut |node| {
        for entry in node.entries() {
            match entry.key.as_str() {
                "Ref" => ids.extend(entry.value.text().map(str::to_owned)),
                "DependsOn" => ids.extend(entry.value.items().iter().filter_map(Node::text).map(str::to_owned)),
                "Fn::GetAtt" => {
                    let id = entry.value.items().first().and_then(Node::text).and_then(|path| path.split('.').next());
                    ids.extend(id.map(str::to_owned));
                }
                "Fn::Sub" => {
                    let pattern = entry.value.items().first().and_then(Node::text).unwrap_or_default();
                    let names = pattern.split("${").skip(1).filter_map(|rest| rest.split(['}', '.']).next());
                    ids.extend(names.filter(|name| !name.starts_with('!')).map(|name| name.trim().to_owned()));
                }
                _ => {}
            }
        }
    });
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn source(name: &str, text: &str) -> Source {
        let (root, bytes) = (parse(text).unwrap(), text.len());
        Source { name: name.to_owned(), file: format!("{name}.yaml"), root, bytes, values: BTreeMap::new() }
    }

    fn world() -> World {
        let one = "
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {Prod: !Equals [!Ref Stage, prod], Open: !Not [!Condition Prod]}
Resources:
  Lake: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Sub 'lake-${Stage}'}}
  Jobs: {Type: 'AWS::SQS::Queue', Properties: {Delay: !If [Prod, 5, !Ref 'AWS::NoValue'], Wait: !If [Open, 1, 2]}}
  Never: {Type: 'AWS::SQS::Queue', Condition: Prod}
Outputs: {Lake: {Value: !GetAtt Lake.Arn, Export: {Name: !Sub '${AWS::StackName}:Lake'}}}
";
        let two = "
Resources:
  Role: {Type: 'AWS::IAM::Role', Properties: {Arn: {'Fn::ImportValue': 'one:Lake'}, Gone: {'Fn::ImportValue': x}}}
  F: {Type: 'AWS::Lambda::Function', DependsOn: Policy, Properties: {Role: !GetAtt Role.Arn}}
  Policy: {Type: 'AWS::IAM::Policy', Properties: {Roles: [!Ref Role]}}
";
        World::of(vec![source("one", one), source("two", two)], Location::default())
    }

    #[test]
    fn values_are_worked_out_through_parameters_conditions_and_other_stacks() {
        let world = world();
        let lake = world.in_stack("one", "Lake").unwrap();
        assert_eq!(lake.text("BucketName"), Some("lake-dev"));
        let jobs = world.in_stack("one", "Jobs").unwrap();
        assert!(jobs.get("Delay").is_missing());
        assert_eq!(jobs.number("Wait"), Some(1.0));
        assert!(world.in_stack("one", "Never").is_none());
        let role = world.in_stack("two", "Role").unwrap();
        assert_eq!(role.text("Arn"), Some("arn:aws:s3:::lake-dev"));
        assert!(role.get("Gone").is_unknown());
    }

    #[test]
    fn a_resource_is_found_by_whatever_refers_to_it() {
        let world = world();
        for text in ["lake-dev", "arn:aws:s3:::lake-dev", "arn:aws:s3:::lake-dev/raw/*"] {
            assert_eq!(world.find(text).map(|resource| resource.id.as_str()), Some("Lake"), "{text}");
        }
        for text in ["{one.Jobs}", "{one.Jobs.Some.Attribute}"] {
            assert_eq!(world.find(text).map(|resource| resource.id.as_str()), Some("Jobs"), "{text}");
        }
        assert!(world.find("arn:aws:s3:::another").is_none());
    }

    #[test]
    fn the_order_of_making_follows_references_and_depends_on() {
        let world = world();
        let of = |id| world.in_stack("two", id).unwrap();
        assert!(world.is_made_after(of("F"), of("Role")) && world.is_made_after(of("F"), of("Policy")));
        assert!(!world.is_made_after(of("Role"), of("F")));
        assert!(world.is_made_after(of("Role"), world.in_stack("one", "Lake").unwrap()));
    }
}
