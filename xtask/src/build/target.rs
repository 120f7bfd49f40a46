//! What a function is compiled for.

use goblin::elf::header::{EM_AARCH64, EM_X86_64};
use stacks::stage::Architecture;

/// A machine in Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    /// As rustc calls it.
    pub(super) triple: &'static str,
    /// As templates call it.
    pub(super) name: &'static str,
    /// As the header of a binary states it.
    pub(super) machine: u16,
    /// What Lambda's machines of this architecture can all do.
    pub(super) cpu: &'static str,
}

impl Target {
    pub(super) const fn of(architecture: Architecture) -> Self {
        let name = architecture.name();
        match architecture {
            Architecture::Arm64 => {
                Self { triple: "aarch64-unknown-linux-gnu", name, machine: EM_AARCH64, cpu: "neoverse-n1" }
            }
            Architecture::X86_64 => {
                Self { triple: "x86_64-unknown-linux-gnu", name, machine: EM_X86_64, cpu: "haswell" }
            }
        }
    }

    /// For a place where there is not even a C library.
    pub(super) const fn without_library(architecture: Architecture) -> Self {
        let triple = match architecture {
            Architecture::Arm64 => "aarch64-unknown-linux-musl",
            Architecture::X86_64 => "x86_64-unknown-linux-musl",
        };
        Self { triple, ..Self::of(architecture) }
    }
}
