//! A day of traffic, and what ways of giving a stream its shards make of it.

use clap::{Args, ValueEnum};
use engine::failure::{Failure, Outcome};
use serde::Serialize;
use shards::Settings;
use std::fmt;
use traffic::{Compared, MOST_SHARDS, Policy, Scaling, Shape, compare};

use crate::output::Form;
use crate::progress::Task;
use crate::project::Project;
use crate::stages;
use stacks::stage::Capacity;

/// Simulate a day of traffic: what a stream with autoscaling refuses and costs, beside fixed and perfect numbers of shards
///
/// The decisions are those of the function autoscale-shards itself. The day before was the same day. Records are of 1,000
/// bytes; what is refused is not offered again. Shards differ by up to a tenth in what comes to them; a reshard takes 30 s and
/// 5 s for each shard more or less; CloudWatch tells of a minute one minute late. Perfect foresight knows the day, keeps to the
/// same bounds and limits, and changes at once: nobody does better.
#[derive(Debug, Args)]
pub(crate) struct Traffic {
    /// Scale as this stage does: a file in environments/, without its ending
    #[arg(long, value_name = "NAME", conflicts_with_all = ["min", "max", "target", "every"])]
    stage: Option<String>,
    /// The fewest shards
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SHARDS)))]
    min: u32,
    /// The most shards, which the busiest second of each shape is meant for
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SHARDS)))]
    max: u32,
    /// How full a shard should be at most
    #[arg(long, value_name = "PERCENT", default_value_t = 70, value_parser = clap::value_parser!(u32).range(10..=90))]
    target: u32,
    /// How often the function looks, besides when an alarm tells
    #[arg(long, value_name = "MINUTES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=60))]
    every: u32,
    /// One shape only
    #[arg(long, value_name = "SHAPE")]
    shape: Option<Wanted>,
    /// Makes the same day again
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Wanted {
    Ramp,
    Spike,
    Quiet,
    Diurnal,
    HotKey,
    Mix,
}

#[derive(Debug, Serialize)]
struct TrafficReport {
    min_shards: u32,
    max_shards: u32,
    first_shards: u32,
    target_percent: u32,
    every_minutes: u32,
    seed: u64,
    days: Vec<Compared>,
}

impl Traffic {
    pub(super) fn run(&self) -> Outcome {
        let scaling = self.scaling()?;
        let shapes = self.shape.map_or_else(|| Shape::ALL.to_vec(), |wanted| vec![wanted.shape()]);
        let task = Task::of("simulating days of traffic", shapes.len() as u64);
        let day = |shape| {
            let compared = compare(shape, &scaling, self.seed);
            task.advance(1);
            compared
        };
        let days = shapes.into_iter().map(day).collect();
        drop(task);
        let Scaling { settings: Settings { min, max, target_percent }, first, every_minutes } = scaling;
        let report = TrafficReport {
            min_shards: min,
            max_shards: max,
            first_shards: first,
            target_percent,
            every_minutes,
            seed: self.seed,
            days,
        };
        Form::json_if(self.json).tell(&report)
    }

    fn scaling(&self) -> Outcome<Scaling> {
        let Some(name) = &self.stage else {
            if self.min > self.max {
                return Err(Failure::invalid(format!("--min {} is more than --max {}", self.min, self.max)));
            }
            let settings = Settings { min: self.min, max: self.max, target_percent: self.target };
            return Ok(Scaling { settings, first: self.min, every_minutes: self.every });
        };
        let stage = stages::load(&Project::find()?, name)?;
        let capacity = stage.pipelines.taxi.map(|taxi| taxi.capacity);
        let Some(Capacity::Provisioned { shards, autoscale: Some(autoscale) }) = capacity else {
            return Err(Failure::invalid(format!("stage {name} has no stream that is scaled")).hint(
                "give pipelines.taxi.stream an 'autoscale' with min_shards and max_shards, or leave --stage away",
            ));
        };
        if autoscale.max_shards > MOST_SHARDS {
            let most = autoscale.max_shards;
            return Err(Failure::invalid(format!("up to {most} shards are too many to be simulated"))
                .hint(format!("simulate a part of them: --min N --max {MOST_SHARDS}")));
        }
        let settings =
            Settings { min: autoscale.min_shards, max: autoscale.max_shards, target_percent: autoscale.target_percent };
        Ok(Scaling { settings, first: shards, every_minutes: autoscale.every_minutes })
    }
}

impl Wanted {
    const fn shape(self) -> Shape {
        match self {
            Self::Ramp => Shape::Ramp,
            Self::Spike => Shape::Spike,
            Self::Quiet => Shape::Quiet,
            Self::Diurnal => Shape::Diurnal,
            Self::HotKey => Shape::HotKey,
            Self::Mix => Shape::Mix,
        }
    }
}

impl fmt::Display for TrafficReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min_shards, max_shards, first_shards, target_percent, every_minutes, .. } = self;
        writeln!(
            f,
            "{min_shards} to {max_shards} shards, {first_shards} at first, {target_percent} % full at most, looked at every \
             {every_minutes} min\n"
        )?;
        let title = ["shape", "policy", "throttled records", "shard-hours", "operations", "shards"];
        let [shape, policy, throttled, hours, operations, shards] = title;
        writeln!(f, "{shape:<8}  {policy:<17}  {throttled:>20}  {hours:>11}  {operations:>10}  {shards:>6}")?;
        for day in &self.days {
            for outcome in &day.outcomes {
                // The first line of a day names it.
                let shape = if outcome.policy == Policy::Peak { day.shape.name() } else { "" };
                let throttled = match outcome.throttled {
                    0 => "0".to_owned(),
                    some => format!("{} ({:.2} %)", spaced(some), outcome.throttled_percent),
                };
                let shards = match (outcome.fewest_shards, outcome.most_shards) {
                    (fewest, most) if fewest == most => fewest.to_string(),
                    (fewest, most) => format!("{fewest}-{most}"),
                };
                writeln!(
                    f,
                    "{shape:<8}  {:<17}  {throttled:>20}  {:>11.1}  {:>10}  {shards:>6}",
                    outcome.policy.name(),
                    outcome.shard_hours,
                    outcome.operations,
                )?;
            }
        }
        Ok(())
    }
}

/// With a comma after each thousand.
fn spaced(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(shape: Shape) -> TrafficReport {
        let settings = Settings { min: 1, max: 4, target_percent: 70 };
        let scaling = Scaling { settings, first: 2, every_minutes: 5 };
        let days = vec![compare(shape, &scaling, 1)];
        TrafficReport {
            min_shards: 1,
            max_shards: 4,
            first_shards: 2,
            target_percent: 70,
            every_minutes: 5,
            seed: 1,
            days,
        }
    }

    #[test]
    fn the_table_has_a_line_for_each_policy() {
        let report = report(Shape::Ramp);
        let text = report.to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 7, "{text}");
        assert!(lines[3].starts_with("ramp      fixed at the peak "), "{text}");
        assert!(lines[6].starts_with("          autoscale-shards "), "{text}");
        let widths: Vec<_> = lines[2..].iter().map(|line| line.len()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["days"][0]["outcomes"][3]["policy"], "autoscale");
        assert_eq!(json["days"][0]["shape"], "ramp");
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(spaced), ["0", "999", "1,000", "1,234,567"]);
    }
}
