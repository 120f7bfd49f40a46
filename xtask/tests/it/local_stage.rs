//! The taxi pipeline on the local stage, end to end: real stacks, real function processes, real records.

use crate::common::{LocalStage, text};
use serde_json::{Value, json};

fn changed(report: &Value) -> Vec<bool> {
    report["stacks"].as_array().unwrap().iter().map(|stack| stack["changed"].as_bool().unwrap()).collect()
}

fn uploaded(report: &Value) -> usize {
    report["artifacts"].as_array().unwrap().iter().filter(|artifact| artifact["uploaded"] == json!(true)).count()
}

#[test]
fn trips_reach_the_lake_once_and_everything_survives_restarts() {
    let stage = LocalStage::new();

    // Up, from nothing.
    let first = stage.json(&["deploy", "--stage", "local"]);
    assert_eq!(first["stage"], "local");
    assert!(first["endpoint"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{first}");
    assert!(first["elapsed_ms"].is_u64(), "{first}");
    assert_eq!(changed(&first), [true; 4]);
    assert_eq!(uploaded(&first), 10);
    let outputs = &first["stacks"][1]["outputs"];
    for key in ["IngressStream", "DeliveryStream", "TaxiOutput"] {
        assert!(outputs[key].is_string(), "{outputs}");
    }

    // Nothing changed, so nothing is done.
    let second = stage.json(&["deploy", "--stage", "local"]);
    assert_eq!(changed(&second), [false; 4]);
    assert_eq!(uploaded(&second), 0);

    let status = stage.json(&["status", "--stage", "local"]);
    assert_eq!(status["endpoint"], first["endpoint"]);
    assert_eq!(status["stacks"][1]["status"], "CREATE_COMPLETE");
    assert!(status["stacks"][1]["resources"].as_u64().unwrap() > 15, "{status}");

    // The page of the stage knows what that deploy took, and what waited for what.
    let page = std::env::temp_dir().join(format!("report-{}.html", std::process::id()));
    stage.succeed(&["report", "--stage", "local", "--out", page.to_str().unwrap()]);
    let told = std::fs::read_to_string(&page).unwrap();
    std::fs::remove_file(&page).unwrap();
    assert!(told.contains("The emulator was asked") && told.contains("The slowest chain"), "the deploy is not shown");
    assert!(told.contains("millrace-local-stream") && told.contains("create complete"), "no step is shown");

    // Every trip once in either form, every invalid one apart.
    let sent = stage.json(&["send", "taxi", "--stage", "local", "--count", "10000", "--invalid", "0.02"]);
    assert_eq!((&sent["sent"], &sent["failed"]), (&json!(10000), &json!(0)));
    let balance = stage.json(&["verify", "taxi", "--stage", "local", "--sent", "10000", "--wait", "300"]);
    assert_eq!(balance["balanced"], true);
    assert!((100..300).contains(&balance["rejected"].as_u64().unwrap()), "{balance}");

    // A file of trips, as the taxis' companies keep them.
    let csv = std::env::temp_dir().join(format!("trips-{}.csv", std::process::id()));
    let columns = "TRIP_ID,CALL_TYPE,ORIGIN_CALL,ORIGIN_STAND,TAXI_ID,TIMESTAMP,DAY_TYPE,MISSING_DATA,POLYLINE";
    let rows = r#""1","C","NA","","20000589","1372636858","A","False","[[-8.6,41.1],[-8.7,41.2]]""#;
    std::fs::write(&csv, format!("{columns}\n{rows}\n{}\n", rows.replace("\"1\"", "\"2\""))).unwrap();
    let sent = stage.json(&["send", "taxi", "--stage", "local", "--file", csv.to_str().unwrap()]);
    std::fs::remove_file(&csv).unwrap();
    assert_eq!((&sent["sent"], &sent["failed"]), (&json!(2), &json!(0)));
    let balance = stage.json(&["verify", "taxi", "--stage", "local", "--sent", "10002", "--wait", "60"]);
    assert!(balance["rejected"].as_u64().unwrap() < 300, "{balance}");

    // The emulator is killed; the next deploy brings everything back, and what was there still is.
    let pid = stage.json(&["local", "status"])["pid"].to_string();
    assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    stage.json(&["deploy", "--stage", "local"]);
    stage.json(&["send", "taxi", "--stage", "local", "--count", "500", "--seed", "2"]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "10502", "--wait", "300"]);

    // An orderly restart keeps everything as well.
    stage.succeed(&["local", "stop"]);
    let stopped = stage.run(&["status", "--stage", "local"]);
    assert_eq!(stopped.status.code(), Some(1));
    assert!(text(&stopped.stderr).contains("cargo xtask deploy --stage local"), "{}", text(&stopped.stderr));
    let again = stage.json(&["deploy", "--stage", "local"]);
    assert_eq!(changed(&again), [false; 4]);
    stage.json(&["verify", "taxi", "--stage", "local", "--sent", "10502"]);

    // Away, and up again under the same names, and away for good.
    stage.succeed(&["destroy", "--stage", "local"]);
    let anew = stage.json(&["deploy", "--stage", "local"]);
    assert_eq!(changed(&anew), [true; 4]);
    stage.succeed(&["destroy", "--stage", "local"]);
    let gone = stage.json(&["status", "--stage", "local"]);
    for stack in gone["stacks"].as_array().unwrap() {
        assert_eq!((&stack["status"], &stack["resources"]), (&json!("ABSENT"), &json!(0)));
    }
}
