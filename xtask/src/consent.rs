//! Asks a person before an account is changed.

use stacks::stage::{Platform, Stage};
use std::io::{self, IsTerminal};

use crate::progress::say;
use engine::failure::{Context, Exit, Failure, Outcome};

/// Asks the question, to be answered with one of the words. `command` is what goes ahead without asking.
///
/// A laptop's own emulator needs nobody's consent; an account does.
pub(crate) fn ask(stage: &Stage, given: bool, question: &str, yes: &[&str], command: &str) -> Outcome {
    if given || stage.platform == Platform::Emulator {
        return Ok(());
    }
    let undecided = |why: &str| {
        Failure::new(format!("stage {} was left as it is: {why}", stage.name))
            .hint(format!("to go ahead: cargo xtask {command} --stage {} --yes", stage.name))
            .exit(Exit::Decision)
    };
    if !can_ask() {
        return Err(undecided("this needs a yes, and there is no terminal to ask on"));
    }
    if yes.contains(&answer(question)?.trim()) { Ok(()) } else { Err(undecided("nobody said yes")) }
}

/// Whether somebody is there to be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal()
}

/// A question that only a yes answers.
pub(crate) fn says_yes(question: &str) -> bool {
    answer(question).is_ok_and(|answer| ["y", "Y", "yes"].contains(&answer.trim()))
}

fn answer(question: &str) -> Outcome<String> {
    say(question);
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).failing(|| "cannot read the answer".to_owned())?;
    Ok(answer)
}
