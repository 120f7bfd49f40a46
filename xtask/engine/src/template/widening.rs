//! What a change of one resource lets others do that they could not do before: permissions and network exposure.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// In words, one for each thing that becomes possible. `old` is null where the resource is new; then only what is open
/// to everybody counts, since whatever is new may do something.
pub fn widens(kind: &str, old: &Value, new: &Value) -> Vec<String> {
    let mut words = BTreeSet::new();
    let (before, after) = (permissions(old), permissions(new));
    for permission in &after.allowed {
        if !before.allowed.contains(permission) && (!old.is_null() || permission.open) {
            words.insert(format!("allows {permission}"));
        }
    }
    for permission in before.denied.difference(&after.denied) {
        words.insert(format!("no longer denies {permission}"));
    }
    let (before, after) = (exposure(kind, &old["Properties"]), exposure(kind, &new["Properties"]));
    words.extend(after.difference(&before).cloned());
    words.into_iter().collect()
}

/// One action on one resource by one principal.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    who: String,
    action: String,
    on: String,
    condition: String,
    /// To everybody, without a condition.
    open: bool,
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.action)?;
        if !self.on.is_empty() {
            write!(f, " on {}", self.on)?;
        }
        if !self.who.is_empty() {
            write!(f, " to {}", self.who)?;
        }
        if self.condition.is_empty() { Ok(()) } else { write!(f, " if {}", self.condition) }
    }
}

#[derive(Debug, Default)]
struct Permissions {
    allowed: BTreeSet<Permission>,
    denied: BTreeSet<Permission>,
}

/// Every statement in every policy of a resource, taken apart.
fn permissions(resource: &Value) -> Permissions {
    let mut found = Permissions::default();
    collect(&resource["Properties"], &mut found);
    for arn in list(&resource["Properties"]["ManagedPolicyArns"]) {
        found.allowed.insert(Permission {
            who: String::new(),
            action: format!("all that {} does", text(arn)),
            on: String::new(),
            condition: String::new(),
            open: false,
        });
    }
    found
}

fn collect(value: &Value, into: &mut Permissions) {
    match value {
        Value::Object(map) => {
            if let (Some(effect), true) =
                (map.get("Effect"), map.contains_key("Action") || map.contains_key("NotAction"))
            {
                let side = if effect == "Allow" { &mut into.allowed } else { &mut into.denied };
                statement(map, side);
            }
            map.values().for_each(|value| collect(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}

fn statement(statement: &Map<String, Value>, into: &mut BTreeSet<Permission>) {
    let part = |key: &str| statement.get(key).unwrap_or(&Value::Null);
    let condition = if part("Condition").is_null() { String::new() } else { text(part("Condition")) };
    let negated = if part("Action").is_null() { "everything but " } else { "" };
    let who = match part("Principal") {
        Value::Null => String::new(),
        Value::String(who) if who == "*" => "everybody".to_owned(),
        Value::Object(who) if who.get("AWS").is_some_and(|aws| aws == "*") => "everybody".to_owned(),
        other => text(other),
    };
    let resources = list(part("Resource"));
    let resources = if resources.is_empty() { vec![&Value::Null] } else { resources };
    for action in list(part("Action")).into_iter().chain(list(part("NotAction"))) {
        for resource in &resources {
            into.insert(Permission {
                action: format!("{negated}{}", text(action)),
                on: if resource.is_null() { String::new() } else { text(resource) },
                open: who == "everybody" && condition.is_empty(),
                who: who.clone(),
                condition: condition.clone(),
            });
        }
    }
}

/// What of a resource can be reached from outside.
fn exposure(kind: &str, properties: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if properties["PubliclyAccessible"] == true {
        found.insert("can be reached from the internet".to_owned());
    }
    if kind == "AWS::Lambda::Url" && properties["AuthType"] == "NONE" {
        found.insert("anybody can call the function".to_owned());
    }
    if kind == "AWS::S3::Bucket" {
        let block = &properties["PublicAccessBlockConfiguration"];
        for part in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            if block[part] != true {
                found.insert(format!("without {part}, the bucket can be made public"));
            }
        }
    }
    let rules = match kind {
        "AWS::EC2::SecurityGroup" => list(&properties["SecurityGroupIngress"]),
        "AWS::EC2::SecurityGroupIngress" => vec![properties],
        _ => Vec::new(),
    };
    for rule in rules {
        let from = ["CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourcePrefixListId"];
        let from = from.iter().map(|key| &rule[*key]).find(|value| !value.is_null()).unwrap_or(&Value::Null);
        found.insert(format!("lets {} in, ports {}-{}", text(from), text(&rule["FromPort"]), text(&rule["ToPort"])));
    }
    found
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        other => vec![other],
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn role(statements: &Value) -> Value {
        json!({"Properties": {"Policies": [{"PolicyDocument": {"Statement": statements}}]}})
    }

    #[test]
    fn a_new_action_widens_and_a_narrower_one_does_not() {
        let old =
            role(&json!([{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:a/*"}]));
        let same = role(&json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:a/*"]}));
        assert!(widens("AWS::IAM::Role", &old, &same).is_empty());
        let more =
            role(&json!([{"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": "arn:a/*"}]));
        assert_eq!(widens("AWS::IAM::Role", &old, &more), ["allows s3:DeleteObject on arn:a/*"]);
        assert!(widens("AWS::IAM::Role", &Value::Null, &more).is_empty(), "a new role may do something");
    }

    #[test]
    fn a_condition_or_a_denial_that_goes_widens() {
        let statement = |effect: &str, condition: Value| {
            role(&json!([{"Effect": effect, "Action": "sqs:*", "Principal": "*", "Condition": condition}]))
        };
        let with = statement("Allow", json!({"Bool": {"aws:SecureTransport": "true"}}));
        let without = statement("Allow", Value::Null);
        assert_eq!(widens("AWS::SQS::QueuePolicy", &with, &without), ["allows sqs:* to everybody"]);
        assert_eq!(widens("AWS::SQS::QueuePolicy", &Value::Null, &without), ["allows sqs:* to everybody"]);
        let denied = statement("Deny", Value::Null);
        assert_eq!(
            widens("AWS::SQS::QueuePolicy", &denied, &role(&json!([]))),
            ["no longer denies sqs:* to everybody"]
        );
    }

    #[test]
    fn what_becomes_reachable_widens() {
        let database = |public: bool| json!({"Properties": {"PubliclyAccessible": public}});
        assert_eq!(widens("AWS::RDS::DBInstance", &database(false), &database(true)).len(), 1);
        assert!(widens("AWS::RDS::DBInstance", &database(true), &database(false)).is_empty());
        let group = |cidr: &str| json!({"Properties": {"SecurityGroupIngress": [{"CidrIp": cidr, "FromPort": 5432, "ToPort": 5432}]}});
        let words = widens("AWS::EC2::SecurityGroup", &group("10.0.0.0/8"), &group("0.0.0.0/0"));
        assert_eq!(words, ["lets 0.0.0.0/0 in, ports 5432-5432"]);
    }
}
