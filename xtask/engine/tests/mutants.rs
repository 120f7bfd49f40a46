//! Engines that are broken on purpose: the programme has to catch each of them. The engine is copied once with all the
//! mistakes in it, each behind a number; the environment says which of them is made.

#[cfg(test)]
#[path = "mutants/copy.rs"]
mod copy;
#[cfg(test)]
#[path = "mutants/mistakes.rs"]
mod mistakes;

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use mistakes::MISTAKES;

/// What came of one engine.
enum Verdict {
    Caught(String),
    Clean,
    Broken(String),
}

#[test]
fn every_mistake_is_caught_by_the_programme() {
    let programme = copy::build(MISTAKES);
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let name = match number {
                0 => "the engine as it is",
                _ => match MISTAKES.get(number - 1) {
                    Some(mistake) => mistake.name,
                    None => return,
                },
            };
            let verdict = probe(&programme, number);
            match &verdict {
                Verdict::Caught(fault) => println!("{name}: {}", fault.lines().next().unwrap_or_default()),
                Verdict::Clean => println!("{name}: nothing is found"),
                Verdict::Broken(how) => println!("{name}: {how}"),
            }
            let expected =
                if number == 0 { matches!(verdict, Verdict::Clean) } else { matches!(verdict, Verdict::Caught(_)) };
            if !expected {
                wrong.lock().unwrap().push(name);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "not as they should be: {wrong:?}");
}

/// Runs the programme with one of the mistakes, or with none for 0.
fn probe(programme: &Path, number: usize) -> Verdict {
    let run = match Command::new(programme).env("MUTANT", number.to_string()).output() {
        Ok(run) => run,
        Err(error) => return Verdict::Broken(error.to_string()),
    };
    match run.status.code() {
        Some(0) => Verdict::Clean,
        Some(1) => Verdict::Caught(String::from_utf8_lossy(&run.stdout).into_owned()),
        _ => Verdict::Broken(format!("{}: {}", run.status, String::from_utf8_lossy(&run.stderr))),
    }
}
