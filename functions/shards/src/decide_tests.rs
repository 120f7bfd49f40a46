use proptest::prelude::*;

use crate::{Decision, Minute, OPERATIONS, Past, QUIET, RECORDS, Seen, Settings, decide};

const SETTINGS: Settings = Settings { min: 2, max: 16, target_percent: 70 };

/// A minute of so many shards' worth of records, in percent of one.
fn percent(percent: u64) -> Minute {
    Minute { bytes: 0, records: percent * RECORDS * 60 / 100 }
}

fn quiet(load: Minute) -> Vec<Minute> {
    vec![load; QUIET]
}

fn after(operations: i64) -> Past {
    (0..operations).fold(Past::default(), Past::and)
}

fn decided(shards: u32, minutes: &[Minute], past: &Past) -> Decision {
    decide(SETTINGS, &Seen { shards, minutes, past })
}

#[test]
fn what_fits_stays() {
    for load in [150, 200, 279] {
        assert_eq!(decided(4, &quiet(percent(load)), &Past::default()), Decision::Stay, "{load}");
    }
}

#[test]
fn one_busy_minute_is_enough_to_add_shards() {
    let mut minutes = quiet(percent(100));
    minutes[QUIET - 3] = percent(300);
    assert_eq!(decided(4, &minutes, &Past::default()), Decision::Out(8));
    minutes[QUIET - 3] = percent(360);
    assert_eq!(decided(5, &minutes, &Past::default()), Decision::Out(8));
    assert_eq!(decided(6, &quiet(percent(430)), &Past::default()), Decision::Out(9));
    minutes[QUIET - 3] = percent(480);
    assert_eq!(
        decided(5, &minutes, &Past::default()),
        Decision::Out(10),
        "it is full, and may have refused any number"
    );
    minutes.rotate_left(QUIET - 10);
    assert_eq!(decided(4, &minutes, &Past::default()), Decision::Stay, "it is over");
}

#[test]
fn a_quiet_hour_takes_shards_away() {
    assert_eq!(decided(8, &quiet(percent(10)), &Past::default()), Decision::In(4));
    assert_eq!(decided(10, &quiet(percent(300)), &Past::default()), Decision::In(6));
    assert_eq!(decided(10, &quiet(percent(350)), &Past::default()), Decision::Stay, "three of ten are not worth it");
    assert_eq!(decided(3, &quiet(percent(10)), &Past::default()), Decision::In(2));
    assert_eq!(decided(2, &quiet(percent(0)), &Past::default()), Decision::Stay);
    assert_eq!(decided(8, &quiet(percent(0))[1..], &Past::default()), Decision::Stay, "it is too young");
    let mut minutes = quiet(percent(10));
    minutes[0] = percent(500);
    assert_eq!(decided(8, &minutes, &Past::default()), Decision::Stay, "it was busy an hour ago");
}

#[test]
fn what_the_stage_says_now_is_kept_to() {
    assert_eq!(decided(1, &[], &Past::default()), Decision::Out(2));
    assert_eq!(decided(40, &[], &Past::default()), Decision::In(20));
    assert_eq!(decided(20, &[], &Past::default()), Decision::In(16));
}

#[test]
fn operations_are_kept_for_adding_shards() {
    // From 4 to 16 it takes two.
    assert_eq!(decided(8, &quiet(percent(10)), &after(7)), Decision::In(4));
    assert_eq!(decided(8, &quiet(percent(10)), &after(8)), Decision::Spare);
    // With two left, 11 can still become 16; with one left, half as many again would be the end.
    assert_eq!(decided(7, &quiet(percent(500)), &after(8)), Decision::Out(11));
    assert_eq!(decided(7, &quiet(percent(500)), &after(9)), Decision::Out(14));
    assert_eq!(decided(8, &quiet(percent(600)), &after(9)), Decision::Out(16));
    assert_eq!(decided(8, &quiet(percent(600)), &after(10)), Decision::Exhausted);
}

