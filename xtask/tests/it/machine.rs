//! The state machine of a stage with containers and Spark: the definition as it is rendered, run by the emulator. What no
//! laptop runs, containers and jobs, answers as it is told to; each step fails in each way, and people are told once.

use crate::common::{LocalStage, client_config, post};
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEvent, HistoryEventType, StateEnteredEventDetails};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

const NAME: &str = "millrace-prod-rates";
/// As the stage file has it, and as often as a step is tried: once, and then again.
const ATTEMPTS: usize = 1 + 3;

/// What is answered by a step, always.
fn answers() -> Value {
    let fails = |error: &str, cause: &str| json!({ "0-99": { "Throw": { "Error": error, "Cause": cause } } });
    let told = |outcome: Value, bytes: u64| json!({ "0-99": { "Return": { "Payload": { "outcome": outcome, "bytes": bytes, "told": "what was told" } } } });
    json!({
        "Done": { "0-99": { "Return": {} } },
        "Job": { "0-99": { "Return": { "Id": "jr_1" } } },
        "Mail": { "0-99": { "Return": { "MessageId": "1" } } },
        "Little": told(Value::Null, 1000),
        "Much": told(Value::Null, 3_000_000_000),
        "Nothing": told("unchanged".into(), 0),
        "Curated": told("curated".into(), 1000),
        "Rejected": told("rejected".into(), 1000),
        "Exit": fails("States.TaskFailed", "{\"Containers\":[{\"ExitCode\":1}]}"),
        "Memory": fails("States.TaskFailed", "{\"StoppedReason\":\"OutOfMemoryError: Container killed due to memory usage\"}"),
        "TooLong": fails("States.Timeout", "the task took too long"),
        "Throttled": fails("ECS.ThrottlingException", "Rate exceeded"),
        "TooMany": fails("Lambda.TooManyRequestsException", "Rate Exceeded."),
        "Busy": fails("Glue.ConcurrentRunsExceededException", "Concurrent runs exceeded"),
        "Broken": fails("curate", "{\"errorType\":\"curate\"}"),
        "Silence": fails("SNS.InternalErrorException", "SNS is down"),
    })
}

struct Case {
    name: &'static str,
    /// What is different from a run in which all goes well.
    answers: &'static [(&'static str, &'static str)],
    /// The states from the first task on.
    way: &'static [&'static str],
    /// The step that fails, how often it is tried, and what the execution fails with.
    fails: Option<(&'static str, usize, &'static str)>,
}

/// What is only busy is tried more often.
const BUSY: usize = 1 + 8;

const CASES: [Case; 15] = [
    Case { name: "well", answers: &[], way: &["Pull", "Weigh", "HowMuch", "Curate", "IsCurated", "Done"], fails: None },
    Case {
        name: "nothing-new",
        answers: &[("Weigh", "Nothing")],
        way: &["Pull", "Weigh", "HowMuch", "Done"],
        fails: None,
    },
    Case {
        name: "much",
        answers: &[("Weigh", "Much")],
        way: &["Pull", "Weigh", "HowMuch", "CurateWithSpark", "Publish", "IsCurated", "Done"],
        fails: None,
    },
    Case {
        name: "more-memory",
        answers: &[("Pull", "Memory")],
        way: &["Pull", "DidMemoryRunOut", "PullWithMoreMemory", "Weigh", "HowMuch", "Curate", "IsCurated", "Done"],
        fails: None,
    },
    Case {
        name: "never-enough-memory",
        answers: &[("Pull", "Memory"), ("PullWithMoreMemory", "Memory")],
        way: &["Pull", "DidMemoryRunOut", "PullWithMoreMemory", "PullFailed", "Tell", "Failed"],
        fails: Some(("PullWithMoreMemory", ATTEMPTS, "States.TaskFailed")),
    },
    Case {
        name: "exit-code",
        answers: &[("Pull", "Exit")],
        way: &["Pull", "DidMemoryRunOut", "PullFailed", "Tell", "Failed"],
        fails: Some(("Pull", ATTEMPTS, "States.TaskFailed")),
    },
    Case {
        name: "pull-too-long",
        answers: &[("Pull", "TooLong")],
        way: &["Pull", "DidMemoryRunOut", "PullFailed", "Tell", "Failed"],
        fails: Some(("Pull", ATTEMPTS, "States.Timeout")),
    },
    Case {
        name: "pull-throttled",
        answers: &[("Pull", "Throttled")],
        way: &["Pull", "DidMemoryRunOut", "PullFailed", "Tell", "Failed"],
        fails: Some(("Pull", BUSY, "ECS.ThrottlingException")),
    },
    Case {
        name: "weigh-throttled",
        answers: &[("Weigh", "TooMany")],
        way: &["Pull", "Weigh", "WeighFailed", "Tell", "Failed"],
        fails: Some(("Weigh", BUSY, "Lambda.TooManyRequestsException")),
    },
    Case {
        name: "curate-broken",
        answers: &[("Curate", "Broken")],
        way: &["Pull", "Weigh", "HowMuch", "Curate", "CurateFailed", "Tell", "Failed"],
        fails: Some(("Curate", ATTEMPTS, "curate")),
    },
    Case {
        name: "rejected",
        answers: &[("Curate", "Rejected")],
        way: &["Pull", "Weigh", "HowMuch", "Curate", "IsCurated", "Rejected", "Tell", "Failed"],
        fails: Some(("Curate", 1, "Rejected")),
    },
    Case {
        name: "spark-busy",
        answers: &[("Weigh", "Much"), ("CurateWithSpark", "Busy")],
        way: &["Pull", "Weigh", "HowMuch", "CurateWithSpark", "CurateWithSparkFailed", "Tell", "Failed"],
        fails: Some(("CurateWithSpark", BUSY, "Glue.ConcurrentRunsExceededException")),
    },
    Case {
        name: "spark-too-long",
        answers: &[("Weigh", "Much"), ("CurateWithSpark", "TooLong")],
        way: &["Pull", "Weigh", "HowMuch", "CurateWithSpark", "CurateWithSparkFailed", "Tell", "Failed"],
        fails: Some(("CurateWithSpark", ATTEMPTS, "States.Timeout")),
    },
    Case {
        name: "publish-broken",
        answers: &[("Weigh", "Much"), ("Publish", "Broken")],
        way: &["Pull", "Weigh", "HowMuch", "CurateWithSpark", "Publish", "PublishFailed", "Tell", "Failed"],
        fails: Some(("Publish", ATTEMPTS, "curate")),
    },
    // What went wrong first is what the execution fails with.
    Case {
        name: "nobody-can-be-told",
        answers: &[("Curate", "Broken"), ("Tell", "Silence")],
        way: &["Pull", "Weigh", "HowMuch", "Curate", "CurateFailed", "Tell", "Failed"],
        fails: Some(("Curate", ATTEMPTS, "curate")),
    },
];

