//! The sizes that a container of Fargate can have, and what a function can be instead.

use super::PULL;
use super::raw::{FargateCpu, RawPull};
use crate::stage::raw::Package;
use crate::stage::value::Within;
use crate::stage::{FunctionSize, Source, StageFault, or};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskSize {
    pub cpu: FargateCpu,
    pub memory_mb: u32,
    pub timeout_seconds: u32,
}

/// Memory that goes with each processor, from, to, and in steps of.
const fn memory(cpu: FargateCpu) -> (u32, u32, u32) {
    match cpu {
        FargateCpu::Quarter => (512, 2048, 512),
        FargateCpu::Half => (1024, 4096, 1024),
        FargateCpu::One => (2048, 8192, 1024),
        FargateCpu::Two => (4096, 16384, 1024),
        FargateCpu::Four => (8192, 30720, 1024),
    }
}

fn is_a_pair(cpu: FargateCpu, memory_mb: u32) -> bool {
    let (least, most, step) = memory(cpu);
    let odd_one = cpu == FargateCpu::Quarter && memory_mb == 1536;
    (least..=most).contains(&memory_mb) && memory_mb.is_multiple_of(step) && !odd_one
}

impl TaskSize {
    pub(super) fn check(raw: &RawPull, source: &Source) -> Result<Self, StageFault> {
        let cpu = or(raw.cpu.as_ref(), FargateCpu::default());
        let memory_mb = raw.memory_mb.as_ref().map_or(memory(cpu).0, |memory| memory.value.get());
        if let Some(written) = raw.memory_mb.as_ref().filter(|_| !is_a_pair(cpu, memory_mb)) {
            let (least, most, step) = memory(cpu);
            return Err(source.fault(
                &written.referenced,
                &format!("Fargate has no container with {} of processor and {memory_mb} MB", cpu.units()),
                &format!("write {least} to {most} in steps of {step}, or another 'cpu'"),
            ));
        }
        Ok(Self { cpu, memory_mb, timeout_seconds: or(raw.timeout_seconds.as_ref(), Within::of(3600)).get() })
    }

    /// The most memory that goes with a processor.
    pub(in crate::stage) fn most(cpu: FargateCpu) -> f64 {
        f64::from(memory(cpu).1)
    }

    /// The least memory of at least so many megabytes that goes with a processor.
    pub(in crate::stage) fn pair(cpu: FargateCpu, at_least: f64) -> u32 {
        let (least, most, step) = memory(cpu);
        let mut sizes = (least..=most).step_by(step as usize).filter(|size| is_a_pair(cpu, *size));
        sizes.find(|size| f64::from(*size) >= at_least - 1e-9).unwrap_or(most)
    }

    /// The smallest one with twice the memory, or as much as there is.
    #[must_use]
    pub fn larger(self) -> Self {
        let wanted = (2 * self.memory_mb).min(memory(FargateCpu::Four).1);
        let fits = |cpu: &FargateCpu| *cpu >= self.cpu && is_a_pair(*cpu, wanted);
        let cpu = FargateCpu::ALL.into_iter().find(fits).unwrap_or(FargateCpu::Four);
        Self { cpu, memory_mb: wanted, ..self }
    }
}

/// The longest that Lambda lets a function run, and the most memory that it gives it.
const FUNCTION_SECONDS: u32 = 900;
const FUNCTION_MB: u32 = 10240;

pub(super) fn as_function(raw: &RawPull, source: &Source) -> Result<FunctionSize, StageFault> {
    if let Some(cpu) = &raw.cpu {
        return Err(source.fault(
            &cpu.referenced,
            "a function's processor comes with its memory",
            "take 'cpu' out, or write 'runs_on: fargate'",
        ));
    }
    let timeout_seconds = or(raw.timeout_seconds.as_ref(), Within::of(PULL.timeout_seconds)).get();
    let memory_mb = or(raw.memory_mb.as_ref(), Within::of(PULL.memory_mb)).get();
    for (written, value, most, what) in [
        (raw.timeout_seconds.as_ref().map(|it| it.referenced), timeout_seconds, FUNCTION_SECONDS, "seconds"),
        (raw.memory_mb.as_ref().map(|it| it.referenced), memory_mb, FUNCTION_MB, "MB"),
    ] {
        if let Some(at) = written.filter(|_| value > most) {
            return Err(source.fault(
                &at,
                &format!("a function has at most {most} {what}"),
                &format!("write {most} or less, or 'runs_on: fargate'"),
            ));
        }
    }
    Ok(FunctionSize { package: Package::Zip, memory_mb, timeout_seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_one_is_a_size_that_fargate_has() {
        for cpu in FargateCpu::ALL {
            let (least, most, step) = memory(cpu);
            for memory_mb in (least..=most).step_by(step as usize).filter(|mb| is_a_pair(cpu, *mb)) {
                let larger = TaskSize { cpu, memory_mb, timeout_seconds: 60 }.larger();
                assert!(is_a_pair(larger.cpu, larger.memory_mb), "{cpu:?} {memory_mb}: {larger:?}");
                assert!(larger.memory_mb >= (2 * memory_mb).min(30720));
            }
        }
    }
}
