//! The last deploy as bars over time, and as a table for whoever does not see them.

use serde::Serialize;
use std::fmt::Write;

use crate::escape::escaped;
use crate::read::Reading;
use crate::text::pixels;
use crate::timeline::{Step, Timeline};

#[derive(Serialize)]
pub(super) struct DeployView {
    /// Why there is nothing to show.
    lacking: Option<String>,
    svg: String,
    steps: Vec<StepView>,
    took: String,
    slowest: Vec<String>,
    untouched: Vec<String>,
}

#[derive(Serialize)]
struct StepView {
    stack: String,
    resource: String,
    kind: String,
    began: String,
    took: String,
    status: String,
    waited_for: String,
    is_slowest: bool,
    failed: bool,
}

pub(super) fn deploy(reading: &Reading<'_>, timeline: Result<&Timeline, &str>) -> DeployView {
    let empty = Timeline::default();
    let (timeline, lacking) = match timeline {
        Ok(timeline) if timeline.steps.is_empty() => {
            (&empty, Some("no stack of this stage was deployed yet".to_owned()))
        }
        Ok(timeline) => (timeline, None),
        Err(why) => (&empty, Some(why.to_owned())),
    };
    let slowest = timeline.steps.iter().filter(|step| step.is_slowest);
    DeployView {
        lacking,
        svg: if timeline.steps.is_empty() { String::new() } else { gantt(timeline) },
        steps: timeline.steps.iter().map(|one| step(reading, one)).collect(),
        took: time(timeline.seconds),
        slowest: slowest.map(|step| format!("{} ({})", step.resource, time(step.end - step.begin))).collect(),
        untouched: timeline.untouched.iter().map(|stack| reading.short(stack).to_owned()).collect(),
    }
}

fn step(reading: &Reading<'_>, step: &Step) -> StepView {
    StepView {
        stack: reading.short(&step.stack).to_owned(),
        resource: step.resource.clone(),
        kind: step.kind.trim_start_matches("AWS::").replace("::", " "),
        began: time(step.begin),
        took: time(step.end - step.begin),
        status: step.status.to_lowercase().replace('_', " "),
        waited_for: step.waited_for.as_deref().map(|what| reading.short(what).to_owned()).unwrap_or_default(),
        is_slowest: step.is_slowest,
        failed: step.failed(),
    }
}

impl Step {
    fn failed(&self) -> bool {
        self.status.contains("FAILED") || self.status.contains("ROLLBACK")
    }
}

/// `40 ms`, `1.4 s`, `1 min 5 s`.
fn time(seconds: f64) -> String {
    if seconds < 1.0 {
        return format!("{:.0} ms", seconds * 1000.0);
    }
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let minutes = (seconds / 60.0).floor();
    format!("{minutes:.0} min {:.0} s", (seconds - minutes * 60.0).floor())
}

const ROW: u32 = 20;
const TOP: u32 = 28;
const WIDTH: f64 = 640.0;

/// A bar for each step, the slowest chain in another colour and said so.
fn gantt(timeline: &Timeline) -> String {
    let names = timeline.steps.iter().map(|step| pixels(&step.resource, 11, true)).max().unwrap_or_default() + 32;
    let rows = u32::try_from(timeline.steps.len()).unwrap_or(u32::MAX / ROW);
    let room = 120;
    let (left, height) = (f64::from(names), TOP + rows * ROW + 12);
    let width = left + WIDTH + f64::from(room);
    let x = |seconds: f64| left + WIDTH * seconds / timeline.seconds.max(0.001);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture gantt\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"deploy-title deploy-desc\">\n\
         <title id=\"deploy-title\">The last deploy over time</title>\n<desc id=\"deploy-desc\">A bar for each of {rows} resources; \
         the table below has the same in numbers</desc>\n"
    );
    for part in 0..=4 {
        let seconds = timeline.seconds * f64::from(part) / 4.0;
        let _ = writeln!(
            out,
            "<path class=\"rule\" d=\"M{0:.1} {TOP} V{height}\"/><text class=\"fact\" x=\"{0:.1}\" y=\"18\">{1}</text>",
            x(seconds),
            time(seconds)
        );
    }
    for (step, row) in timeline.steps.iter().zip(0..) {
        let y = TOP + ROW * row;
        let (from, to) = (x(step.begin), x(step.end).max(x(step.begin) + 2.0));
        let class = if step.failed() {
            "bar failed"
        } else if step.is_slowest {
            "bar slowest"
        } else {
            "bar"
        };
        let _ = writeln!(
            out,
            "<text class=\"{}\" x=\"12\" y=\"{}\">{}</text><rect class=\"{class}\" x=\"{from:.1}\" y=\"{}\" width=\"{:.1}\" \
             height=\"12\" rx=\"3\"/><text class=\"fact\" x=\"{:.1}\" y=\"{}\">{}</text>",
            if step.is_slowest { "name" } else { "row" },
            y + 14,
            escaped(&step.resource),
            y + 4,
            to - from,
            to + 6.0,
            y + 14,
            time(step.end - step.begin)
        );
    }
    out.push_str("</svg>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn a_time_is_short() {
        let told = [0.044, 5.04, 59.0, 125.7].map(time);
        assert_eq!(told, ["44 ms", "5.0 s", "59.0 s", "2 min 5 s"]);
    }
}
