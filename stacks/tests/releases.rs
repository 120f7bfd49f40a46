//! What calls a function calls its alias, in every stage that ships, and whoever may call one may call no more than that;
//! and what is shifted is what a shift can be seen of.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Map, Value, json};
use stacks::stage::{Architecture, Copied, Scale, Stage, StageName};
use std::fs;
use std::path::Path;

const STAGES: [&str; 4] = ["local", "dev", "staging", "prod"];

fn stage(name: &str) -> Stage {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../environments/{name}.yaml"));
    let text = fs::read_to_string(file).unwrap();
    Stage::parse(StageName::new(name).unwrap(), name, &text, Architecture::X86_64).unwrap()
}

/// The resources of each stack.
fn stacks(stage: &Stage) -> Vec<Map<String, Value>> {
    let rendered = stacks::render::render(stacks::stack::stacks(stage)).unwrap();
    let template =
        |body: &str| serde_saphyr::from_str::<Value>(body).unwrap()["Resources"].as_object().unwrap().clone();
    rendered.iter().map(|stack| template(&stack.body)).collect()
}

fn of<'a>(resources: &'a Map<String, Value>, kind: &str) -> Vec<(&'a str, &'a Value)> {
    let all = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    all.map(|(id, resource)| (id.as_str(), &resource["Properties"])).collect()
}

/// The function behind a reference to an alias.
fn behind<'a>(resources: &'a Map<String, Value>, called: &Value) -> &'a str {
    let alias = &resources[called["Ref"].as_str().unwrap_or_else(|| panic!("{called} is no reference"))];
    assert_eq!(alias["Type"], "AWS::Lambda::Alias", "{called}");
    assert_eq!(alias["Properties"]["Name"], "live");
    alias["Properties"]["FunctionName"]["Ref"].as_str().unwrap()
}

#[test]
fn whatever_calls_a_function_calls_its_alias() {
    for name in STAGES {
        let mut calls = 0;
        for resources in stacks(&stage(name)) {
            for (_, mapping) in of(&resources, "AWS::Lambda::EventSourceMapping") {
                behind(&resources, &mapping["FunctionName"]);
                calls += 1;
            }
            for (_, permission) in of(&resources, "AWS::Lambda::Permission") {
                behind(&resources, &permission["FunctionName"]);
                calls += 1;
            }
            for (id, schedule) in of(&resources, "AWS::Scheduler::Schedule") {
                let target = &schedule["Target"]["Arn"];
                if !target["Ref"].as_str().unwrap().starts_with("RatesMachine") {
                    behind(&resources, target);
                    let role =
                        &resources[&format!("{id}Role")]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
                    assert_eq!(
                        role[0],
                        json!({ "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": target })
                    );
                    calls += 1;
                }
            }
            for (id, settings) in of(&resources, "AWS::Lambda::EventInvokeConfig") {
                let alias = resources[id]["DependsOn"][0].as_str().unwrap();
                assert_eq!(settings["Qualifier"], resources[alias]["Properties"]["Name"]);
                assert_eq!(settings["FunctionName"], resources[alias]["Properties"]["FunctionName"]);
            }
            let actions = of(&resources, "AWS::CloudWatch::Alarm").into_iter();
            let actions = actions.flat_map(|(_, alarm)| alarm["AlarmActions"].as_array().unwrap());
            for action in
                actions.filter(|action| action.get("Fn::ImportValue").is_none() && action["Ref"] != "AlertTopic")
            {
                behind(&resources, action);
                calls += 1;
            }
        }
        assert!(calls > 10, "{name}: only {calls} calls were found");
    }
}

