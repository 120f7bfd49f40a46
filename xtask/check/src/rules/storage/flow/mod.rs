//! How messages run from resource to resource, and whether one comes round again.

mod hops;
mod writes;

use std::collections::{BTreeSet, VecDeque};

use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{FUNCTION, same};
use crate::world::World;
use hops::Hop;
use writes::Writer;

pub(super) static RULE: Rule = Rule {
    id: "event-loop",
    severity: Severity::Error,
    says: "A function sets off itself with what it writes, over and over, and the bill grows until somebody stops it",
    fix: "Write to another bucket or queue, or under a prefix of which the trigger's filter says nothing, and let \
          the role allow no more",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html"),
    check,
    passing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: write
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::lake/out/*'}]
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, Role: !GetAtt Role.Arn}}
  Allow:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Work
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
      SourceArn: arn:aws:s3:::lake
      SourceAccount: !Ref AWS::AccountId
  Lake:
    Type: AWS::S3::Bucket
    DependsOn: Allow
    Properties:
      BucketName: lake
      NotificationConfiguration:
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Work.Arn
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}
",
    failing: "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: write
          PolicyDocument:
            Statement: [{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::lake/in/*'}]
  Work: {Type: AWS::Lambda::Function, Properties: {Timeout: 5, Role: !GetAtt Role.Arn}}
  Lake:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: lake
      NotificationConfiguration:
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Work.Arn
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}
",
};

const MOST_HOPS: usize = 3000;

fn check(world: &World, findings: &mut Findings<'_>) {
    let hops = hops::of(world);
    // Each hop is held against each other one: more than stacks can hold is no template that anybody deploys.
    if hops.len() > MOST_HOPS {
        return;
    }
    let writers: Vec<_> = hops.iter().map(|hop| Writer::of(world, hop.to)).collect();
    for (hop, writer) in hops.iter().zip(&writers) {
        if writer.is_none() && hop.to.kind == FUNCTION {
            findings.unknown(hop.to, "what its role allows it to write");
        }
    }
    let follows = |one: usize, other: usize| {
        let (before, next) = (&hops[one], &hops[other]);
        // A delivery stream tells of itself only by what it writes.
        let arrives = same(before.to, next.at) && !same(before.at, before.to);
        arrives || writers[one].as_ref().is_some_and(|writer| writer.writes(world, next))
    };
    let next: Vec<Vec<usize>> =
        (0..hops.len()).map(|one| (0..hops.len()).filter(|other| follows(one, *other)).collect()).collect();
    let mut told = BTreeSet::new();
    for start in 0..hops.len() {
        let Some(round) = shortest_round(start, &next) else { continue };
        let drawn = draw(&hops, &round);
        let mut parts: Vec<_> = drawn.clone();
        parts.sort_unstable();
        parts.dedup();
        // The same round begins at each of its hops.
        if told.insert(parts) {
            let at = round.iter().map(|hop| hops[*hop].to).find(|to| to.kind == FUNCTION).unwrap_or(hops[start].to);
            findings.on(at, format!("what it writes comes back to it: {}", drawn.join(" → ")));
        }
    }
}

/// The fewest hops from one back to itself.
fn shortest_round(start: usize, next: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut came_from = vec![None; next.len()];
    let mut todo = VecDeque::from([start]);
    while let Some(hop) = todo.pop_front() {
        for &to in &next[hop] {
            if to == start {
                let mut round = vec![hop];
                while let Some(before) = came_from[round[round.len() - 1]].filter(|_| round[round.len() - 1] != start) {
                    round.push(before);
                }
                round.reverse();
                return Some(round);
            }
            if came_from[to].is_none() {
                came_from[to] = Some(hop);
                todo.push_back(to);
            }
        }
    }
    None
}

fn draw<'a>(hops: &[Hop<'a>], round: &[usize]) -> Vec<&'a str> {
    let mut ids: Vec<&str> =
        round.iter().flat_map(|hop| [hops[*hop].at.id.as_str(), hops[*hop].to.id.as_str()]).collect();
    ids.push(&hops[round[0]].at.id);
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests;
