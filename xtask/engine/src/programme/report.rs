//! What the programme tried, and what it found.

use serde::Serialize;
use std::fmt;

/// The table.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub schedules: u64,
    pub converged: u64,
    pub violations: u64,
    pub scenarios: Vec<Scenario>,
    pub elapsed_ms: u128,
}

/// One kind of schedules.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Scenario {
    pub name: String,
    pub schedules: u64,
    pub converged: u64,
    pub violations: u64,
    /// The seed of the first schedule that went wrong, to see it again.
    pub first_seed: Option<u64>,
    /// What went wrong in it.
    pub first_fault: Option<String>,
}

impl Scenario {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Notes how one schedule ended.
    pub fn note(&mut self, seed: u64, judged: Result<(), String>) {
        self.schedules += 1;
        match judged {
            Ok(()) => self.converged += 1,
            Err(fault) => {
                self.violations += 1;
                if self.first_seed.is_none_or(|first| seed < first) {
                    self.first_seed = Some(seed);
                    self.first_fault = Some(fault);
                }
            }
        }
    }

    /// Takes in what another thread found of the same scenario.
    pub fn join(&mut self, other: Self) {
        self.schedules += other.schedules;
        self.converged += other.converged;
        self.violations += other.violations;
        if other.first_seed.is_some_and(|seed| self.first_seed.is_none_or(|first| seed < first)) {
            self.first_seed = other.first_seed;
            self.first_fault = other.first_fault;
        }
    }
}

impl Report {
    pub fn of(scenarios: Vec<Scenario>, elapsed_ms: u128) -> Self {
        let sum = |of: fn(&Scenario) -> u64| scenarios.iter().map(of).sum();
        Self {
            schedules: sum(|s| s.schedules),
            converged: sum(|s| s.converged),
            violations: sum(|s| s.violations),
            scenarios,
            elapsed_ms,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.scenarios.iter().map(|scenario| scenario.name.len()).max().unwrap_or(0);
        writeln!(f, "{:<width$}  {:>9}  {:>9}  {:>10}", "scenario", "schedules", "converged", "violations")?;
        for scenario in &self.scenarios {
            let Scenario { name, schedules, converged, violations, .. } = scenario;
            write!(f, "{name:<width$}  {schedules:>9}  {converged:>9}  {violations:>10}")?;
            match scenario.first_seed {
                Some(seed) => writeln!(f, "  seed {seed}")?,
                None => writeln!(f)?,
            }
        }
        for scenario in &self.scenarios {
            if let (Some(seed), Some(fault)) = (scenario.first_seed, &scenario.first_fault) {
                writeln!(f, "\n{}, seed {seed}:\n{fault}", scenario.name)?;
            }
        }
        let Self { schedules, converged, violations, elapsed_ms, .. } = self;
        #[expect(clippy::cast_precision_loss, reason = "a time to read")]
        let seconds = *elapsed_ms as f64 / 1000.0;
        write!(f, "{schedules} schedules, {converged} converged, {violations} violations, in {seconds:.1} s")
    }
}
