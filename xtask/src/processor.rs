//! Processor time, as Linux counts it.

use std::fs;
use std::time::Duration;

/// Ticks in a second of the kernel's clock, on every Linux that we run on.
const TICKS: f64 = 100.0;

/// What all processes took that this one has waited for, with theirs.
pub(crate) fn of_children() -> Duration {
    ticks(&fs::read_to_string("/proc/self/stat").unwrap_or_default(), 13, 2)
}

/// How long this process has been there: with `cargo run`, from when cargo began to build it, since cargo turns into it.
pub(crate) fn alive() -> Duration {
    let uptime = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let uptime = uptime.split_whitespace().next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
    let started = ticks(&fs::read_to_string("/proc/self/stat").unwrap_or_default(), 19, 1);
    Duration::try_from_secs_f64(uptime).unwrap_or_default().saturating_sub(started)
}

/// The sum of some numbers of a process's line, counted from what follows its name, which may have anything in it.
fn ticks(stat: &str, first: usize, count: usize) -> Duration {
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let numbers = after_name.split_whitespace().skip(first).take(count);
    Duration::from_secs_f64(numbers.filter_map(|number| number.parse::<f64>().ok()).sum::<f64>() / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn numbers_are_counted_from_behind_the_name() {
        let line = "7 (a) b (c) d) S 1 2 3 4 5 6 7 8 9 10 100 200 300 400 20 0 1 0 5000 1 2";
        assert_eq!(ticks(line, 11, 2), Duration::from_secs(3));
        assert_eq!(ticks(line, 13, 2), Duration::from_secs(7));
        assert_eq!(ticks(line, 19, 1), Duration::from_secs(50));
        assert_eq!(ticks("", 13, 2), Duration::ZERO);
    }

    #[test]
    fn what_a_child_took_is_counted_once_it_was_waited_for() {
        let before = of_children();
        let busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        assert!(Command::new("sh").args(["-c", busy]).status().unwrap().success());
        assert!(of_children() > before);
        assert!(alive() > Duration::ZERO);
    }
}
