//! Random schedules: two functions at once, files delivered twice and in any order, calls that fail, functions that die,
//! time that passes. Each file is loaded once, and none is said to be that is not. Of what is given up in the end somebody
//! was told, and of nothing else.

use runtime::{
    Handler, QueueResponse,
    testing::{Dice, MemoryItems, MemoryNotices, MemoryObjects, Upsets, Watch, queue_event, received, told},
};
use std::{
    collections::BTreeSet,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    rc::Rc,
    sync::LazyLock,
    task::{Context, Poll, Waker},
};
use warehouse::{Load, Target};

use crate::{
    handle::{Loader, Ports},
    testing::{Clock, MemoryWarehouse, SECONDS, SharedItems, Tables, env, file, uri},
};

/// What is in it does not matter here.
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| file(Target::Flats, 1));

type Invocation<'a> = Pin<Box<dyn Future<Output = (Vec<usize>, QueueResponse)> + 'a>>;

/// Polls whichever the dice say, until all are done.
fn at_once(mut running: Vec<Invocation<'_>>, dice: &mut Dice) -> Vec<(Vec<usize>, QueueResponse)> {
    let mut context = Context::from_waker(Waker::noop());
    let mut done = Vec::new();
    while !running.is_empty() {
        let which = dice.below(running.len());
        if let Poll::Ready(answer) = running[which].as_mut().poll(&mut context) {
            done.push(answer);
            drop(running.swap_remove(which));
        }
    }
    done
}

fn schedule(seed: u64) {
    let mut dice = Dice::new(seed);
    let uris: Vec<String> = (0..=dice.below(4)).map(|hour| uri(Target::ALL[hour % 3], hour)).collect();
    let percent = [0, 5, 20, 40][dice.below(4)];
    let (tables, items, clock) = (Rc::new(Tables::default()), Rc::new(MemoryItems::default()), Clock::default());
    let tries = [3, 1_000][dice.below(2)];
    let upsets: Vec<Rc<Upsets>> =
        (0..2).map(|_| Rc::new(Upsets::default().by_chance(Dice::new(dice.throw()), percent))).collect();
    let notices: Vec<Rc<MemoryNotices>> =
        upsets.iter().map(|upsets| Rc::new(MemoryNotices::new(Rc::clone(upsets)))).collect();
    let functions: Vec<_> = upsets
        .iter()
        .zip(&notices)
        .map(|(upsets, notices)| {
            let objects = MemoryObjects::new(Rc::clone(upsets));
            for uri in &uris {
                objects.place(uri, &FILE);
            }
            let items = SharedItems { items: Rc::clone(&items), upsets: Rc::clone(upsets) };
            let warehouse = MemoryWarehouse { tables: Rc::clone(&tables), upsets: Rc::clone(upsets) };
            let ports = Ports { objects, items, notices: Rc::clone(notices) };
            Loader::new(env(tries), ports, warehouse, Watch::default(), clock.reader()).unwrap()
        })
        .collect();
    let id = |number: usize| {
        let told = told(&uris[number]);
        Load::of(&told.bucket, &told.key, told.state()).unwrap().id().to_owned()
    };
    let mut open: BTreeSet<usize> = (0..uris.len()).collect();
    let (mut times, mut given_up, mut unheard) = (vec![0; uris.len()], BTreeSet::new(), BTreeSet::new());
    for round in 0.. {
        assert!(round < 40, "files come again and again");
        if round == 6 {
            for upsets in &upsets {
                upsets.end();
            }
        }
        if open.is_empty() && round > 6 {
            break;
        }
        let before = times.clone();
        let mut running: Vec<Invocation<'_>> = Vec::new();
        for function in &functions {
            // What is in the queue, and now and then what was settled long ago.
            let mut numbers: Vec<usize> =
                (0..uris.len()).filter(|number| dice.percent(if open.contains(number) { 70 } else { 10 })).collect();
            // What is handed out for the last time is with nobody else meanwhile, and does not come again.
            let here = |number: &usize| times[*number] + 1 < tries || times[*number] == before[*number];
            numbers.retain(|number| times[*number] < tries && here(number));
            dice.shuffle(&mut numbers);
            let count = |number: &usize| {
                times[*number] += usize::from(open.contains(number));
                if open.contains(number) { times[*number] } else { 1 }
            };
            let counts: Vec<usize> = numbers.iter().map(count).collect();
            let event = queue_event(&numbers.iter().map(|number| told(&uris[*number])).collect::<Vec<_>>());
            let event = received(event, &counts);
            running.push(Box::pin(async move { (numbers, function.handle(event).await.unwrap().response) }));
        }
        let answers = at_once(running, &mut dice);
        let died = upsets.iter().map(|upsets| upsets.take_crash()).fold(false, |one, other| one | other);
        for (numbers, response) in answers {
            let failed: BTreeSet<&str> = response.failed().collect();
            for (place, number) in numbers.iter().enumerate() {
                let settled = !failed.contains(format!("message-{place}").as_str());
                assert!(!settled || tables.loads.borrow().contains_key(&id(*number)), "settled, and not loaded");
                // Whatever one that died has answered nobody hears.
                if settled && !died {
                    open.remove(number);
                }
            }
        }
        for number in open.iter().copied().filter(|number| times[*number] >= tries) {
            given_up.insert(number);
            if died {
                unheard.insert(number);
            }
        }
        open.retain(|number| !given_up.contains(number));
        clock.pass([1, i64::try_from(SECONDS).unwrap() + 1][dice.below(2)]);
    }
    let told: BTreeSet<String> = notices.iter().flat_map(|notices| notices.objects()).collect();
    for (number, uri) in uris.iter().enumerate() {
        let entry = items.all().into_iter().find(|entry| entry["object"] == uri.as_str());
        let loaded = entry.as_ref().is_some_and(|entry| entry["state"] == "loaded" && entry["rows"] == 1);
        if given_up.contains(&number) {
            assert!(told.contains(uri) || unheard.contains(&number), "nobody was told of {uri}");
        } else {
            assert!(tables.loads.borrow().contains_key(&id(number)) && loaded, "{entry:?}");
            assert!(!told.contains(uri), "somebody was told of {uri}, which was settled");
        }
    }
    assert!(items.all().len() <= uris.len());
}

fn schedules(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        if let Err(failure) = catch_unwind(AssertUnwindSafe(|| schedule(seed))) {
            eprintln!("the schedule of seed {seed} failed");
            resume_unwind(failure);
        }
    }
}

#[test]
fn five_thousand_schedules_load_each_file_once() {
    schedules(0..5_000);
}

#[test]
fn five_thousand_more_schedules_load_each_file_once() {
    schedules(5_000..10_000);
}