#[test]
fn every_function_has_an_alias_of_a_version_that_is_made_with_it() {
    for name in STAGES {
        let stage = stage(name);
        for resources in stacks(&stage) {
            for (function, _) in of(&resources, "AWS::Lambda::Function") {
                let alias = &resources[&format!("{function}Live")]["Properties"];
                assert_eq!(alias["FunctionName"], json!({ "Ref": function }));
                let version = format!("{function}Version");
                if stage.hotswap {
                    assert_eq!(alias["FunctionVersion"], "$LATEST");
                    continue;
                }
                assert_eq!(alias["FunctionVersion"], json!({ "Fn::GetAtt": [version, "Version"] }));
                assert_eq!(resources[&version]["UpdateReplacePolicy"], "Retain");
                let of = resources[&version]["Properties"]["Description"]["Fn::Sub"].as_str().unwrap();
                assert!(of.starts_with(&format!("${{{function}Code}} ")), "{of}");
            }
        }
    }
}

/// Each would otherwise be in force for whoever calls the function itself, and for nobody else.
#[test]
fn another_setting_of_a_function_is_another_version() {
    let text = |rest: &str| {
        format!(
            "project: millrace\naccount: '111111111111'\nregion: eu-west-1\npipelines:\n  flats: {{warehouse: postgres{rest}}}\n"
        )
    };
    let state = |rest: &str, id: &str| {
        let stage = Stage::parse(StageName::new("dev").unwrap(), "dev", &text(rest), Architecture::X86_64).unwrap();
        let found = stacks(&stage).into_iter().find_map(|mut resources| resources.remove(id));
        found.unwrap()["Properties"]["Description"]["Fn::Sub"].as_str().unwrap().to_owned()
    };
    for (rest, other) in [
        (", load_warehouse: {memory_mb: 640}", "LoadWarehouseVersion"),
        (", load_warehouse: {timeout_seconds: 77}", "LoadWarehouseVersion"),
        (", load_queue: {receive_count: 7}", "LoadWarehouseVersion"),
        (", transform: {memory_mb: 640}", "TransformVersion"),
    ] {
        for id in ["LoadWarehouseVersion", "TransformVersion"] {
            assert_eq!(state(rest, id) != state("", id), id == other, "{rest} {id}");
        }
    }
}

#[test]
fn what_reads_a_stream_or_a_queue_is_shifted_and_nothing_else() {
    let resources: Vec<_> = stacks(&stage("prod"));
    let mut shifted = Vec::new();
    for resources in &resources {
        for (id, _) in of(resources, "AWS::Lambda::Alias") {
            let by = &resources[id]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"];
            if by.is_null() {
                continue;
            }
            let group = &resources[by["DeploymentGroupName"]["Ref"].as_str().unwrap()]["Properties"];
            assert_eq!(group["ApplicationName"], by["ApplicationName"]);
            for alarm in group["AlarmConfiguration"]["Alarms"].as_array().unwrap() {
                assert_eq!(resources[alarm["Name"]["Ref"].as_str().unwrap()]["Type"], "AWS::CloudWatch::Alarm");
            }
            shifted.push(group["DeploymentGroupName"].as_str().unwrap());
        }
    }
    shifted.sort_unstable();
    assert_eq!(shifted, ["consolidate", "load-warehouse", "send-to-firehose", "transform", "write-to-s3"]);
}

#[test]
fn a_copy_is_released_at_once_and_keeps_no_old_version() {
    let copied = Copied {
        of: StageName::new("prod").unwrap(),
        scale: Scale::WHOLE,
        only: Vec::new(),
        local: false,
        expires: "2030-01-01T00:00:00Z".parse().unwrap(),
    };
    let copy = stage("prod").copied(StageName::new("pr-42").unwrap(), copied, Architecture::X86_64).unwrap();
    for resources in stacks(&copy) {
        for (id, resource) in resources {
            assert!(resource["UpdatePolicy"].is_null(), "{id}");
            let kind = resource["Type"].as_str().unwrap();
            assert!(!kind.starts_with("AWS::CodeDeploy"), "{id}");
            if kind == "AWS::Lambda::Version" {
                assert_eq!(resource["UpdateReplacePolicy"], "Delete", "{id}");
            }
        }
    }
}
