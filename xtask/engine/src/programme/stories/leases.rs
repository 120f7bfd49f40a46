//! One deployer at a time, whoever dies, waits or falls asleep (fault 11).

use std::cell::RefCell;
use std::time::Duration;

use super::super::stage::{BUCKET, LARGEST, partly, stage};
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::apply::Deployed;
use crate::failure::{Exit, Outcome};
use crate::sim::{Upset, Weather};
use crate::target::{Target, Wishes};

/// Runs one deploy, and another as soon as the first holds the lease. When each ended, and how. Every other time, the first
/// does one thing after another, and takes so long that without a sign of life it would count as dead.
fn both(
    scene: &mut Scene<'_>,
    targets: [&Target; 2],
    wishes: &Wishes,
) -> Result<[(u64, Outcome<Deployed>); 2], String> {
    if !scene.way.is_multiple_of(2) {
        let half = &scene.grounds.half;
        scene.from(half);
        scene.change(|world| world.climate.slowness = 40);
    }
    let bench = &scene.bench;
    let ends = RefCell::new([None, None]);
    let first = bench.run("one", Weather::default());
    let second = bench.run("two", Weather::default());
    let work = futures_util::future::join(
        async {
            let end = first.deploy(bench, targets[0], &Wishes::default()).await;
            ends.borrow_mut()[0] = Some((bench.clock.now(), end));
        },
        async {
            while bench.world.borrow().holder(BUCKET).is_none() && ends.borrow()[0].is_none() {
                bench.clock.sleep(Duration::from_millis(20)).await;
            }
            let end = second.deploy(bench, targets[1], wishes).await;
            ends.borrow_mut()[1] = Some((bench.clock.now(), end));
        },
    );
    bench.clock.run(work);
    bench.clock.forget();
    match ends.into_inner() {
        [Some(one), Some(two)] => Ok([one, two]),
        _ => Err("one of two deployers does not end".to_owned()),
    }
}

/// The second is told who is at work.
pub(super) fn refuse_the_second(scene: &mut Scene<'_>) -> Verdict {
    let (larger, largest) = (scene.grounds.larger.clone(), stage(LARGEST));
    let [(one_ended, one), (two_ended, two)] = both(scene, [&larger, &largest], &Wishes::default())?;
    one.map_err(|failure| format!("the first failed: {failure}"))?;
    if two.is_ok() {
        ensure(two_ended > one_ended, || "the second did not wait for its turn".to_owned())?;
        return scene.stands_as(&largest);
    }
    failed(two, Exit::Decision, &["one on the bench", "--wait"])?;
    let began = scene.bench.world.borrow().ledger.began.iter().any(|(_, run)| run == "two");
    ensure(!began, || "the second began something".to_owned())?;
    scene.stands_as(&larger)
}

/// With `wait`, the second does its work afterwards.
pub(super) fn let_the_second_wait(scene: &mut Scene<'_>) -> Verdict {
    let (larger, largest) = (scene.grounds.larger.clone(), stage(LARGEST));
    let wishes = Wishes { wait: true, ..Wishes::default() };
    let [(one_ended, one), (_, two)] = both(scene, [&larger, &largest], &wishes)?;
    one.map_err(|failure| format!("the first failed: {failure}"))?;
    two.map_err(|failure| format!("the second failed: {failure}"))?;
    let early = scene.bench.world.borrow().ledger.began.iter().any(|(at, run)| run == "two" && *at < one_ended);
    ensure(!early, || "the second began before the first ended".to_owned())?;
    scene.stands_as(&largest)
}

