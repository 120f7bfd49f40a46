//! Arrows that only a role tells of: what a function, a task, a job or a warehouse may read and write.

use check::iam::Statement;
use check::world::Resource;

use super::Sketch;
use crate::access::{allowed, roles};
use crate::graph::{Kind, Verb};

/// What may be done to which kind of thing, and the arrow that it makes; the first that fits. `true` points to the thing.
const ARROWS: [(&str, Kind, Verb, bool); 13] = [
    ("s3:PutObject", Kind::Bucket, Verb::Writes, true),
    ("s3:GetObject", Kind::Bucket, Verb::Reads, false),
    ("dynamodb:PutItem", Kind::Table, Verb::Writes, true),
    ("dynamodb:UpdateItem", Kind::Table, Verb::Writes, true),
    ("dynamodb:GetItem", Kind::Table, Verb::Reads, false),
    ("sns:Publish", Kind::Topic, Verb::Publishes, true),
    ("sqs:SendMessage", Kind::Queue, Verb::Sends, true),
    ("kinesis:PutRecords", Kind::Stream, Verb::Writes, true),
    ("kinesis:UpdateShardCount", Kind::Stream, Verb::Scales, true),
    ("firehose:PutRecordBatch", Kind::Delivery, Verb::Sends, true),
    ("states:StartExecution", Kind::Machine, Verb::Starts, true),
    ("dms:StartReplicationTask", Kind::Replication, Verb::Starts, true),
    ("redshift-data:BatchExecuteStatement", Kind::Warehouse, Verb::Loads, true),
];

/// Kinds whose roles tell more than their properties do.
const TOLD_BY_ROLE: [Kind; 4] = [Kind::Function, Kind::Job, Kind::Task, Kind::Warehouse];

pub(super) fn draw(sketch: &mut Sketch<'_>) {
    let reading = sketch.reading;
    for (action, kind, verb, to_it) in ARROWS {
        for (owner, role) in roles(reading) {
            let Some(owner) =
                owner.filter(|one| super::kind_of(&one.kind).is_some_and(|kind| TOLD_BY_ROLE.contains(&kind)))
            else {
                continue;
            };
            for statement in allowed(reading, role).iter().filter(|statement| statement.actions.take_action(action)) {
                things(sketch, owner, statement, (kind, verb, to_it));
            }
        }
    }
    for (owner, role) in roles(reading) {
        let Some(owner) = owner.filter(|one| super::kind_of(&one.kind) == Some(Kind::Function)) else { continue };
        for statement in
            allowed(reading, role).iter().filter(|s| s.actions.take_action("secretsmanager:GetSecretValue"))
        {
            // Whoever is told the password of a database signs in to it.
            things(sketch, owner, statement, (Kind::Database, Verb::Loads, true));
        }
    }
}

fn things(sketch: &mut Sketch<'_>, owner: &Resource, statement: &Statement, arrow: (Kind, Verb, bool)) {
    let (kind, verb, to_it) = arrow;
    for pattern in &statement.resources.list {
        let behind = sketch.reading.behind(pattern).filter(|one| super::kind_of(&one.kind) == Some(kind));
        let Some(thing) = behind else { continue };
        let place = pattern.rsplit(":::").next().and_then(|path| path.split_once('/')).map(|(_, keys)| keys);
        let place = place.filter(|_| kind == Kind::Bucket).map(|keys| keys.trim_end_matches('*'));
        // A notice to the queue of what was given up has its arrow already.
        if to_it {
            sketch.arrow(owner, verb, thing, place);
        } else {
            sketch.arrow(thing, verb, owner, place);
        }
    }
}
