//! What AWS refused, as a failure with its remedy; and an operation that ended badly, or out of our sight.

use crate::cloud::{Answer, CloudError, Fault, StackState, StackStatus};
use crate::failure::{Exit, Failure, Outcome};
use crate::follow::Follower;
use crate::reason;

/// What to do where nothing answers.
pub const CHECK_THE_NETWORK: &str =
    "check the network; behind a proxy set HTTPS_PROXY, and NO_PROXY=127.0.0.1,localhost for the local stage";

/// Turns a refused call into a [`Failure`], with the words for what was being done.
pub trait Asked<T> {
    fn asked(self, what: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T> Asked<T> for Answer<T> {
    fn asked(self, what: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|error| refused(what(), &error))
    }
}

/// A call that was refused before anything was begun.
fn refused(what: String, error: &CloudError) -> Failure {
    let failure = Failure::new(what).because(error);
    match error.fault {
        Fault::Denied => failure.hint(match reason::remedy(&error.message) {
            Some(remedy) => remedy,
            None => format!("allow these credentials {}", error.call),
        }),
        Fault::Expired => failure
            .hint("what was begun goes on in AWS; sign in again and run the same command to follow")
            .exit(Exit::StillRunning),
        Fault::NoCredentials => failure.hint("sign in, for example with 'aws sso login', and set AWS_PROFILE"),
        Fault::NotFound => failure.hint("deploy the stage first; 'deploy' without --only brings up all that it needs"),
        Fault::Unreachable => failure.hint(CHECK_THE_NETWORK),
        Fault::WrongState | Fault::Overtaken => match reason::remedy(&error.message) {
            Some(remedy) => failure.hint(remedy),
            None => failure.hint("somebody else changed it meanwhile: look at it, and run the same command again"),
        }
        .exit(Exit::Decision),
        Fault::Throttled | Fault::Exists | Fault::Other => match reason::remedy(&error.message) {
            Some(remedy) => failure.hint(remedy),
            None => failure.hint("run the same command again; it goes on from where things stand"),
        },
    }
}

/// An operation was begun, and can be followed no longer. It goes on in AWS.
pub(crate) fn lost_sight(stage: &str, follower: &Follower, stack: &str, error: &CloudError) -> Failure {
    let failure = Failure::new(format!("stage {stage}: lost sight of stack {stack}")).because(error);
    still_running(failure, follower)
        .hint("what was begun goes on in AWS; with valid credentials, run the same command to follow it")
        .exit(Exit::StillRunning)
}

/// An operation was begun, and no event tells of its end, though the stack seems to be at rest.
pub(crate) fn unheard(stage: &str, stack: &str, now: StackStatus) -> Failure {
    let status = now.name();
    Failure::new(format!("stage {stage}: nothing is heard of what was begun on stack {stack}, which is {status}"))
        .since("AWS shows the events of an operation late, or not at all")
        .hint("what was begun goes on in AWS; run the same command again to follow it")
        .exit(Exit::StillRunning)
}

/// An operation ended, but not as it should.
pub(crate) fn ended_badly(stage: &str, follower: &Follower, ended: &StackState) -> Failure {
    let (name, status) = (&ended.name, ended.status.name());
    let mut failure = Failure::new(format!("stage {stage}: stack {name} ended as {status}"));
    match reason::root_cause(follower.failures()) {
        Some(cause) => {
            let reason = cause.reason.as_deref().unwrap_or("AWS gives no reason");
            failure = failure.since(format!("{} ({}): {reason}", cause.logical_id, cause.kind));
            if let Some(remedy) = reason::remedy(reason) {
                failure = failure.hint(remedy);
            }
        }
        None => failure = failure.since(ended.reason.as_deref().unwrap_or("AWS gives no reason")),
    }
    still_running(failure, follower).hint(format!("after mending it: cargo xtask deploy --stage {stage}"))
}

fn still_running(failure: Failure, follower: &Follower) -> Failure {
    let running = follower.running();
    if running.is_empty() { failure } else { failure.since(format!("still going on: {}", running.join(", "))) }
}
