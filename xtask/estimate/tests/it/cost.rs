use estimate::costs::monthly;
use estimate::kinds::kind;
use estimate::report::Report;
use estimate::{Difference, Estimate, How, PricedRegion, Prices, Volumes, price};
use serde_json::{Value, json};
use stacks::stage::{Capacity, Pipelines, Stage};

use super::{borrowed, shipped, stage, stages, templates};

fn of(templates: &[(String, Value)], volumes: &Volumes) -> Estimate {
    price(&Prices::shipped(), PricedRegion::EuWest1, &borrowed(templates), volumes)
}

fn bill(stage: &Stage) -> Estimate {
    of(&templates(stage), &Volumes::default())
}

#[test]
fn every_type_that_a_stage_of_ours_has_is_in_the_table() {
    for stage in stages() {
        for (stack, template) in templates(&stage) {
            for (id, resource) in template["Resources"].as_object().unwrap() {
                let name = resource["Type"].as_str().unwrap();
                assert!(kind(name).is_some(), "{stack}: {id} is of type {name}, which the price table does not know");
            }
        }
        assert_eq!(bill(&stage).unpriced, Vec::<String>::new(), "{}", stage.name);
    }
}

#[test]
fn what_the_table_does_not_know_is_said_and_costs_no_nothing() {
    let template = json!({"Resources": {
        "Broker": {"Type": "AWS::AmazonMQ::Broker", "Properties": {}},
        "Other": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "Large": {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceClass": "db.x9.huge"}},
        "Job": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "somebody-elses"}},
    }});
    let told = of(&[("foreign".to_owned(), template)], &Volumes::default()).unpriced;
    for word in ["Broker (AWS::AmazonMQ::Broker): this type is not", "Other (AWS", "rds.db.x9.huge", "Job (AWS"] {
        assert!(told.iter().any(|what| what.contains(word)), "{word}: {told:?}");
    }
}

#[test]
fn a_sum_worked_out_by_hand() {
    let bill = bill(&stage("pipelines:\n  taxi: {stream: {shards: 3, retention_hours: 48}}\n"));
    let line = |name: &str| bill.lines.iter().find(|line| line.price == name).unwrap();
    assert_eq!(line("kinesis.shard").quantity, 3.0 * 730.0);
    assert!((line("kinesis.shard").monthly - 37.23).abs() < 1e-9);
    assert_eq!(line("kinesis.extended").how, How::Running);
    // 200 events/s of one unit each.
    assert!((line("kinesis.put").quantity - 200.0 * 730.0 * 3600.0).abs() < 1.0);
    // 1,200 bytes are counted as five kilobytes.
    let counted = 200.0 * 0.999 * 5_120.0 * 730.0 * 3600.0 / 1e9;
    assert!((line("firehose.in").quantity - counted).abs() < 1e-6);
    // Three shards see 66.7 records/s each: 333 in five seconds.
    let runs = 200.0 / (200.0 / 3.0 * 5.0) * 730.0 * 3600.0;
    assert!((line("lambda.requests").quantity - runs).abs() < 1.0);
}

#[test]
fn what_runs_by_itself_comes_first_and_the_dearest_of_it_first() {
    let bill = bill(&shipped("prod"));
    assert_eq!(bill.lines[0].resource, "WarehouseCluster");
    let volume = bill.lines.iter().position(|line| line.how == How::Volume).unwrap();
    let (running, by_volume) = bill.lines.split_at(volume);
    assert!(by_volume.iter().all(|line| line.how == How::Volume));
    for part in [running, by_volume] {
        assert!(part.is_sorted_by(|left, right| left.monthly >= right.monthly));
    }
    let sums: f64 = bill.by(|line| &line.pipeline).iter().map(|(_, sum)| sum).sum();
    assert!((sums - bill.monthly()).abs() < 1e-6);
    let text = Report::of("prod", "default.yaml", None, bill).to_string();
    let places = ["whatever happens: $", "by volume: $", "by pipeline: ", "by service: ", "assumed:"];
    let found: Vec<_> = places.iter().map(|place| text.find(place).unwrap()).collect();
    assert!(found.is_sorted(), "{text}");
}

#[test]
fn each_line_has_a_pipeline_of_the_stage() {
    for stage in stages() {
        for line in bill(&stage).lines {
            let pipeline = line.pipeline.as_str();
            let known = pipeline == "shared" || Pipelines::NAMES.contains(&pipeline);
            assert!(known && line.monthly.is_finite() && line.monthly > 0.0, "{line:?}");
        }
    }
    let only = bill(&stage("pipelines:\n  taxi: {}\n"));
    assert!(only.lines.iter().all(|line| ["taxi", "shared"].contains(&line.pipeline.as_str())));
}

#[test]
fn some_hours_are_that_part_of_a_month() {
    let bill = bill(&shipped("staging"));
    let month = bill.monthly();
    let day = Report::of("staging", "default.yaml", Some(8.0), bill);
    assert!((day.total - month * 8.0 / 730.0).abs() < 1e-9);
}

#[test]
fn more_volume_never_costs_less() {
    for stage in stages() {
        let templates = templates(&stage);
        let cost = |scale| monthly(PricedRegion::UsEast1, &borrowed(&templates), &Volumes::default().scaled(scale));
        let scales = [0.0, 0.01, 0.1, 0.3, 1.0, 2.0, 10.0];
        let costs = scales.map(cost);
        assert!(costs.is_sorted(), "{}: {costs:?}", stage.name);
    }
}

#[test]
fn a_change_is_told_with_the_resources_that_make_it() {
    let before = shipped("staging");
    let mut after = before.clone();
    let Capacity::Provisioned { shards, .. } = &mut after.pipelines.taxi.as_mut().unwrap().capacity else { panic!() };
    *shards = 5;
    let difference = Difference::between(&bill(&before), &bill(&after));
    let more = 3.0 * 730.0 * (0.017 + 0.022);
    assert!(difference.after - difference.before > more);
    assert_eq!(difference.resources[0].resource, "TaxiStream");
    let text = difference.to_string();
    assert!(text.starts_with("cost: about +$1") && text.contains("(TaxiStream +$85.41"), "{text}");
    let less = Difference::between(&bill(&after), &bill(&before)).to_string();
    assert!(less.starts_with("cost: about -$"), "{less}");
    assert_eq!(Difference::between(&bill(&before), &bill(&before)).to_string(), "");
}
