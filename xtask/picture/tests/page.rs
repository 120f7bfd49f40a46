//! The page: whole with nothing to ask, and nothing in it is markup that was data.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use check::arn::Location;
use check::parse::parse;
use check::world::{Source, World};
use picture::page::{Accepted, Checks, Cost, Finding, Page, RuleFamily, page};
use picture::read::Reading;
use picture::timeline::{Happening, Needs, STACK, timeline};
use std::collections::BTreeMap;

const HOSTILE: &str = "<script>alert('1')</script>\"&";

fn world() -> World {
    let text = r#"
Resources:
  Lake:
    Type: AWS::S3::Bucket
    Properties: {BucketName: 'lake-<script>', Tags: [{Key: pipeline, Value: '<script>alert(2)</script>'}]}
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs, Tags: [{Key: pipeline, Value: "a\"b"}]}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ['s3:PutObject', '<script>:Get'], Resource: !Sub '${Lake.Arn}/<script>/*'}
              - {Effect: Allow, Action: 'sqs:ReceiveMessage', Resource: !GetAtt Jobs.Arn}
  Work: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Description: '<script>', MemorySize: '<script>'}}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmDescription: "<script>alert('1')</script>\"&", Namespace: AWS/SQS, MetricName: Depth,
                 Threshold: 5, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 3, DatapointsToAlarm: 2,
                 Period: 300, Statistic: Sum, Dimensions: [{Name: QueueName, Value: !GetAtt Jobs.QueueName}]}
"#;
    let source = Source {
        name: "a-b-one".to_owned(),
        file: "one.yaml".to_owned(),
        root: parse(text).unwrap(),
        bytes: text.len(),
        values: BTreeMap::new(),
    };
    World::of(vec![source], Location::default())
}

struct Nothing;

impl Needs for Nothing {
    fn resources(&self, _: &str, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn stacks(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

fn written(hostile: &str, with_deploy: bool) -> String {
    let world = world();
    let reading = Reading::new(&world, "a-b-");
    let cost = Cost { name: hostile.into(), pipeline: hostile.into(), dollars_a_month: 1.5, is_free_running: true };
    let checks = Checks {
        families: vec![RuleFamily { name: hostile.into(), rules: 3, findings: 1 }],
        findings: vec![Finding {
            rule: hostile.into(),
            is_error: true,
            place: hostile.into(),
            message: hostile.into(),
            fix: hostile.into(),
        }],
        accepted: vec![Accepted { rule: hostile.into(), resource: hostile.into(), reason: hostile.into() }],
    };
    let happening = |resource: &str, kind: &str, status: &str, at| Happening {
        stack: "a-b-one".to_owned(),
        resource: resource.to_owned(),
        kind: kind.to_owned(),
        status: status.to_owned(),
        at,
    };
    let happened = [
        happening("a-b-one", STACK, "CREATE_IN_PROGRESS", 5.0),
        happening(hostile, "AWS::S3::Bucket", "CREATE_IN_PROGRESS", 6.0),
        happening(hostile, "AWS::S3::Bucket", "CREATE_FAILED", 8.5),
    ];
    let line = timeline(&happened, &Nothing);
    let of = Page {
        stage: hostile,
        account: hostile,
        region: hostile,
        commit: Some(hostile),
        asked: hostile,
        reading: &reading,
        costs: &[cost],
        checks: &checks,
        deploy: if with_deploy { Ok(&line) } else { Err(hostile) },
    };
    page(&of, &reading.graph()).unwrap()
}

#[test]
fn what_was_data_is_text() {
    for with_deploy in [true, false] {
        let page = written(HOSTILE, with_deploy);
        assert!(!page.contains("<script"), "markup got in");
        assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;"));
        assert!(page.contains("Sum &gt; 5, in 2 of 3 periods of 5 min"));
    }
}

#[test]
fn the_page_needs_nothing_and_runs_nothing() {
    let page = written("plain", true);
    for (count, what) in [(1, "<main"), (1, "<h1"), (1, "http-equiv=\"Content-Security-Policy\""), (1, "<style>")] {
        assert_eq!(page.matches(what).count(), count, "{what}");
    }
    for never in ["<script", " src=", "<link", "@import", "url(", " style=", " onclick"] {
        assert!(!page.contains(never), "{never}");
    }
    // Only names of namespaces look like addresses.
    assert_eq!(page.matches("http://").count(), page.matches("http://www.w3.org/2000/svg").count());
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
    assert_eq!(page.matches("overflow:auto").count(), 1);
    assert!(page.contains("default-src &#39;none&#39;; style-src &#39;sha256-"));
}

#[test]
fn the_page_is_the_same_for_the_same() {
    assert_eq!(written("plain", true), written("plain", true));
}

#[test]
fn what_is_lacking_is_said() {
    let world = world();
    let reading = Reading::new(&world, "a-b-");
    let of = Page {
        stage: "dev",
        account: "1",
        region: "eu-west-1",
        commit: None,
        asked: "Drawn without the account.",
        reading: &reading,
        costs: &[],
        checks: &Checks::default(),
        deploy: Err("the account was not asked"),
    };
    let page = page(&of, &reading.graph()).unwrap();
    for said in ["Not estimated", "Not shown: the account was not asked", "Nothing was found", "no git checkout"] {
        assert!(page.contains(said), "{said}");
    }
}
