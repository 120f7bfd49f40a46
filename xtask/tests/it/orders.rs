//! A day's orders on the local stage, end to end: a real PostgreSQL, two runs at once, files that are wrong, and people who
//! are told.

use crate::common::{LocalStage, client_config, mailbox::Mailbox, text};
use serde_json::Value;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

const FAULTS: [(&str, &str); 6] = [
    ("wrong-header", "order_date"),
    ("bad-date", "-02-30"),
    ("unknown-product", "if_common.dim_products"),
    ("negative-quantity", "quantity '-"),
    ("wrong-total", "total_price"),
    ("duplicate-id", "order_id"),
];

fn exports(stage: &LocalStage, date: &str) -> Value {
    stage.json(&["verify", "orders", "--stage", "local", "--today", date])["tables"].clone()
}

#[tokio::test]
async fn a_day_of_orders_is_summed_up_once_and_told_of() {
    let stage = LocalStage::new();
    let checkout = stage.checkout();
    let file = checkout.join("environments/local.yaml");
    let with_mail = "hotswap: true\nalerts: {emails: [somebody@example.com]}\n";
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("hotswap: true\n", with_mail)).unwrap();
    let deployed = stage.json(&["deploy", "--stage", "local"]);
    let endpoint = deployed["endpoint"].as_str().unwrap().to_owned();
    let outputs = deployed["stacks"].as_array().unwrap().iter().find_map(|stack| stack["outputs"].get("OrdersTopic"));
    let topic = outputs.unwrap().as_str().unwrap();
    let mailbox = Mailbox::subscribe(&endpoint, topic).await;

    somebody_leaves(&stage, &endpoint, topic).await;

    // Two runs at once make one set of rows, and tell once.
    stage.json(&["send", "orders", "--stage", "local", "--rows", "20000", "--today", "2022-09-05"]);
    let run = ["invoke", "orders-etl", "--stage", "local", "--today", "2022-09-05", "--json"];
    let both = [(); 2].map(|()| stage.command(&run).stdout(Stdio::piped()).spawn().unwrap());
    let both = both.map(|child| child.wait_with_output().unwrap());
    let mut answers = both.map(|output| {
        assert!(output.status.success(), "{}", text(&output.stdout));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["answer"]["status"].as_str().unwrap().to_owned()
    });
    answers.sort();
    assert_eq!(answers, ["already done", "done"]);
    let first = exports(&stage, "2022-09-05");
    let told = mailbox.read().await;
    assert_eq!(told.len(), 1, "{told:?}");

    // Another date leaves the first as it was; what is wrong changes nothing, and is told with its place.
    for (fault, reason) in FAULTS {
        stage.json(&["send", "orders", "--stage", "local", "--rows", "500", "--today", "2022-09-06", "--fault", fault]);
        let refused = stage.run(&["invoke", "orders-etl", "--stage", "local", "--today", "2022-09-06", "--json"]);
        assert_eq!(refused.status.code(), Some(1), "{fault}: {}", text(&refused.stderr));
        let answer: Value = serde_json::from_slice(&refused.stdout).unwrap();
        assert_eq!(answer["answer"]["status"], "refused", "{fault}: {answer}");
        let told = mailbox.read().await;
        assert!(told.len() == 1 && told[0].contains("orders.csv") && told[0].contains(reason), "{fault}: {told:?}");
    }
    stage.json(&["send", "orders", "--stage", "local", "--rows", "3000", "--today", "2022-09-06", "--seed", "2"]);
    stage.json(&["invoke", "orders-etl", "--stage", "local", "--today", "2022-09-06"]);
    exports(&stage, "2022-09-06");
    stage.json(&["send", "orders", "--stage", "local", "--rows", "20000", "--today", "2022-09-05"]);
    assert_eq!(exports(&stage, "2022-09-05"), first);

    // The same date once more only when asked, and then from what lies there now.
    stage.json(&["send", "orders", "--stage", "local", "--rows", "1000", "--today", "2022-09-05", "--seed", "3"]);
    stage.json(&run[..run.len() - 1]);
    let outdated = stage.run(&["verify", "orders", "--stage", "local", "--today", "2022-09-05"]);
    assert_eq!(outdated.status.code(), Some(1), "{}", text(&outdated.stdout));
    stage.json(&[&run[..run.len() - 1], &["--again"]].concat());
    exports(&stage, "2022-09-05");

    by_its_schedule(&stage, &file, &endpoint).await;
}

/// The emulator takes everybody as confirmed.
async fn somebody_leaves(stage: &LocalStage, endpoint: &str, topic: &str) {
    let listening = || {
        let listeners = stage.json(&["status", "--stage", "local"])["listeners"].clone();
        let of_orders = listeners.as_array().unwrap().iter().find(|one| one["topic"] == "OrdersTopic").unwrap().clone();
        assert_eq!(of_orders["address"], "somebody@example.com");
        of_orders["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(listening(), "confirmed");
    let topics = aws_sdk_sns::Client::new(&client_config(endpoint).await);
    let all = topics.list_subscriptions_by_topic().topic_arn(topic).send().await.unwrap();
    let by_mail = all.subscriptions().iter().find(|one| one.protocol() == Some("email")).unwrap();
    topics.unsubscribe().subscription_arn(by_mail.subscription_arn().unwrap()).send().await.unwrap();
    assert_eq!(listening(), "unsubscribed");
}

/// The schedule begins it as well, and says when that was.
async fn by_its_schedule(stage: &LocalStage, file: &std::path::Path, endpoint: &str) {
    let config = client_config(endpoint).await;
    // Whole minutes, and a deploy on a busy machine takes some of them.
    let soon = chrono::Utc::now() + chrono::TimeDelta::seconds(130);
    let at = format!("  orders:\n    schedule: {{at: \"{}\"}}\n", soon.format("%H:%M"));
    fs::write(file, fs::read_to_string(file).unwrap().replace("  orders:\n", &at)).unwrap();
    let today = soon.date_naive().to_string();
    stage.json(&["send", "orders", "--stage", "local", "--rows", "2000", "--today", &today]);
    stage.json(&["deploy", "--stage", "local"]);
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(s3);
    let until = Instant::now() + Duration::from_mins(4);
    loop {
        let key = "orders/analytics_export/orders/agg_shipments.csv";
        let object = s3.get_object().bucket("millrace-local-output-000000000000").key(key).send().await.unwrap();
        let bytes = object.body.collect().await.unwrap().into_bytes();
        if text(&bytes).lines().any(|line| line.starts_with(&today)) {
            break;
        }
        assert!(Instant::now() < until, "the schedule began nothing:\n{}", text(&bytes));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    exports(stage, &today);
}
