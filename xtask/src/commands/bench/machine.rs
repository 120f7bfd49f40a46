//! The machine that was measured on, and how much else it did meanwhile.

use serde::Serialize;
use std::fmt;
use std::fs;
use std::num::NonZero;
use std::thread;

#[derive(Debug, Serialize)]
pub(super) struct Machine {
    processor: String,
    processors: usize,
    memory_gb: f64,
    /// How many threads wanted a processor, over a minute: when it began, and when it ended.
    load_before: f64,
    load_after: f64,
}

impl Machine {
    pub(super) fn now() -> Self {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let value = |text: &str, key: &str| {
            let line = text.lines().find(|line| line.starts_with(key))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = value(&text("/proc/meminfo"), "MemTotal");
        let memory_kb: f64 = memory.and_then(|kb| kb.trim_end_matches("kB").trim().parse().ok()).unwrap_or_default();
        let load = load();
        Self {
            processor: value(&text("/proc/cpuinfo"), "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            processors: thread::available_parallelism().map_or(1, NonZero::get),
            memory_gb: memory_kb / 1_048_576.0,
            load_before: load,
            load_after: load,
        }
    }

    pub(super) fn until_now(self) -> Self {
        Self { load_after: load(), ..self }
    }
}

fn load() -> f64 {
    let told = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split_whitespace().next().and_then(|minute| minute.parse().ok()).unwrap_or_default()
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, processors, memory_gb, load_before, load_after } = self;
        writeln!(
            f,
            "on {processors} processors ({processor}) and {memory_gb:.0} GB, at a load of {load_before} before and {load_after} after"
        )?;
        write!(f, "trust ratios and processor time; what else the machine does shows in the rest")
    }
}
