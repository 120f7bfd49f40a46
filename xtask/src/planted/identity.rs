//! Faults in who may do what.

#![expect(clippy::semicolon_if_nothing_returned, reason = "a table of what is done, not of steps")]

use serde_json::{Value, json};

use super::Fault;
use super::places::{at, below, change, is_allow, set, there, with};

const ROLE: &str = "AWS::IAM::Role";

pub(super) static IDENTITY: [Fault; 16] = [
    Fault {
        name: "every action",
        rule: "policy-star-action",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| change(t, p, |s| with(s, "Action", json!("*"))),
    },
    Fault {
        name: "every action of a service",
        rule: "policy-star-action",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| change(t, p, |s| with(s, "Action", json!(["s3:*"]))),
    },
    Fault {
        name: "everything but",
        rule: "policy-star-action",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| change(t, p, |s| with(&with(s, "Action", Value::Null), "NotAction", json!("iam:*"))),
    },
    Fault {
        name: "every resource",
        rule: "policy-star-resource",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| {
            change(t, p, |s| {
                with(
                    &with(&with(s, "Resource", json!("*")), "Action", json!("sqs:SendMessage")),
                    "Condition",
                    Value::Null,
                )
            })
        },
    },
    Fault {
        name: "action of another service",
        rule: "policy-action-fits",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| {
            change(t, p, |s| {
                with(&with(s, "Action", json!("sqs:SendMessage")), "Resource", json!("arn:aws:s3:::lake/*"))
            })
        },
    },
    Fault {
        name: "objects asked of the bucket",
        rule: "policy-action-fits",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| {
            change(t, p, |s| with(&with(s, "Action", json!("s3:GetObject")), "Resource", json!("arn:aws:s3:::lake")))
        },
    },
    Fault {
        name: "roles passed to anybody",
        rule: "policy-pass-role",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| {
            change(t, p, |s| {
                let anybody = with(&with(s, "Action", json!("iam:PassRole")), "Condition", Value::Null);
                with(&anybody, "Resource", json!("arn:aws:iam::1:role/x"))
            })
        },
    },
    Fault {
        name: "trust in everybody",
        rule: "role-trust",
        places: |t| there(t, ROLE, "/Properties/AssumeRolePolicyDocument/Statement/0"),
        plant: |t, p| change(t, p, |s| with(&with(s, "Principal", json!({"AWS": "*"})), "Condition", Value::Null)),
    },
    Fault {
        name: "publishing for any account",
        rule: "policy-confused-deputy",
        places: |t| below(t, "AWS::SNS::TopicPolicy", |v| v["Effect"] == "Allow"),
        plant: |t, p| change(t, p, |s| with(s, "Condition", Value::Null)),
    },
    Fault {
        name: "a queue for everybody",
        rule: "policy-everybody",
        places: |t| below(t, "AWS::SQS::QueuePolicy", |v| v["Effect"] == "Deny"),
        plant: |t, p| change(t, p, |s| with(&with(s, "Effect", json!("Allow")), "Condition", Value::Null)),
    },
    Fault {
        name: "a star in disguise",
        rule: "policy-star-resource",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| {
            change(t, p, |_| json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:*"}))
        },
    },
    Fault {
        name: "any role passed to a service",
        rule: "policy-star-resource",
        places: |t| below(t, ROLE, is_allow),
        plant: |t, p| {
            change(t, p, |s| {
                let to = json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}});
                with(&with(&with(s, "Action", json!("iam:PassRole")), "Resource", json!("*")), "Condition", to)
            })
        },
    },
    Fault {
        name: "a policy of AWS that allows everything",
        rule: "policy-star-action",
        places: |t| at(t, ROLE, "/Properties/ManagedPolicyArns"),
        plant: |t, p| set(t, p, json!(["arn:aws:iam::aws:policy/AdministratorAccess"])),
    },
    Fault {
        name: "a workflow of any repository",
        rule: "role-trust",
        places: |t| there(t, ROLE, "/Properties/AssumeRolePolicyDocument/Statement/0"),
        plant: |t, p| {
            change(t, p, |s| {
                let provider = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
                let sub = json!({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}});
                with(&with(s, "Principal", json!({"Federated": provider})), "Condition", sub)
            })
        },
    },
    Fault {
        name: "a second policy of a topic",
        rule: "policy-overwritten",
        places: |t| at(t, "AWS::SNS::TopicPolicy", ""),
        plant: |t, p| t["Resources"]["Planted"] = t.pointer(p).cloned().unwrap_or_default(),
    },
    Fault {
        name: "a second policy of a queue",
        rule: "policy-overwritten",
        places: |t| at(t, "AWS::SQS::QueuePolicy", ""),
        plant: |t, p| t["Resources"]["Planted"] = t.pointer(p).cloned().unwrap_or_default(),
    },
];
