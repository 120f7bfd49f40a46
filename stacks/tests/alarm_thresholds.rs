//! From where on alarms sound, over all settings: before anything is lost, and above what ordinary work does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use serde_json::Value;
use stacks::stage::{Architecture, Stage, StageName};

const HEAD: &str = "project: millrace\naccount: '111111111111'\nregion: eu-west-1\n";

/// All resources of a stage, if its file is valid.
fn resources(rest: &str) -> Option<Vec<(String, Value)>> {
    let name = StageName::new("dev").unwrap();
    let stage = Stage::parse(name, "dev.yaml", &format!("{HEAD}{rest}"), Architecture::Arm64).ok()?;
    let rendered = stacks::render::render(stacks::stack::stacks(&stage)).unwrap();
    let template = |body: &str| serde_saphyr::from_str::<Value>(body).unwrap();
    let of = |body: &str| template(body)["Resources"].as_object().unwrap().clone();
    Some(rendered.iter().flat_map(|rendered| of(&rendered.body)).collect())
}

fn property<'v>(resources: &'v [(String, Value)], id: &str, name: &str) -> &'v Value {
    let found = resources.iter().find(|(known, _)| known == id);
    &found.unwrap_or_else(|| panic!("there is no {id}")).1["Properties"][name]
}

fn number(resources: &[(String, Value)], id: &str, name: &str) -> u64 {
    let value = property(resources, id, name);
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{id}.{name}: {value}"))
}

fn threshold(resources: &[(String, Value)], alarm: &str) -> u64 {
    number(resources, alarm, "Threshold")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_stream_is_told_of_before_records_are_given_up(
        window in prop_oneof![Just(0), Just(300), 0..=300_u64],
        timeout in prop_oneof![Just(30), Just(900), 30..=900_u64],
        age in prop_oneof![Just(1), Just(168), 1..=168_u64],
        buffer in prop_oneof![Just(0), Just(900), 0..=900_u64],
    ) {
        let all = resources(&format!(
            "pipelines:\n  taxi:\n    stream: {{retention_hours: 169}}\n    consumers: {{batch_window_seconds: {window}, \
             max_record_age_hours: {age}}}\n    write_to_s3: {{timeout_seconds: {timeout}}}\n    delivery: {{buffer_seconds: {buffer}}}\n"
        )).unwrap();
        let behind = threshold(&all, "WriteToS3IteratorAgeAlarm") / 1000;
        prop_assert!(behind <= age * 3600 / 2, "{behind} s behind, and records are given up after {age} h");
        prop_assert!(behind > window + timeout, "one batch takes {window} + {timeout} s, and the alarm sounds at {behind}");
        let slow = threshold(&all, "WriteToS3DurationAlarm");
        prop_assert!(slow < timeout * 1000 && slow > timeout * 1000 / 2, "{slow} ms of {timeout} s");
        let fresh = threshold(&all, "TaxiDeliveryFreshnessAlarm");
        prop_assert!(fresh >= 2 * buffer && (900..24 * 3600).contains(&fresh), "{fresh} s, gathered for {buffer} s");
    }

    #[test]
    fn a_queue_is_told_of_before_messages_are_gone(
        window in prop_oneof![Just(0), Just(300), 0..=300_u64],
        timeout in prop_oneof![Just(30), Just(900), 30..=900_u64],
        retention in prop_oneof![Just(1), Just(312), 1..=312_u64],
        tries in prop_oneof![Just(5), Just(1000), 5..=1000_u64],
    ) {
        let all = resources(&format!(
            "pipelines:\n  accommodation:\n    queue: {{batch_window_seconds: {window}, retention_hours: {retention}, receive_count: {tries}}}\n    \
             consolidate: {{timeout_seconds: {timeout}}}\n"
        ));
        // Where messages would be gone before their last try, there is no such stage.
        let Some(all) = all else { return Ok(()) };
        let late = threshold(&all, "AccommodationQueueAgeAlarm");
        let hidden = number(&all, "AccommodationQueue", "VisibilityTimeout");
        prop_assert!(late <= retention * 3600 / 2, "{late} s, and a message is kept for {retention} h");
        prop_assert!(late > hidden + window + timeout, "{late} s, and one that is tried again is {hidden} s old");
    }

    #[test]
    fn the_database_is_told_of_after_it_could_have_grown_and_before_it_is_full(
        storage in prop_oneof![Just(20), Just(16_000), 20..=16_000_u64],
        class in 0..10_usize,
    ) {
        const CLASSES: [(&str, u64); 10] = [
            ("db.t4g.micro", 1), ("db.t4g.small", 2), ("db.t4g.medium", 4), ("db.t4g.large", 8), ("db.m7g.large", 8),
            ("db.m7g.xlarge", 16), ("db.m7g.2xlarge", 32), ("db.r7g.large", 16), ("db.r7g.xlarge", 32), ("db.r7g.2xlarge", 64),
        ];
        let (class, memory) = CLASSES[class];
        let all = resources(&format!("database: {{class: {class}, storage_gb: {storage}}}\npipelines:\n  orders: {{}}\n")).unwrap();
        let left = threshold(&all, "DatabaseStorageAlarm");
        let tenth = storage * 100_000_000;
        prop_assert!(left < tenth && left >= 1_000_000_000, "{left} bytes of {storage} GB");
        let most = number(&all, "Database", "MaxAllocatedStorage");
        prop_assert!(most >= storage * 11 / 10 && most <= 65_536);
        let connections = threshold(&all, "DatabaseConnectionsAlarm");
        // What PostgreSQL on RDS takes by default, with what RDS keeps for itself taken off.
        let takes = (memory * 1_000_000_000 * 8 / 10 / 9_531_392).min(5_000);
        prop_assert!(connections < takes && connections > takes / 2, "{connections} of {takes}");
        let saves_up = all.iter().any(|(id, _)| id == "DatabaseCreditsAlarm");
        prop_assert_eq!(saves_up, class.contains(".t4g."));
    }
}

#[test]
fn dms_is_told_of_when_a_twentieth_of_its_memory_is_left() {
    for (class, bytes) in [("dms.t3.small", 100_000_000), ("dms.r6i.2xlarge", 3_200_000_000)] {
        let rest =
            format!("pipelines:\n  rates: {{pull: {{runs_on: function}}, load: dms, dms: {{class: {class}}}}}\n");
        assert_eq!(threshold(&resources(&rest).unwrap(), "RatesReplicationFreeMemoryAlarm"), bytes);
    }
}
