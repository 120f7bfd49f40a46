use shards::{OPERATIONS, Settings};

use crate::{Compared, Outcome, Policy, Scaling, Shape, compare};

const SETTINGS: Settings = Settings { min: 2, max: 16, target_percent: 70 };
const SCALING: Scaling = Scaling { settings: SETTINGS, first: 4, every_minutes: 5 };
const SEEDS: [u64; 2] = [1, 2];

fn of(compared: &Compared, policy: Policy) -> &Outcome {
    compared.of(policy).unwrap()
}

/// Of a shape, how much of what is offered may be refused, in percent, and how many times the hours of perfect foresight.
fn bounds(shape: Shape) -> (f64, f64) {
    match shape {
        Shape::Ramp | Shape::Quiet | Shape::Diurnal => (0.001, 1.6),
        Shape::Mix => (0.25, 1.8),
        // Three times from nearly nothing to nearly everything in one minute: Kinesis doubles three times in as many steps.
        Shape::Spike => (2.5, 2.8),
        // What one key sends beyond a shard is refused by any number of shards.
        Shape::HotKey => (5.0, 1.25),
    }
}

#[test]
fn the_function_is_near_to_perfect_foresight_and_keeps_to_what_kinesis_allows() {
    for (shape, seed) in Shape::ALL.into_iter().flat_map(|shape| SEEDS.map(|seed| (shape, seed))) {
        let day = compare(shape, &SCALING, seed);
        let [peak, mean, best, ours] =
            [Policy::Peak, Policy::Mean, Policy::Foresight, Policy::Autoscale].map(|policy| of(&day, policy));
        let (refused, hours) = bounds(shape);
        assert!(ours.throttled_percent <= refused, "{shape:?} {seed}: {ours:?}");
        assert!(ours.shard_hours <= hours * best.shard_hours, "{shape:?} {seed}: {ours:?} {best:?}");
        assert!(ours.shard_hours <= peak.shard_hours, "{shape:?} {seed}: {ours:?} {peak:?}");
        assert!(ours.throttled <= mean.throttled, "{shape:?} {seed}: {ours:?} {mean:?}");
        // Nobody does better than who knows the day.
        assert!(best.throttled <= ours.throttled, "{shape:?} {seed}: {ours:?} {best:?}");
        assert!(best.throttled < ours.throttled || best.shard_hours <= ours.shard_hours, "{shape:?} {seed}");
        for one in [best, ours] {
            assert!(one.operations <= OPERATIONS, "{shape:?} {seed}: {one:?}");
            assert!(one.fewest_shards >= SETTINGS.min && one.most_shards <= SETTINGS.max, "{shape:?} {seed}: {one:?}");
        }
    }
}

#[test]
fn a_quiet_day_ends_at_the_minimum() {
    let ours = compare(Shape::Quiet, &SCALING, 1);
    assert_eq!(of(&ours, Policy::Autoscale).fewest_shards, SETTINGS.min);
    // Where nothing comes at all, it stays there.
    let idle = Scaling { settings: Settings { min: 1, max: 1, target_percent: 10 }, first: 1, every_minutes: 5 };
    let ours = compare(Shape::Quiet, &idle, 1);
    assert_eq!(of(&ours, Policy::Autoscale).operations, 0);
}

#[test]
fn a_hot_key_is_refused_by_one_shard_whatever_the_others_take() {
    let day = compare(Shape::HotKey, &SCALING, 1);
    // Four hours of half a shard more than one takes.
    let beyond = 4 * 3_600 * 500;
    for outcome in &day.outcomes {
        assert!(outcome.throttled > beyond * 9 / 10, "{outcome:?}");
    }
}

#[test]
fn looking_more_often_refuses_less() {
    let [seldom, often] = [30, 1].map(|every_minutes| {
        let day = compare(Shape::Spike, &Scaling { every_minutes, ..SCALING }, 1);
        of(&day, Policy::Autoscale).throttled
    });
    assert!(often < seldom, "{often} {seldom}");
}

#[test]
fn the_same_seed_gives_the_same_day() {
    let [first, second] = [1, 1].map(|seed| compare(Shape::Mix, &SCALING, seed));
    let course = |day: &Compared| day.outcomes.iter().map(|one| (one.throttled, one.operations)).collect::<Vec<_>>();
    assert_eq!((first.offered, course(&first)), (second.offered, course(&second)));
    assert_ne!(compare(Shape::Mix, &SCALING, 2).offered, first.offered);
}
