//! This run among others: its name, whether another one is alive, and whether it was asked to stop.

use engine::lease::Holder;
use rustix::process::Pid;
use std::env;
use std::fs;

/// Who this run is. In CI that is a job, at a desk a person.
pub(super) fn me() -> Holder {
    let uname = rustix::system::uname();
    let host = uname.nodename().to_string_lossy().into_owned();
    let process = std::process::id();
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let user = set("GITHUB_ACTOR").or_else(|| set("USER")).or_else(|| set("LOGNAME"));
    let user = user.unwrap_or_else(|| "somebody".to_owned());
    let who = match set("GITHUB_RUN_ID") {
        Some(job) => format!("{user} in workflow run {job}"),
        None => format!("{user} on {host}, process {process}"),
    };
    Holder { run: format!("{process}-{:016x}", fastrand::u64(..)), who, host, process }
}

/// Told for certain only of this machine: a process that is gone is dead, and one of our own program is alive.
pub(super) fn is_alive(holder: &Holder, me: &Holder) -> Option<bool> {
    if holder.host != me.host {
        return None;
    }
    let pid = i32::try_from(holder.process).ok().and_then(Pid::from_raw)?;
    if rustix::process::test_kill_process(pid).is_err_and(|error| error == rustix::io::Errno::SRCH) {
        return Some(false);
    }
    // Another program may have got the number since. Where that cannot be told, signs of life will tell.
    let program = |process: &str| fs::read_to_string(format!("/proc/{process}/comm")).ok();
    match (program(&holder.process.to_string()), program("self")) {
        (Some(theirs), Some(ours)) => Some(theirs == ours),
        _ => None,
    }
}

/// Ends when somebody presses Ctrl-C, or a job is stopped.
pub(super) async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_this_machine_is_known_to_be_alive_or_dead() {
        let me = me();
        assert_eq!(is_alive(&me, &me), Some(true));
        // No system gives numbers this high.
        let dead = Holder { process: 2_000_000_000, ..me.clone() };
        assert_eq!(is_alive(&dead, &me), Some(false));
        let elsewhere = Holder { host: "elsewhere".to_owned(), ..me.clone() };
        assert_eq!(is_alive(&elsewhere, &me), None);
        // The first process is some other program.
        let other = Holder { process: 1, ..me.clone() };
        assert_ne!(is_alive(&other, &me), Some(true));
    }
}