/// Settings, and so many shards within them.
fn settings() -> impl Strategy<Value = (Settings, u32)> {
    (1..=500_u32, 10..=90_u32)
        .prop_flat_map(|(max, target_percent)| (1..=max, Just(max), Just(target_percent)))
        .prop_map(|(min, max, target_percent)| Settings { min, max, target_percent })
        .prop_flat_map(|settings| (Just(settings), settings.min..=settings.max))
}

/// Decides every five minutes, and does it. What was decided, in order, with the minute and the shards before.
fn course(settings: Settings, mut shards: u32, traffic: &[Minute]) -> Vec<(i64, u32, Decision)> {
    let mut text = String::new();
    let mut course = Vec::new();
    for now in (0..=traffic.len()).step_by(5) {
        let minute = i64::try_from(now).unwrap();
        let past = Past::read(&text, minute);
        let minutes = &traffic[now.saturating_sub(QUIET)..now];
        let decision = decide(settings, &Seen { shards, minutes, past: &past });
        course.push((minute, shards, decision));
        if let Decision::Out(to) | Decision::In(to) = decision {
            shards = to;
            text = past.and(minute).to_string();
        }
    }
    course
}

proptest! {
    #[test]
    fn a_step_is_within_the_bounds_and_at_most_doubles_or_halves(
        (settings, _) in settings(),
        shards in 1..=2_000_u32,
        minutes in prop::collection::vec((0..=u64::MAX, 0..=u64::MAX), 0..80),
        operations in 0..=10_i64,
    ) {
        let minutes: Vec<_> = minutes.into_iter().map(|(bytes, records)| Minute { bytes, records }).collect();
        let past = after(operations);
        let (Decision::Out(to) | Decision::In(to)) = decide(settings, &Seen { shards, minutes: &minutes, past: &past })
        else { return Ok(()) };
        prop_assert!(past.left() > 0 && to != shards);
        prop_assert!(to <= shards * 2 && to >= shards.div_ceil(2), "{shards} to {to}");
        // What is outside of the bounds gets nearer to them.
        prop_assert!(to <= settings.max.max(shards) && to >= settings.min.min(shards), "{shards} to {to}");
        prop_assert!((settings.min..=settings.max).contains(&to) || shards < settings.min || shards > settings.max);
    }

    #[test]
    fn constant_traffic_is_settled_and_stays_so((settings, shards) in settings(), load in 0..=60_000_u64) {
        let course = course(settings, shards, &vec![percent(load); 24 * 60]);
        let steps: Vec<_> = course.iter().map(|(_, _, decision)| *decision).collect();
        let ins = steps.iter().position(|step| matches!(step, Decision::In(_)));
        let outs = steps.iter().rposition(|step| matches!(step, Decision::Out(_)));
        prop_assert!(ins.is_none() || outs.is_none_or(|out| Some(out) < ins), "shards taken away and added again: {steps:?}");
        prop_assert!(!matches!(steps.last(), Some(Decision::Out(_) | Decision::In(_))), "{steps:?}");
    }

    #[test]
    fn no_course_of_traffic_leaves_it_without_an_operation(
        (settings, shards) in settings(),
        loads in prop::collection::vec((0..=120_u64, 1..=90_usize), 1..120),
    ) {
        // Three days and more, up to full at the maximum and beyond.
        let full = |load: u64| percent(load * u64::from(settings.max));
        let traffic: Vec<_> = loads.iter().flat_map(|(load, minutes)| vec![full(*load); *minutes]).collect();
        let course = course(settings, shards, &traffic);
        prop_assert!(!course.iter().any(|(_, _, decision)| *decision == Decision::Exhausted));
        let times: Vec<_> = course
            .iter()
            .filter(|(_, _, decision)| matches!(decision, Decision::Out(_) | Decision::In(_)))
            .map(|(minute, ..)| *minute)
            .collect();
        for window in times.windows(OPERATIONS + 1) {
            prop_assert!(window[OPERATIONS] - window[0] > 24 * 60, "more than Kinesis allows: {times:?}");
        }
    }
}
