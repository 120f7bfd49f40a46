//! Every status that a stack can be found in, and every command: 24 × 5 cells, each with what has to come of it.

use std::cell::RefCell;
use std::rc::Rc;

use super::bench::Bench;
use super::report::Scenario;
use super::stage::{FIRST, LARGER, STACKS, stage};
use crate::cloud::{StackStatus as S, Standing};
use crate::failure::{Exit, Outcome};
use crate::sim::{FewSchemas, Weather};
use crate::target::{Target, Wishes};

/// The stack that is put into each status.
const STACK: &str = STACKS[1];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Plan,
    Deploy,
    Destroy,
    Status,
    Copy,
}

const COMMANDS: [Command; 5] = [Command::Plan, Command::Deploy, Command::Destroy, Command::Status, Command::Copy];

/// What has to come of a command: its exit code, 0 for done.
fn expected(status: Option<S>, ours: bool, command: Command) -> u8 {
    let standing = status.map_or(Standing::Absent, S::standing);
    let clears_up = status.is_some_and(|status| status.name().contains("CLEANUP"));
    let another = standing == Standing::Busy && !ours && !clears_up;
    match command {
        Command::Status => 0,
        // A stage that is no copy is never changed by one; its other stacks stand in any case.
        Command::Copy => 3,
        Command::Plan | Command::Deploy => u8::from(standing == Standing::Stuck || another) * 3,
        Command::Destroy => u8::from(another) * 3,
    }
}

/// No cells, for a thread that leaves them to another.
pub(super) fn none() -> Vec<Scenario> {
    ["every status and command", "somebody else's operations"].map(Scenario::named).into()
}

/// Their seeds begin here; in hundreds the status, then the command, then whose operation it is.
const FIRST_SEED: u64 = 2_000_000_000;

/// The cells, with what goes on begun by an earlier run; and once more with somebody else's operations.
pub(super) fn cells() -> Vec<Scenario> {
    let standing = &standing();
    let (mut ours, mut theirs) =
        (Scenario::named("every status and command"), Scenario::named("somebody else's operations"));
    for (number, status) in (0..).zip(statuses()) {
        for (offset, command) in (0..).zip(COMMANDS) {
            let seed = FIRST_SEED + number * 100 + offset * 10;
            ours.note(seed, cell(&standing.again(seed), status, true, command));
            if status.is_some_and(|status| status.standing() == Standing::Busy) {
                theirs.note(seed + 1, cell(&standing.again(seed + 1), status, false, command));
            }
        }
    }
    vec![ours, theirs]
}

/// One of them with every call and answer; `None` where the seed is none of theirs.
pub(super) fn traced(seed: u64) -> Option<(Vec<String>, Result<(), String>)> {
    let digits = usize::try_from(seed.checked_sub(FIRST_SEED)?).ok()?;
    let (status, command) = (*statuses().get(digits / 100)?, *COMMANDS.get(digits / 10 % 10)?);
    let bench = standing().again(seed);
    let trace = Rc::new(RefCell::default());
    bench.world.borrow_mut().ledger.trace = Some(Rc::clone(&trace));
    let judged = cell(&bench, status, digits % 10 == 0, command);
    Some((trace.take(), judged))
}

fn standing() -> Bench {
    let bench = Bench::new(1, Rc::new(FewSchemas));
    // What cannot be set up shows in every cell.
    let _ = bench.calm("setup", &stage(FIRST));
    bench
}

fn statuses() -> Vec<Option<S>> {
    std::iter::once(None).chain(S::all().map(Some)).collect()
}

fn cell(bench: &Bench, status: Option<S>, ours: bool, command: Command) -> Result<(), String> {
    let now = bench.clock.now();
    let token = if ours { "millrace-1-0123456789abcdef" } else { "console" };
    bench.world.borrow_mut().bring_into(now, STACK, status.unwrap_or(S::DeleteComplete), token);
    if status.is_none() {
        bench.world.borrow_mut().stacks.retain(|stack| stack.state.name != STACK);
    }
    let begun = bench.world.borrow().ledger.begun.clone();
    let name = status.map_or("absent", S::name);
    let target = stage(LARGER);
    let (code, told) = run(bench, command, &target);
    let wrong = |what: &str| Err(format!("{name}, {command:?}: {what}; exit {code}: {told}"));
    if code != expected(status, ours, command) {
        return wrong("not what was expected");
    }
    let touched = bench.world.borrow().ledger.begun != begun;
    if touched && (code == 3 || matches!(command, Command::Plan | Command::Status)) {
        return wrong("something was begun all the same");
    }
    if code == 3 && !told.contains("next:") {
        return wrong("it does not say what to do next");
    }
    let world = bench.world.borrow();
    let after = world.stack(STACK).map(|stack| stack.state.status.standing());
    let as_it_should = match (command, code) {
        (Command::Deploy, 0) => after == Some(Standing::Settled),
        (Command::Destroy, 0) => after.is_none(),
        _ => true,
    };
    drop(world);
    if !as_it_should {
        return wrong("the stack does not stand as it should");
    }
    let faults = bench.faults(&[]);
    if faults.is_empty() { Ok(()) } else { wrong(&faults.join("; ")) }
}

fn run(bench: &Bench, command: Command, target: &Target) -> (u8, String) {
    let wishes = Wishes::default();
    match command {
        Command::Plan => {
            let plan = bench.plan(target, &wishes);
            told(plan.and_then(|plan| plan.decided(&wishes)))
        }
        Command::Deploy => told(bench.calm("only", target).map(drop)),
        Command::Copy => {
            let copy = Target { copy_of: Some("staging".to_owned()), ..target.clone() };
            told(bench.calm("only", &copy).map(drop))
        }
        Command::Destroy => {
            let (end, _) = bench.destroy("only", &stage(FIRST), &wishes, Weather::default());
            end.map_or((255, "it does not end".to_owned()), |end| told(end.map(drop)))
        }
        Command::Status => told(bench.status(target).map(drop)),
    }
}

fn told(outcome: Outcome) -> (u8, String) {
    match outcome {
        Ok(()) => (0, String::new()),
        Err(failure) => (if failure.exit == Exit::Decision { 3 } else { failure.exit as u8 }, failure.to_string()),
    }
}