/// One that died is followed by the next, at once on the same machine, after a silence on another.
pub(super) fn are_taken_from_the_dead(scene: &mut Scene<'_>) -> Verdict {
    let target = scene.grounds.larger.clone();
    let weather = Weather { upset: Some((20 + scene.way % 60, Upset::KilledAfter)), ..Weather::default() };
    scene.bench.deploy("dead", &target, &Wishes::default(), weather);
    let left = scene.bench.world.borrow().holder(BUCKET).is_some();
    scene.bench.rest();
    let run = scene.bench.run("next", Weather::default());
    let end = scene.bench.clock.run(run.deploy(&scene.bench, &target, &Wishes::default()));
    scene.bench.clock.forget();
    let end = end.ok_or("it does not end")?;
    let done = end.map_err(|failure| failure.to_string())?;
    let waits = left && !scene.bench.one_machine && done.plan.changes();
    ensure(run.waited() == waits, || format!("it waited: {}, and should: {waits}", run.waited()))?;
    scene.stands_as(&target)
}

/// One that slept while another took its lease begins nothing more.
pub(super) fn are_lost_asleep(scene: &mut Scene<'_>) -> Verdict {
    const SLEEP: u64 = 600_000;
    scene.bench.one_machine = false;
    let (larger, largest) = (scene.grounds.larger.clone(), stage(LARGEST));
    let weather = Weather { sleeps: Some((1 + scene.way % 90, SLEEP)), ..Weather::default() };
    let bench = &scene.bench;
    let sleeper = bench.run("sleeper", weather);
    let other = bench.run("other", Weather::default());
    let asleep = RefCell::new((0, false));
    let (plain, wishes) = (Wishes::default(), Wishes { wait: true, ..Wishes::default() });
    let work = futures_util::future::join(sleeper.deploy(bench, &larger, &plain), async {
        while sleeper.sim.asleep_until() == 0 && bench.clock.now() < SLEEP {
            bench.clock.sleep(Duration::from_millis(50)).await;
        }
        let held = bench.world.borrow().holder(BUCKET).as_deref() == Some("sleeper");
        asleep.replace((sleeper.sim.asleep_until(), held));
        other.deploy(bench, &largest, &wishes).await
    });
    let (slept, done) = bench.clock.run(work).ok_or("they do not end")?;
    bench.clock.forget();
    let (woke, held) = asleep.into_inner();
    if woke == 0 {
        return scene.sound(&[]);
    }
    if held {
        let late = |(at, run): &(u64, String)| run == "sleeper" && *at >= woke;
        let began = bench.world.borrow().ledger.began.iter().filter(|began| late(began)).count();
        ensure(began == 0, || format!("awake again, it began {began} operations"))?;
    }
    if let Err(failure) = &done {
        ensure(failure.exit == Exit::Decision, || format!("the other one failed: {failure}"))?;
    }
    drop(slept);
    scene.rough(&largest, &Wishes { wait: true, ..Wishes::default() })?;
    scene.bench.rest();
    scene.deployed(&largest)?;
    scene.stands_as(&largest)
}

/// Whoever comes after a run that has ended need not wait, whatever became of that run.
pub(super) fn are_given_back(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    scene.bench.one_machine = false;
    let target = match scene.way % 3 {
        0 => grounds.larger.clone(),
        1 => {
            let failing =
                crate::sim::Failing { logical_id: "Extra".to_owned(), times: 1, reason: "Resource limit exceeded" };
            scene.change(|world| world.climate.failing = vec![failing]);
            grounds.larger.clone()
        }
        _ => {
            scene.from(&grounds.empty);
            scene.bench.one_machine = false;
            partly(super::super::stage::FIRST, 2)
        }
    };
    let _ = scene.deploy(&target, &Wishes::default());
    let run = scene.bench.run("next", Weather::default());
    let end = scene.bench.clock.run(run.deploy(&scene.bench, &grounds.other_code, &Wishes::default()));
    scene.bench.clock.forget();
    let allowed = matches!(&end, Some(Ok(_))) || matches!(&end, Some(Err(failure)) if failure.exit == Exit::Decision);
    ensure(allowed, || "the next one failed".to_owned())?;
    ensure(!run.waited(), || "the next one waited for nobody".to_owned())
}
