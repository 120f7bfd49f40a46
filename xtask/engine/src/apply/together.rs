//! Several pieces of work at the same time, none of which is given up because another one fails.

use crate::failure::{Exit, Failure, Outcome};

/// Waits for all of them, whatever becomes of each; then the first failure counts, with what else failed.
pub(super) async fn all<T>(works: impl IntoIterator<Item = impl Future<Output = Outcome<T>>>) -> Outcome<Vec<T>> {
    let mut done = Vec::new();
    let mut failures = Vec::new();
    for end in futures_util::future::join_all(works).await {
        match end {
            Ok(result) => done.push(result),
            Err(failure) => failures.push(failure),
        }
    }
    joined(failures).map_or(Ok(done), Err)
}

/// The first of several failures, with what else failed.
pub(super) fn joined(failures: Vec<Failure>) -> Option<Failure> {
    let mut failures = failures.into_iter();
    let mut first = failures.next()?;
    for other in failures {
        // What goes on in AWS is the more urgent news.
        if other.exit == Exit::StillRunning {
            first = first.exit(Exit::StillRunning);
        }
        first = first.since(format!("beside it: {other}"));
    }
    Some(first)
}
