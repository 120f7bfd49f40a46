//! Catalogues and listings on the local stage, end to end: real queues, functions that are killed, a real PostgreSQL.

use crate::common::{LocalStage, client_config, mailbox::Mailbox, text};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// With the seconds after which what failed is tried again. A load whose function was killed belongs to nobody after 30.
const QUEUES: [(&str, &str); 3] = [("accommodation", "6"), ("flats", "6"), ("warehouse", "10")];

/// A stage waits for minutes.
async fn hurry(endpoint: &str) {
    let queues = aws_sdk_sqs::Client::new(&client_config(endpoint).await);
    for (queue, seconds) in QUEUES {
        let url = format!("{endpoint}/000000000000/millrace-local-{queue}");
        let name = aws_sdk_sqs::types::QueueAttributeName::VisibilityTimeout;
        queues.set_queue_attributes().queue_url(url).attributes(name, seconds).send().await.unwrap();
    }
}

/// The functions at work: processes that the emulator has begun.
fn functions(emulator: &str) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let is_function = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        stat.contains("(bootstrap)") && after_name.split_whitespace().nth(1) == Some(emulator)
    };
    numbers.filter(is_function).collect()
}

fn unreadable(balance: &Value) -> Vec<String> {
    balance["unreadable"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// A file that can be read in the place of each that cannot.
fn replace(stage: &LocalStage, pipeline: &str, keys: &[String], good: &str) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("good-{pipeline}-{}.jsonl", std::process::id()));
    fs::write(&file, good).unwrap();
    for key in keys {
        let below = key.strip_prefix(&format!("{pipeline}/")).unwrap();
        stage.json(&["send", pipeline, "--stage", "local", "--file", file.to_str().unwrap(), "--key", below]);
    }
    fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn catalogues_and_listings_balance_whatever_happens() {
    let stage = LocalStage::new();
    let deployed = stage.json(&["deploy", "--stage", "local"]);
    let endpoint = deployed["endpoint"].as_str().unwrap();
    hurry(endpoint).await;
    let topic = deployed["stacks"][0]["outputs"]["AlertTopic"].as_str().unwrap();
    let mailbox = Mailbox::subscribe(endpoint, topic).await;

    // Each file told of twice and in another order, some of it wrong, and the functions killed while they work.
    let emulator = stage.json(&["local", "status"])["pid"].to_string();
    let mixed = ["--invalid", "0.05", "--twice"];
    let catalogues = ["send", "accommodation", "--stage", "local", "--files", "1000", "--size", "10KB"];
    let listings = ["send", "flats", "--stage", "local", "--files", "50", "--size", "40KB"];
    let mut sending = [
        stage.command(&[&catalogues[..], &mixed, &["--unreadable", "0.01"]].concat()).spawn().unwrap(),
        stage.command(&[&listings[..], &mixed, &["--unreadable", "0.1", "--seed", "3"]].concat()).spawn().unwrap(),
    ];
    let mut chance = fastrand::Rng::with_seed(11);
    let mut killed = 0;
    while sending.iter_mut().any(|child| child.try_wait().unwrap().is_none()) || killed < 20 {
        std::thread::sleep(Duration::from_millis(chance.u64(50..400)));
        let at_work = functions(&emulator);
        if let Some(pid) = chance.choice(&at_work) {
            let status = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
            killed += usize::from(status.success());
        }
    }
    for child in &mut sending {
        assert!(child.wait().unwrap().success());
    }

    // Everything once, what cannot be read in the queue of dead letters.
    let balance = stage.json(&["verify", "accommodation", "--stage", "local", "--wait", "300"]);
    assert_eq!((&balance["files"], &balance["balanced"]), (&json!(1000), &json!(true)), "{balance}");
    let bad_catalogues = unreadable(&balance);
    assert!(!bad_catalogues.is_empty(), "{balance}");
    let balance = stage.json(&["verify", "flats", "--stage", "local", "--wait", "300"]);
    assert_eq!((&balance["files"], &balance["balanced"]), (&json!(50), &json!(true)), "{balance}");
    let bad_listings = unreadable(&balance);
    assert!(!bad_listings.is_empty(), "{balance}");
    assert!(balance["warehouse"]["loads"].as_u64().unwrap() > 100, "{balance}");

    // Whoever has to mend it was told, by bucket and key and what is wrong.
    let told = mailbox.read().await;
    for key in bad_catalogues.iter().chain(&bad_listings) {
        let notice = told.iter().find(|notice| notice.contains(&format!("Key:      {key}\n")));
        let notice = notice.unwrap_or_else(|| panic!("nobody was told of {key}: {told:?}"));
        assert!(notice.contains("Bucket:   millrace-local-") && notice.contains("Error:    "), "{notice}");
    }

    // As long as the cause is there, nothing is moved.
    for queue in ["accommodation", "flats"] {
        let refused = stage.run(&["redrive", "--stage", "local", queue]);
        assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stdout));
        assert!(text(&refused.stdout).contains("still fails: s3://"), "{}", text(&refused.stdout));
        assert!(text(&refused.stderr).contains("nothing was moved"), "{}", text(&refused.stderr));
    }

    // Once it is mended, the dead letters load what is there now.
    let offer =
        r#"{"partner_name":"Blue Harbour","accommodation_id":"9","accommodation_data":{"accommodation_name":"Nine"}}"#;
    replace(&stage, "accommodation", &bad_catalogues, &format!("{offer}\n"));
    replace(
        &stage,
        "flats",
        &bad_listings,
        "{\"ok\": true, \"data\": {\"id\": \"56906504\", \"realEstate_baseRent\": 712.50}}\n",
    );
    // A function may have been killed over a good file as often as a message is tried: its letter comes back as it was.
    stage.json(&["redrive", "--stage", "local", "warehouse"]);
    for queue in ["accommodation", "flats"] {
        let moved = stage.json(&["redrive", "--stage", "local", queue]);
        assert!(moved["renewed"].as_u64().unwrap() > 0, "{moved}");
        assert_eq!(moved["moved"], moved["found"], "{moved}");
        let balance = stage.json(&["verify", queue, "--stage", "local", "--wait", "300"]);
        assert_eq!(unreadable(&balance), [""; 0], "{balance}");
    }
    stage.succeed(&["destroy", "--stage", "local"]);
}
