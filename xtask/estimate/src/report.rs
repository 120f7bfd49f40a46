//! A bill, to be read: what runs by itself first, then what volumes cost, then sums.

use serde::Serialize;
use std::fmt;

use crate::HOURS;
use crate::costs::Estimate;
use crate::line::{How, Line};
use crate::money::{dollars, quantity};

/// A stage's bill, for a month or for some hours.
#[derive(Debug, Serialize)]
pub struct Report {
    pub stage: String,
    /// What volumes were taken from.
    pub volumes_from: String,
    /// Where it is asked what so many hours cost, such as of a copy.
    pub hours: Option<f64>,
    pub total: f64,
    pub running: f64,
    pub by_volume: f64,
    pub pipelines: Vec<Sum>,
    pub services: Vec<Sum>,
    pub assumptions: Vec<String>,
    #[serde(flatten)]
    pub estimate: Estimate,
}

#[derive(Debug, Serialize)]
pub struct Sum {
    pub name: String,
    pub amount: f64,
}

/// What is less is one line at the end.
const SHOWN: f64 = 0.01;

/// What no line has.
const LEFT_OUT: &str = "left out: free tiers, taxes, support, discounts, data that leaves AWS or crosses zones, snapshots \
                        that somebody takes, and whatever fails and is tried again";

impl Report {
    pub fn of(stage: &str, volumes_from: &str, hours: Option<f64>, mut estimate: Estimate) -> Self {
        let part = hours.map_or(1.0, |hours| hours / HOURS);
        for line in &mut estimate.lines {
            line.quantity *= part;
            line.monthly *= part;
        }
        let sums = |sums: Vec<(&str, f64)>| {
            sums.into_iter().map(|(name, amount)| Sum { name: name.to_owned(), amount }).collect::<Vec<_>>()
        };
        let (pipelines, services) = (sums(estimate.by(|line| &line.pipeline)), sums(estimate.by(|line| line.service)));
        let mut assumptions: Vec<_> = pipelines
            .iter()
            .filter_map(|sum| Some(format!("{}: {}", sum.name, estimate.volumes.told(&sum.name)?)))
            .collect();
        let Estimate { date, region, volumes, .. } = &estimate;
        assumptions.push(format!(
            "objects stay {} months and logs as long as their groups say; {} notices a month",
            quantity(volumes.kept_months),
            quantity(volumes.notices_per_month)
        ));
        assumptions.push(format!("prices of {region} as noted on {date}, on demand; a month has {HOURS} hours"));
        assumptions.push(LEFT_OUT.to_owned());
        Self {
            stage: stage.to_owned(),
            volumes_from: volumes_from.to_owned(),
            hours,
            total: estimate.monthly(),
            running: estimate.of(How::Running),
            by_volume: estimate.of(How::Volume),
            pipelines,
            services,
            assumptions,
            estimate,
        }
    }

    fn section(&self, f: &mut fmt::Formatter<'_>, how: How, title: &str, sum: f64) -> fmt::Result {
        writeln!(f, "\n{title}: {}", dollars(sum))?;
        let (shown, rest): (Vec<&Line>, Vec<&Line>) =
            self.estimate.lines.iter().filter(|line| line.how == how).partition(|line| line.monthly >= SHOWN);
        let groups = grouped(&shown);
        for Group { pipeline, resource, price, quantity: many, unit, amount } in &groups {
            let (amount, many) = (dollars(*amount), quantity(*many));
            writeln!(f, "{amount:>12}  {pipeline:<14} {resource:<28} {price}: {many} {unit}")?;
        }
        if !rest.is_empty() {
            let sum = dollars(rest.iter().map(|line| line.monthly).sum());
            writeln!(f, "{sum:>12}  {} more of less than a cent each", rest.len())?;
        }
        Ok(())
    }
}

/// Lines of one kind and one pipeline: thirty alarms are one line of text.
struct Group<'a> {
    pipeline: &'a str,
    resource: String,
    price: &'a str,
    quantity: f64,
    unit: &'a str,
    amount: f64,
}

fn grouped<'a>(lines: &[&'a Line]) -> Vec<Group<'a>> {
    /// So many of the same are told as one.
    const MANY: usize = 3;
    let mut groups: Vec<(Vec<&Line>, &Line)> = Vec::new();
    for line in lines {
        let like =
            |other: &Line| other.pipeline == line.pipeline && other.price == line.price && other.kind == line.kind;
        match groups.iter_mut().find(|(_, first)| like(first)) {
            Some((all, _)) => all.push(line),
            None => groups.push((vec![line], line)),
        }
    }
    let mut told: Vec<Group> = Vec::new();
    for (all, _) in groups {
        let group = |lines: &[&'a Line], resource: String| Group {
            pipeline: &lines[0].pipeline,
            resource,
            price: &lines[0].price,
            quantity: lines.iter().map(|line| line.quantity).sum(),
            unit: &lines[0].unit,
            amount: lines.iter().map(|line| line.monthly).sum(),
        };
        if all.len() >= MANY {
            let kind = all[0].kind.rsplit("::").next().unwrap_or_default();
            told.push(group(&all, format!("{} of {kind}", all.len())));
        } else {
            told.extend(all.chunks(1).map(|one| group(one, one[0].resource.clone())));
        }
    }
    told.sort_by(|left, right| right.amount.total_cmp(&left.amount));
    told
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, volumes_from, hours, total, .. } = self;
        let time = hours.map_or("a month".to_owned(), |hours| format!("for {} hours", quantity(hours)));
        writeln!(f, "stage {stage}: about {} {time}, estimated with {volumes_from}", dollars(*total))?;
        self.section(f, How::Running, "whatever happens", self.running)?;
        self.section(f, How::Volume, "by volume", self.by_volume)?;
        for (title, sums) in [("by pipeline", &self.pipelines), ("by service", &self.services)] {
            let told = sums.iter().map(|sum| format!("{} {}", sum.name, dollars(sum.amount)));
            writeln!(f, "\n{title}: {}", told.collect::<Vec<_>>().join(", "))?;
        }
        for what in &self.estimate.unpriced {
            writeln!(f, "\nNOT IN THE SUM: {what}")?;
        }
        writeln!(f, "\nassumed:")?;
        for assumption in &self.assumptions {
            writeln!(f, "  {assumption}")?;
        }
        Ok(())
    }
}
