use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::stage::{
    Architecture, Capacity, Database, Dms, Engine, Flats, Load, NodeType, Pull, Rates, Spark, Stage, Taxi, Warehouse,
};

const LARGE: &str = r#"
project: millrace
account: "111111111111"
region: eu-west-1
log_retention_days: 365
alerts: {emails: [a@example.com]}
database: {class: db.m7g.xlarge, storage_gb: 400, multi_az: true, backup_days: 30}
pipelines:
  taxi:
    stream: {shards: 40, retention_hours: 168, autoscale: {min_shards: 20, max_shards: 90}}
    consumers: {max_record_age_hours: 144}
    write_to_s3: {memory_mb: 1024}
  accommodation:
    queue: {max_concurrency: 100, retention_hours: 300}
    consolidate: {memory_mb: 2048, timeout_seconds: 600}
    priorities: {read_units: 50, write_units: 20}
  flats: {warehouse: redshift, redshift: {node_type: ra3.4xlarge, nodes: 4}}
  orders: {etl: {memory_mb: 4096}, emails: [b@example.com]}
  rates:
    source: {url: "https://rates.example.com/v1", requests_per_minute: 600}
    pull: {runs_on: fargate, cpu: 2048, memory_mb: 8192}
    spark: {above_mb: 2000, workers: 20}
    load: dms
    dms: {class: dms.r6i.large, storage_gb: 200, multi_az: true}
"#;

fn stage() -> Stage {
    let name = StageName::new("staging").unwrap();
    Stage::parse(name, "staging.yaml", LARGE, Architecture::Arm64).unwrap()
}

fn copied(scale: f64) -> Copied {
    let expires = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(500_000);
    let of = StageName::new("staging").unwrap();
    Copied { of, scale: Scale::new(scale).unwrap(), only: Vec::new(), local: false, expires }
}

fn copy(scale: f64) -> Stage {
    stage().copied(StageName::new("pr-42").unwrap(), copied(scale), Architecture::Arm64).unwrap()
}

fn rung<T: PartialEq>(ladder: &[(T, u32)], at: &T) -> u32 {
    u32::try_from(ladder.iter().position(|(rung, _)| rung == at).unwrap()).unwrap()
}

/// Every capacity as a number that may not sink while the scale grows, with what AWS takes at least and at most.
fn capacities(stage: &Stage) -> Vec<(&'static str, u32, u32, u32)> {
    let Pipelines { taxi, accommodation, flats, orders, rates, .. } = stage.pipelines.clone();
    let (Some(taxi), Some(accommodation), Some(flats), Some(orders), Some(rates)) =
        (taxi, accommodation, flats, orders, rates)
    else {
        panic!("a pipeline is missing")
    };
    let Taxi { capacity: Capacity::Provisioned { shards, autoscale: Some(autoscale) }, .. } = taxi else {
        panic!("on demand")
    };
    let crate::stage::ItemsCapacity::Provisioned { read_units, write_units } = accommodation.priorities else {
        panic!("on demand")
    };
    let Flats { warehouse: Warehouse::Provisioned { node_type, nodes }, .. } = flats else { panic!("not provisioned") };
    let Rates { pull: Pull::Task(task), engine: Engine::Both { spark: Spark { workers, .. }, .. }, .. } = rates else {
        panic!("no task")
    };
    let Load::Dms(Dms { class, storage_gb, .. }) = rates.load else { panic!("not by DMS") };
    let Database { class: database, storage_gb: stored, backup_days, .. } = stage.database;
    let node = match node_type {
        NodeType::Large => 1,
        NodeType::XlPlus => 2,
        NodeType::Xl4 => 6,
        NodeType::Xl16 => 24,
    };
    vec![
        ("log days", stage.log_days.get(), 1, 3653),
        ("fewest shards", autoscale.min_shards, 1, shards),
        ("shards", shards, autoscale.min_shards, autoscale.max_shards),
        ("most shards", autoscale.max_shards, shards, 500),
        ("stream hours", taxi.retention_hours, 24, 8760),
        ("record age", taxi.consumers.max_record_age_hours, 1, taxi.retention_hours - 1),
        ("store memory", taxi.write_to_s3.memory_mb, 128, 10240),
        ("forward memory", taxi.send_to_firehose.memory_mb, 128, 10240),
        ("concurrency", accommodation.queue.max_concurrency, 2, 1000),
        (
            "queue hours",
            accommodation.queue.retention_hours,
            accommodation.queue.receive_count * accommodation.queue.visibility_seconds / 3600 + 1,
            312,
        ),
        ("consolidate memory", accommodation.consolidate.memory_mb, 256, 10240),
        ("reads", read_units, 1, 40000),
        ("writes", write_units, 1, 40000),
        ("warehouse", node * nodes, 1, 24 * 32),
        ("orders memory", orders.etl.memory_mb, 1024, 10240),
        ("requests", rates.requests_per_minute, 30, 60000),
        ("task processor", task.cpu.units(), 256, 4096),
        ("task memory", task.memory_mb, 512, 30720),
        ("workers", workers, 2, 299),
        ("replication", rung(&ladders::REPLICATIONS, &class), 0, 5),
        ("replication storage", storage_gb, 20, 6144),
        ("database", rung(&ladders::DATABASES, &database), 0, 9),
        ("storage", stored, 20, 16000),
        ("backups", backup_days, 1, 35),
    ]
}

