//! What a month costs, as somebody else has worked it out.

use serde::Serialize;
use std::collections::BTreeMap;

/// One line of an estimate.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    pub name: String,
    /// Empty where several share it.
    pub pipeline: String,
    pub dollars_a_month: f64,
    /// Whether it is paid for whatever happens, and not by volume.
    pub is_free_running: bool,
}

/// Lines and sums, in words.
#[derive(Serialize)]
pub struct CostView {
    lines: Vec<LineView>,
    pipelines: Vec<(String, String)>,
    total: String,
}

#[derive(Serialize)]
struct LineView {
    name: String,
    pipeline: String,
    dollars: String,
    is_free_running: bool,
}

impl CostView {
    /// What is paid for whatever happens comes first, the dearest of it before all.
    pub fn of(costs: &[Cost]) -> Self {
        let mut sorted: Vec<&Cost> = costs.iter().collect();
        sorted.sort_by(|one, other| {
            let by_price = other.dollars_a_month.total_cmp(&one.dollars_a_month);
            other.is_free_running.cmp(&one.is_free_running).then(by_price).then(one.name.cmp(&other.name))
        });
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for cost in costs {
            let name = if cost.pipeline.is_empty() { "shared" } else { &cost.pipeline };
            *sums.entry(name).or_default() += cost.dollars_a_month;
        }
        let line = |cost: &Cost| LineView {
            name: cost.name.clone(),
            pipeline: cost.pipeline.clone(),
            dollars: dollars(cost.dollars_a_month),
            is_free_running: cost.is_free_running,
        };
        Self {
            lines: sorted.into_iter().map(line).collect(),
            pipelines: sums.iter().map(|(name, sum)| ((*name).to_owned(), dollars(*sum))).collect(),
            total: dollars(sums.values().sum()),
        }
    }
}

fn dollars(amount: f64) -> String {
    format!("${amount:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_running_and_dear_comes_first() {
        let cost = |name: &str, pipeline: &str, dollars_a_month, is_free_running| Cost {
            name: name.to_owned(),
            pipeline: pipeline.to_owned(),
            dollars_a_month,
            is_free_running,
        };
        let view = CostView::of(&[
            cost("requests", "taxi", 90.0, false),
            cost("endpoint", "", 7.3, true),
            cost("shards", "taxi", 43.8, true),
        ]);
        let names: Vec<_> = view.lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["shards", "endpoint", "requests"]);
        assert_eq!(view.total, "$141.10");
        assert_eq!(
            view.pipelines,
            [("shared".to_owned(), "$7.30".to_owned()), ("taxi".to_owned(), "$133.80".to_owned())]
        );
    }
}
