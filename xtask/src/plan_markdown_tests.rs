use super::*;
use engine::cloud::{Drifted, StackState};
use engine::plan::Decision;
use engine::template::Template;
use proptest::prelude::*;
use serde_json::Value;

fn stack(name: &str, resources: Vec<PlannedResource>) -> StackPlan {
    let template = Template::parse("Resources: {}").unwrap();
    let plan = StackPlan::of_template(&StackState::known_by(name, name), String::new(), template);
    StackPlan { resources, ..plan }
}

fn plan(stacks: Vec<StackPlan>) -> Plan {
    Plan { stage: "dev".to_owned(), stacks, unneeded: Vec::new() }
}

fn resource(id: &str, action: Action, from: &str, to: &str) -> PlannedResource {
    PlannedResource {
        logical_id: id.to_owned(),
        kind: "AWS::S3::Bucket".to_owned(),
        action,
        properties: vec![PropertyChange { path: "Properties.Name".to_owned(), old: from.into(), new: to.into() }],
        replaced_by: Vec::new(),
        holds_data: false,
        widens: Vec::new(),
    }
}

#[test]
fn what_must_not_be_missed_stands_first() {
    let mut lost = resource("RawBucket", Action::Replace, "a", "b");
    lost.holds_data = true;
    lost.replaced_by = vec!["BucketName".to_owned()];
    let mut opened = resource("Policy", Action::Modify, "a", "b");
    opened.widens = vec!["everybody may read".to_owned()];
    let mut stream = stack("millrace-dev-stream", vec![lost, opened]);
    stream.decisions.push(Decision::loses_data("dev", "replace", "RawBucket", "AWS::S3::Bucket", None));
    stream.drift.push(Drifted {
        logical_id: "Queue".to_owned(),
        kind: "AWS::SQS::Queue".to_owned(),
        properties: vec![],
    });
    let told = text(&plan(vec![stream]), "cost: about +$3.00 a month on AWS\n");
    let (first, rest) = told.split_once("<details>").unwrap();
    for part in [
        "`dev`",
        "1 to replace",
        "`cost: about +$3.00 a month on AWS`",
        "**to decide** in `millrace-dev-stream`",
        "--allow-replace RawBucket",
        "**replaced, and holds data**: `RawBucket`",
        "**wider**: `Policy` in `millrace-dev-stream`: `everybody may read`",
        "**drift**: `Queue`",
    ] {
        assert!(first.contains(part), "{part} is missing in\n{first}");
    }
    assert!(
        rest.contains("| **replace** | `RawBucket` | `AWS::S3::Bucket` | **holds data**<br>because of `BucketName`")
    );
    assert!(rest.contains("- drift: `Queue` `AWS::SQS::Queue`: `it is gone`"), "{rest}");
}

#[test]
fn nothing_to_change_is_said_in_a_line() {
    let mut still = stack("millrace-dev-stream", Vec::new());
    still.action = Step::Nothing;
    assert_eq!(text(&plan(vec![still]), ""), "### Plan of stage `dev`\n\n**nothing to change**\n");
}

#[test]
fn what_is_in_a_template_neither_calls_people_nor_ends_a_cell() {
    let odd = resource("A", Action::Modify, "`@everybody` | <img src=x>\n# title", "b\\|c");
    let told = text(&plan(vec![stack("s", vec![odd])]), "");
    let row = told.lines().find(|line| line.starts_with("| change")).unwrap();
    assert!(row.ends_with("| `Name: ˋ@everybodyˋ \\| <img src=x> # title -> b∖\\|c` |"), "{row}");
}

#[test]
fn a_plan_that_is_too_long_says_how_much_is_left_out() {
    let many = (0..2_000).map(|n| resource(&format!("Resource{n}"), Action::Create, "", &"x".repeat(50))).collect();
    let told = text(&plan(vec![stack("one", many), stack("two", vec![resource("B", Action::Create, "", "b")])]), "");
    assert!((LIMIT - 2 * RESERVE..=LIMIT).contains(&told.len()), "{}", told.len());
    let rows = told.lines().filter(|line| line.starts_with("| create")).count();
    let said = told.lines().last().unwrap();
    let left_out: usize = said.split(' ').next().unwrap().parse().unwrap();
    // Beside the rows, the head of the second section.
    assert_eq!(left_out, 2_001 - rows + 1, "{said}");
    assert!(said.contains("cargo xtask plan --stage dev"), "{said}");
}

fn any_resource() -> impl Strategy<Value = PlannedResource> {
    let action = prop_oneof![Just(Action::Create), Just(Action::Modify), Just(Action::Replace), Just(Action::Delete)];
    let texts = proptest::collection::vec(any::<String>(), 0..12);
    (any::<String>(), action, any::<bool>(), texts).prop_map(|(id, action, holds_data, texts)| PlannedResource {
        logical_id: id.clone(),
        kind: id,
        action,
        properties: texts
            .iter()
            .map(|text| PropertyChange { path: text.clone(), old: Value::Null, new: text.as_str().into() })
            .collect(),
        replaced_by: texts.clone(),
        holds_data,
        widens: texts,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_plan_is_a_comment(
        sizes in proptest::collection::vec(0..80_usize, 0..6),
        resources in proptest::collection::vec(any_resource(), 1..8),
        cost in any::<String>(),
    ) {
        let some = |count: usize| resources.iter().cycle().take(count).cloned().collect();
        let told = text(&plan(sizes.iter().map(|count| stack("any", some(*count))).collect()), &cost);
        prop_assert!(told.len() <= LIMIT);
        prop_assert_eq!(told.matches("<details>").count(), told.matches("</details>").count());
        for row in told.lines().filter(|line| line.starts_with("| ")) {
            // Bars that are not escaped: the five of a row of four cells.
            let bars = row.match_indices('|').filter(|(at, _)| !row[..*at].ends_with('\\')).count();
            prop_assert_eq!(bars, 5, "{}", row);
        }
    }
}