fn configuration() -> Value {
    let well = [
        ("Pull", "Done"),
        ("PullWithMoreMemory", "Done"),
        ("Weigh", "Little"),
        ("Curate", "Curated"),
        ("CurateWithSpark", "Job"),
        ("Publish", "Curated"),
        ("Tell", "Mail"),
    ];
    let cases: BTreeMap<_, _> = CASES
        .iter()
        .map(|case| (case.name, well.iter().chain(case.answers).copied().collect::<BTreeMap<_, _>>()))
        .collect();
    json!({ "StateMachines": { NAME: { "TestCases": cases } }, "MockedResponses": answers() })
}

/// The definition as the stage's stack has it, with a name for each thing that stands in it.
fn definition(stage: &LocalStage) -> String {
    let folder = tempfile::tempdir().unwrap();
    stage.succeed(&["render", "--stage", "prod", "--out", folder.path().to_str().unwrap()]);
    let text = fs::read_to_string(folder.path().join("ingestion.yaml")).unwrap();
    let template: Value = serde_saphyr::from_str(&text).unwrap();
    let machine = &template["Resources"]["RatesMachine"]["Properties"];
    let named = machine["DefinitionSubstitutions"].as_object().unwrap();
    let text = machine["DefinitionString"].as_str().unwrap().to_owned();
    named.keys().fold(text, |text, name| text.replace(&format!("${{{name}}}"), name))
}

#[tokio::test]
async fn each_step_fails_in_each_way_and_people_are_told_once() {
    let stage = LocalStage::new();
    let definition = definition(&stage);
    stage.succeed(&["local", "start"]);
    let running = stage.json(&["local", "status"]);
    let endpoint = running["endpoint"].as_str().unwrap();
    let config = client_config(endpoint).await;
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "states.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    let roles = aws_sdk_iam::Client::new(&config);
    let role = roles.create_role().role_name("machine").assume_role_policy_document(trust.to_string()).send().await;
    let role = role.unwrap().role.unwrap().arn;
    let machines = aws_sdk_sfn::Client::new(&config);
    let made = machines.create_state_machine().name(NAME).definition(definition).role_arn(role).send().await.unwrap();
    // Pauses are as long as they say, but for the clock.
    let settings = json!({ "stepfunctions._sfn_mock_config": configuration(), "stepfunctions._SFN_WAIT_SCALE": 0 });
    post(endpoint, "/_ministack/config", &[], &settings);

    let mut begun = Vec::new();
    for case in &CASES {
        let machine = format!("{}#{}", made.state_machine_arn(), case.name);
        let call = machines.start_execution().state_machine_arn(machine).name(case.name).input("{}");
        begun.push(call.send().await.unwrap().execution_arn);
    }
    for (case, arn) in CASES.iter().zip(begun) {
        let until = Instant::now() + Duration::from_mins(2);
        let execution = loop {
            let execution = machines.describe_execution().execution_arn(&arn).send().await.unwrap();
            if *execution.status() != ExecutionStatus::Running {
                break execution;
            }
            assert!(Instant::now() < until, "{} does not end", case.name);
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let history = machines.get_execution_history().execution_arn(&arn).max_results(1000).send().await.unwrap();
        let events = history.events();
        let entered = events.iter().filter_map(HistoryEvent::state_entered_event_details);
        let way: Vec<_> = entered.skip(1).map(StateEnteredEventDetails::name).collect();
        assert_eq!(way, case.way, "{}", case.name);
        match case.fails {
            None => assert_eq!(*execution.status(), ExecutionStatus::Succeeded, "{}", case.name),
            Some((step, tries, error)) => {
                assert_eq!(*execution.status(), ExecutionStatus::Failed, "{}", case.name);
                assert_eq!(execution.error(), Some(error), "{}", case.name);
                assert_eq!(tried(events, step), tries, "{}", case.name);
            }
        }
    }
}

/// How often a step was tried: each try is scheduled. A step that answers at once is not.
fn tried(events: &[HistoryEvent], step: &str) -> usize {
    let of_step = events
        .iter()
        .skip_while(|event| event.state_entered_event_details().is_none_or(|state| state.name() != step))
        .skip(1)
        .take_while(|event| event.state_entered_event_details().is_none());
    of_step.filter(|event| *event.r#type() == HistoryEventType::TaskScheduled).count().max(1)
}
