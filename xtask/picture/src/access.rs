//! Who may do what to what, from the policies of roles.

use check::iam::{Effect, Policy, Statement};
use check::world::Resource;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::read::{Reading, kind_of, pipeline_of};

/// One who may do something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Principal {
    pub pipeline: Option<String>,
    /// What acts: a function, a machine, a delivery stream; a role that nothing drawn has stands for itself.
    pub label: String,
    pub kind: String,
    /// The logical id of its role.
    pub role: String,
}

/// What one may do to one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct May {
    pub ways: BTreeSet<Way>,
    pub actions: BTreeSet<String>,
    /// Where in it, and under which conditions.
    pub only: BTreeSet<String>,
}

/// What may be done, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    Reads,
    Receives,
    Writes,
    Deletes,
    Sends,
    Publishes,
    Starts,
    Logs,
    Unlocks,
    Joins,
    Other,
}

/// All of it: by who, then by what.
pub type Access = BTreeMap<Principal, BTreeMap<String, May>>;

const WAYS: [(&str, Way); 34] = [
    ("dms:Start", Way::Starts),
    ("dms:Modify", Way::Writes),
    ("dms:AddTags", Way::Writes),
    ("dynamodb:Put", Way::Writes),
    ("dynamodb:Update", Way::Writes),
    ("dynamodb:BatchWrite", Way::Writes),
    ("dynamodb:Delete", Way::Deletes),
    ("ec2:", Way::Joins),
    ("ecr:", Way::Reads),
    ("ecs:RunTask", Way::Starts),
    ("ecs:StopTask", Way::Starts),
    ("events:", Way::Starts),
    ("firehose:Put", Way::Sends),
    ("glue:", Way::Starts),
    ("iam:PassRole", Way::Starts),
    ("kinesis:Get", Way::Receives),
    ("kinesis:Describe", Way::Receives),
    ("kinesis:List", Way::Receives),
    ("kinesis:Put", Way::Writes),
    ("kinesis:Update", Way::Writes),
    ("kms:", Way::Unlocks),
    ("lambda:Invoke", Way::Starts),
    ("logs:", Way::Logs),
    ("redshift-data:Get", Way::Reads),
    ("redshift-data:Describe", Way::Reads),
    ("redshift-data:", Way::Writes),
    ("s3:Put", Way::Writes),
    ("s3:AbortMultipartUpload", Way::Writes),
    ("s3:Delete", Way::Deletes),
    ("secretsmanager:", Way::Unlocks),
    ("sns:Publish", Way::Publishes),
    ("sqs:Send", Way::Sends),
    ("sqs:", Way::Receives),
    ("states:", Way::Starts),
];

impl Way {
    fn of(action: &str) -> Self {
        let known = WAYS.iter().find(|(begin, _)| action.to_lowercase().starts_with(&begin.to_lowercase()));
        let reads = ["Get", "List", "Describe", "Query", "Scan", "BatchGet", "Head"];
        let name = action.split_once(':').map_or(action, |(_, name)| name);
        match known {
            Some((_, way)) => *way,
            None if reads.iter().any(|begin| name.starts_with(begin)) => Self::Reads,
            None => Self::Other,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Receives => "receives",
            Self::Writes => "writes",
            Self::Deletes => "deletes",
            Self::Sends => "sends",
            Self::Publishes => "publishes",
            Self::Starts => "starts",
            Self::Logs => "logs",
            Self::Unlocks => "unlocks",
            Self::Joins => "joins",
            Self::Other => "other",
        }
    }
}

/// Every role, with what is drawn for it.
pub(crate) fn roles<'a>(reading: &Reading<'a>) -> Vec<(Option<&'a Resource>, &'a Resource)> {
    let roles = reading.world.of_kind("AWS::IAM::Role");
    roles.map(|role| (reading.owners.drawn(role), role)).collect()
}

/// What a role's policies allow: those in it, and those beside it that name it.
pub(crate) fn allowed(reading: &Reading<'_>, role: &Resource) -> Vec<Statement> {
    let inline = role.get("Policies").items().iter().map(|policy| policy.get("PolicyDocument"));
    let names = |text: Option<&str>| {
        text.and_then(|text| reading.world.find(text)).is_some_and(|one| one.id == role.id && one.stack == role.stack)
    };
    let beside = reading.world.resources().filter(|policy| match policy.kind.as_str() {
        "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => {
            policy.get("Roles").items().iter().any(|one| names(one.text()))
        }
        "AWS::IAM::RolePolicy" => names(policy.text("RoleName")),
        _ => false,
    });
    let documents = inline.chain(beside.map(|policy| policy.get("PolicyDocument")));
    let statements = documents.flat_map(|document| Policy::read(document).statements);
    statements.filter(|statement| statement.effect == Effect::Allow).collect()
}