#[test]
fn as_large_as_the_stage_itself_is_the_stage_itself() {
    assert_eq!(capacities(&copy(1.0)), capacities(&stage()));
}

#[test]
fn a_tenth_is_what_one_would_write_by_hand() {
    let numbers: Vec<_> = capacities(&copy(0.1)).into_iter().map(|(what, number, ..)| (what, number)).collect();
    let expected = [
        ("log days", 60),
        ("fewest shards", 2),
        ("shards", 4),
        ("most shards", 9),
        ("stream hours", 24),
        ("record age", 23),
        ("store memory", 128),
        ("forward memory", 128),
        ("concurrency", 10),
        ("queue hours", 30),
        ("consolidate memory", 256),
        ("reads", 5),
        ("writes", 2),
        // Two of ra3.xlplus instead of four of ra3.4xlarge.
        ("warehouse", 4),
        ("orders memory", 1024),
        ("requests", 60),
        ("task processor", 256),
        ("task memory", 1024),
        ("workers", 2),
        // Of dms.r6i.large, the smallest.
        ("replication", 0),
        ("replication storage", 20),
        // db.t4g.small of db.m7g.xlarge.
        ("database", 1),
        ("storage", 40),
        ("backups", 3),
    ];
    assert_eq!(numbers, expected);
    let copy = copy(0.1);
    assert!(!copy.database.multi_az && !copy.keep_data && copy.alert_emails.is_empty());
    assert!(copy.pipelines.orders.is_some_and(|orders| orders.emails.is_empty()));
}

#[test]
fn a_laptop_gets_what_it_can_run() {
    let local = Copied { local: true, ..copied(0.1) };
    let copy = stage().copied(StageName::new("pr-42").unwrap(), local, Architecture::X86_64).unwrap();
    assert_eq!((copy.platform, copy.account.as_str()), (Platform::Emulator, "000000000000"));
    assert!(copy.pipelines.images().is_empty());
    assert!(copy.pipelines.flats.is_some_and(|flats| flats.warehouse == Warehouse::Postgres));
    assert!(copy.pipelines.rates.is_some_and(|rates| rates.load == Load::Direct && rates.source.is_none()));
}

