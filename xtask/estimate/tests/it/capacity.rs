use estimate::Volumes;
use estimate::capacity::{Account, Model, models, plan, saturation};
use proptest::prelude::*;
use stacks::stage::Stage;
use std::sync::LazyLock;

use super::{shipped, stage, stages};

fn model<'a>(models: &'a [Model], pipeline: &str) -> &'a Model {
    models.iter().find(|model| model.pipeline == pipeline).unwrap()
}

fn utilisation(models: &[Model], pipeline: &str, part: &str) -> f64 {
    model(models, pipeline).parts.iter().find(|it| it.name == part).unwrap().utilisation
}

#[test]
fn the_stages_that_ship_take_the_volumes_that_ship() {
    for stage in stages() {
        for model in models(&stage, &Volumes::default(), &Account::default()) {
            assert!(model.fits(), "{}: {model:?}", stage.name);
        }
    }
}

#[test]
fn a_shard_takes_a_thousand_records_and_a_mebibyte() {
    let stage = stage("pipelines:\n  taxi: {stream: {shards: 2}}\n");
    let mut volumes = Volumes::default();
    (volumes.taxi.events_per_second, volumes.taxi.bytes_per_event) = (1_000.0, 524.288);
    let models = models(&stage, &volumes, &Account::default());
    assert!((utilisation(&models, "taxi", "records into shards") - 0.5).abs() < 1e-9);
    assert!((utilisation(&models, "taxi", "bytes into shards, and out of them") - 0.25).abs() < 1e-9);
    assert!((utilisation(&models, "taxi", "bytes into Firehose") - 0.1).abs() < 1e-9);
}

#[test]
fn a_pipeline_fits_below_its_saturation_and_not_above() {
    for stage in stages() {
        let (volumes, account) = (Volumes::default(), Account::default());
        for Model { pipeline, .. } in models(&stage, &volumes, &account) {
            let times = saturation(&stage, &volumes, &account, pipeline);
            if times.is_finite() {
                let fits = |by| model(&models(&stage, &volumes.scaled(by), &account), pipeline).fits();
                assert!(fits(times * 0.999) && !fits(times * 1.001), "{} {pipeline}: {times}", stage.name);
            }
        }
    }
}

#[test]
fn a_million_events_a_second_are_several_streams_with_quotas() {
    let mut volumes = Volumes::default();
    volumes.taxi.events_per_second = 1e6;
    let plan = plan(&shipped("prod"), &volumes, &Account::default());
    assert_eq!(plan.account.stages, 3.0);
    assert!(plan.beyond.is_empty(), "{:?}", plan.beyond);
    for quota in ["Firehose: MiB/s", "Lambda: functions"] {
        assert!(plan.asks.iter().any(|ask| ask.quota.starts_with(quota)), "{quota}: {:?}", plan.asks);
    }
    assert!(models(&plan.stage, &plan.volumes, &plan.account).iter().all(Model::fits));
}

#[test]
fn a_file_that_no_function_gets_through_is_told_of() {
    let mut volumes = Volumes::default();
    volumes.accommodation.mb_per_file = 1e6;
    let plan = plan(&shipped("prod"), &volumes, &Account::default());
    assert!(plan.beyond.iter().any(|what| what.starts_with("consolidate: one file takes")), "{:?}", plan.beyond);
}

fn volumes() -> impl Strategy<Value = Volumes> {
    // From hardly anything to far too much, evenly by their number of digits.
    let wide = |low: f64, high: f64| (low.ln()..high.ln()).prop_map(f64::exp);
    let taxi = (wide(0.1, 2e6), wide(50.0, 2e4));
    let files = (wide(0.01, 1e6), wide(0.01, 1e5), wide(0.01, 1e5), wide(0.1, 1e4));
    let rows = (wide(1.0, 1e9), wide(1.0, 1e10), wide(10.0, 1e6));
    (taxi, files, rows).prop_map(|(taxi, files, rows)| {
        let mut volumes = Volumes::default();
        (volumes.taxi.events_per_second, volumes.taxi.bytes_per_event) = taxi;
        (volumes.accommodation.files_per_hour, volumes.accommodation.mb_per_file) = (files.0, files.1);
        (volumes.flats.files_per_hour, volumes.flats.mb_per_file) = (files.2, files.3);
        (volumes.orders.rows_per_day, volumes.rates.rows_per_batch, volumes.rates.rows_per_page) = rows;
        volumes
    })
}

fn any_stage() -> impl Strategy<Value = Stage> {
    static STAGES: LazyLock<Vec<Stage>> = LazyLock::new(stages);
    (0..STAGES.len()).prop_map(|at| STAGES[at].clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn with_the_advice_taken_it_fits(stage in any_stage(), volumes in volumes()) {
        let plan = plan(&stage, &volumes, &Account::default());
        let blamed = |pipeline: &str| {
            let programs = match pipeline {
                "accommodation" => &["consolidate"][..],
                "flats" => &["transform", "load-warehouse", "flats"],
                other => &[other][..],
            };
            plan.beyond.iter().any(|what| programs.iter().any(|name| what.starts_with(name)))
        };
        for model in models(&plan.stage, &plan.volumes, &plan.account) {
            prop_assert!(model.fits() || blamed(model.pipeline), "{:?}\n{:?}\n{:?}", model, plan.changes, plan.beyond);
            for latency in &model.latencies {
                prop_assert!(latency.p50 >= 0.0 && latency.worst.is_none_or(|worst| worst >= latency.p50), "{latency:?}");
            }
        }
    }

    #[test]
    fn where_it_fits_with_room_nothing_is_advised(stage in any_stage(), scale in 0.0..1.0_f64) {
        let volumes = Volumes::default().scaled(scale);
        let roomy = models(&stage, &volumes, &Account::default()).iter().all(|model| model.utilisation() <= 0.4);
        if roomy {
            let plan = plan(&stage, &volumes, &Account::default());
            prop_assert!(plan.is_nothing(), "{:?} {:?}", plan.changes, plan.asks);
        }
    }
}