/// Who may do what to what, in all stacks. What is open, such as all actions but some, is said as it is written.
pub fn access(reading: &Reading<'_>) -> Access {
    let mut access = Access::new();
    for (owner, role) in roles(reading) {
        let who = principal(reading, owner, role);
        let may: &mut BTreeMap<String, May> = access.entry(who).or_default();
        for statement in allowed(reading, role) {
            let not = |excluded: bool| if excluded { "all but " } else { "" };
            let actions = statement.actions.list.iter();
            let actions: Vec<_> =
                actions.map(|action| format!("{}{action}", not(statement.actions.is_excluded))).collect();
            let mut patterns = statement.resources.list.clone();
            if statement.resources.is_open {
                patterns.push("(not known before it is deployed)".to_owned());
            }
            for pattern in &patterns {
                let (thing, place) = thing(reading, pattern);
                let one = may.entry(format!("{}{thing}", not(statement.resources.is_excluded))).or_default();
                one.ways.extend(actions.iter().map(|action| Way::of(action)));
                one.actions.extend(actions.iter().cloned());
                one.only.extend(place);
                one.only.extend(
                    statement
                        .conditions
                        .iter()
                        .map(|condition| format!("{} {}", condition.key, condition.values.join(" or "))),
                );
            }
        }
    }
    access
}

fn principal(reading: &Reading<'_>, owner: Option<&Resource>, role: &Resource) -> Principal {
    let acts = owner.unwrap_or(role);
    let kind = kind_of(&acts.kind).map_or_else(|| "role".to_owned(), |kind| kind.name().to_owned());
    let pipeline = pipeline_of(role).or_else(|| pipeline_of(acts));
    Principal { pipeline, label: reading.label(acts), kind, role: role.id.clone() }
}

/// What a pattern of ARNs means, and where in it.
fn thing(reading: &Reading<'_>, pattern: &str) -> (String, Option<String>) {
    if pattern == "*" {
        return ("anything".to_owned(), None);
    }
    let keys = pattern.strip_prefix("arn:aws:s3:::").and_then(|path| path.split_once('/')).map(|(_, keys)| keys);
    let found = reading.world.find(pattern);
    let named = match found {
        // Each has logs, a secret, a key of its own: what it is of tells more than its name.
        Some(found) if kind_of(&found.kind).is_none() => {
            let of = reading.owners.drawn(found).filter(|of| of.kind != found.kind);
            let what = found.kind.rsplit("::").next().unwrap_or_default();
            Some(of.map_or_else(
                || format!("{what} {}", reading.label(found)),
                |of| format!("{what} of {}", reading.label(of)),
            ))
        }
        Some(found) => Some(named(reading, found)),
        None => reading.behind(pattern).map(|found| named(reading, found)),
    };
    // What no stack here has: by its service and its own name.
    let foreign = || match pattern.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", _, service, _, _, name] => format!("{service} {}", name.replace(reading.prefix(), "")),
        _ => pattern.to_owned(),
    };
    (named.unwrap_or_else(foreign), keys.map(str::to_owned))
}

/// A queue may be called as the stream is that it is beside: its kind tells them apart.
fn named(reading: &Reading<'_>, found: &Resource) -> String {
    let kind = kind_of(&found.kind).map_or("", |kind| kind.name());
    format!("{kind} {}", reading.label(found))
}

#[cfg(test)]
mod tests {
    use super::Way;

    #[test]
    fn an_action_is_a_word() {
        let cases = [
            ("s3:GetObject", Way::Reads),
            ("s3:putobject", Way::Writes),
            ("sqs:ChangeMessageVisibility", Way::Receives),
            ("dynamodb:Query", Way::Reads),
            ("redshift-data:DescribeStatement", Way::Reads),
            ("lambda:InvokeFunction", Way::Starts),
            ("all but iam:*", Way::Other),
            ("*", Way::Other),
        ];
        for (action, way) in cases {
            assert_eq!(Way::of(action), way, "{action}");
        }
    }
}