#[test]
fn what_is_no_copy_is_refused_with_what_would_do() {
    let make = |name: &str, only: &[&str]| {
        let only = only.iter().map(|name| (*name).to_owned()).collect();
        stage().copied(StageName::new(name).unwrap(), Copied { only, ..copied(0.5) }, Architecture::Arm64)
    };
    assert_eq!(make("staging", &[]).unwrap_err().what, "a copy of staging cannot be called staging");
    assert!(make("prod", &[]).unwrap_err().what.contains("a name of production"));
    let fault = make("pr-1", &["flat"]).unwrap_err();
    assert!(fault.remedy.contains("did you mean 'flats'?") && fault.remedy.contains("taxi, accommodation"), "{fault}");
    let only = make("pr-1", &["taxi", "rates"]).unwrap();
    let there: Vec<_> = only.pipelines.named().into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
    assert_eq!(there, ["taxi", "rates"]);
    let again = only.copied(StageName::new("pr-2").unwrap(), copied(0.5), Architecture::Arm64);
    assert_eq!(again.unwrap_err().remedy, "copy staging instead");
}

#[test]
fn a_file_that_is_wrong_says_where() {
    let file = |text: &str| read_copy("environments/pr-42.yaml", text).map_err(|fault| fault.to_string());
    let at = "expires: 2026-11-22T18:00:00Z";
    assert!(file(&format!("copy:\n  of: staging\n  {at}\n")).is_ok_and(|copy| copy.scale == Scale::WHOLE));
    for (text, what) in [
        (format!("copy:\n  of: staging\n  scale: 11\n  {at}\n"), "environments/pr-42.yaml:3:10"),
        (format!("copy:\n  of: Staging\n  {at}\n"), "'Staging' is not a stage name"),
        ("copy:\n  of: staging\n  expires: tomorrow\n".to_owned(), "write it as 2026-11-22T18:00:00Z"),
        (format!("copy:\n  of: staging\n  size: 3\n  {at}\n"), "unknown key 'size'"),
        ("copy:\n  of: staging\n".to_owned(), "the key 'expires' is missing"),
    ] {
        let fault = file(&text).unwrap_err();
        assert!(fault.contains(what), "{fault}");
    }
}

proptest! {
    /// From the smallest to the largest, each capacity is one that AWS takes, and none sinks while the scale grows.
    #[test]
    fn capacities_follow_the_scale(small in Scale::SMALLEST..Scale::LARGEST, more in 1.0..10.0f64) {
        let large = (small * more).min(Scale::LARGEST);
        let (small, large) = (capacities(&copy(small)), capacities(&copy(large)));
        for ((what, less, min, max), (_, more, ..)) in small.into_iter().zip(large) {
            prop_assert!((min..=max).contains(&less), "{what}: {less} is not from {min} to {max}");
            prop_assert!(less <= more, "{what}: {less} and then {more}");
        }
    }

    #[test]
    fn tags_and_files_say_it_all(factor in Scale::SMALLEST..Scale::LARGEST, seconds in 0..4_000_000_000i64, taxi: bool, local: bool) {
        let only = if taxi { vec!["taxi".to_owned(), "flats".to_owned()] } else { Vec::new() };
        let expires = DateTime::from_timestamp(seconds, 0).unwrap();
        let copied = Copied { only, local, expires, ..copied(factor) };
        let tags = copied.tags();
        let tag = |key: &str| tags.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str());
        prop_assert_eq!(Copied::of_tags(tag, local), Some(Ok(copied.clone())));
        for (_, value) in &tags {
            prop_assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-=._:/@".contains(&b)), "{value}");
        }
        let text = text(&copied);
        prop_assert!(is_copy(&text));
        prop_assert_eq!(read_copy("copy.yaml", &text).map_err(|fault| fault.to_string()), Ok(copied));
    }

    #[test]
    fn no_tag_breaks_the_reader(of: String, scale: String, expires: String) {
        let tag = |key: &str| Some(match key { COPY_OF => of.as_str(), SCALE => &scale, EXPIRES => &expires, _ => return None });
        if let Some(Ok(read)) = Copied::of_tags(tag, false) {
            let tags = read.tags();
            let again = |key: &str| tags.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str());
            prop_assert_eq!(Copied::of_tags(again, false), Some(Ok(read.clone())));
        }
    }
}
