//! Dashboards: what CloudWatch refuses, and what would stay empty for ever.

use serde_json::Value;

use super::board::{Board, Place, named};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "dashboard-body",
    severity: Severity::Error,
    says: "CloudWatch refuses the dashboard, or shows nothing where something is named that there is not",
    fix: "Name what the stage has, and give each widget a place of its own on the 24 columns",
    link: Some(
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
    ),
    check,
    passing: r#"
Resources:
  Jobs: {Type: 'AWS::SQS::Queue', Properties: {QueueName: jobs}}
  Board:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardBody: '{"widgets": [
        {"type": "text", "x": 0, "y": 0, "width": 12, "height": 3, "properties": {"markdown": "jobs"}},
        {"type": "metric", "x": 12, "y": 0, "width": 12, "height": 3, "properties": {"metrics": [
          ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "jobs", {"stat": "Sum"}],
          [".", "NumberOfMessagesDeleted", ".", "."], ["...", {"stat": "Average"}], [{"expression": "m1 / m2"}]]}}]}'
"#,
    failing: r#"
Resources:
  Jobs: {Type: 'AWS::SQS::Queue', Properties: {QueueName: jobs}}
  Board:
    Type: AWS::CloudWatch::Dashboard
    Properties:
      DashboardBody: '{"widgets": [{"type": "metric", "properties": {"metrics": [["AWS/SQS", "NumberOfMessagesSent", "QueueName", "job"]]}}]}'
"#,
};

/// What CloudWatch takes.
const WIDGETS: usize = 500;
const METRICS_OF_A_GRAPH: usize = 500;
const METRICS: usize = 2_500;
const ALARMS_OF_A_WIDGET: usize = 100;

fn check(world: &World, findings: &mut Findings<'_>) {
    for dashboard in world.of_kind("AWS::CloudWatch::Dashboard") {
        let node = dashboard.get("DashboardBody");
        let Some(text) = node.text() else {
            findings.unknown(dashboard, "its body");
            continue;
        };
        let mut say = |what: String| findings.at(dashboard, node, what);
        let body: Value = match serde_json::from_str(text) {
            Ok(body) => body,
            Err(error) => {
                say(format!("its body is no JSON: {error}"));
                continue;
            }
        };
        let Some(widgets) = body["widgets"].as_array() else {
            say("its body has no list of widgets".to_owned());
            continue;
        };
        let board = Board::read(widgets);
        limits(&board, &mut say);
        places(&board, &mut say);
        names(world, dashboard, &board, findings);
    }
}

fn limits(board: &Board<'_>, say: &mut impl FnMut(String)) {
    let mut most = |number: usize, most: usize, of: &str| {
        if number > most {
            say(format!("{number} {of}, and CloudWatch takes {most}"));
        }
    };
    most(board.widgets.len(), WIDGETS, "widgets");
    most(board.widgets.iter().map(|widget| widget.metrics.len()).sum(), METRICS, "metrics on a dashboard");
    for widget in &board.widgets {
        most(widget.metrics.len(), METRICS_OF_A_GRAPH, "metrics in a graph");
        most(widget.alarms.len(), ALARMS_OF_A_WIDGET, "alarms in a widget");
    }
}

fn places(board: &Board<'_>, say: &mut impl FnMut(String)) {
    let mut seen: Vec<(usize, Place)> = Vec::new();
    for (number, widget) in board.widgets.iter().enumerate() {
        // CloudWatch finds a place for a widget that has none.
        let Some(place) = widget.place else { continue };
        if !place.fits() {
            say(format!("widget {} is out of the 24 columns or has no extent: {place}", number + 1));
        }
        if let Some((other, _)) = seen.iter().find(|(_, other)| other.overlaps(place)) {
            say(format!("widget {} stands on widget {}: {place}", number + 1, other + 1));
        }
        seen.push((number, place));
    }
}

fn names(world: &World, dashboard: &Resource, board: &Board<'_>, findings: &mut Findings<'_>) {
    let mut lacking = Vec::new();
    for widget in &board.widgets {
        let metrics = widget.metrics.iter().flat_map(|metric| metric.dimensions(&world.location.region));
        for (namespace, dimension, value) in metrics {
            if named(world, &namespace, &dimension, &value) == Some(false) {
                lacking.push(format!("{dimension} {value}"));
            }
        }
        let gone = |arn: &&&str| world.find(arn).is_none();
        lacking.extend(widget.alarms.iter().filter(gone).map(|arn| format!("alarm {arn}")));
    }
    lacking.sort();
    lacking.dedup();
    for name in lacking {
        // Elsewhere there may be what these templates do not have.
        if world.is_whole {
            findings.at(dashboard, dashboard.get("DashboardBody"), format!("it shows the {name}, which there is not"));
        } else {
            findings.unknown(dashboard, &format!("whether there is the {name}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    fn told(widgets: &str) -> Vec<String> {
        let text = format!(
            "Resources:\n  F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: f}}}}\n  \
             A: {{Type: AWS::CloudWatch::Alarm, Properties: {{AlarmName: a}}}}\n  \
             T: {{Type: AWS::ECS::TaskDefinition, Properties: {{Family: t}}}}\n  \
             B: {{Type: AWS::CloudWatch::Dashboard, Properties: {{DashboardBody: !Sub '{{\"widgets\": {widgets}}}'}}}}"
        );
        found(&RULE, &text).into_iter().map(|one| one.message).collect()
    }

    fn graph(metrics: &str) -> Vec<String> {
        told(&format!(r#"[{{"type": "metric", "properties": {{"metrics": {metrics}}}}}]"#))
    }

    #[test]
    fn what_is_named_has_to_be_there() {
        assert_eq!(graph(r#"[["AWS/Lambda", "Errors", "FunctionName", "f"]]"#), [""; 0]);
        let gone = ["it shows the FunctionName g, which there is not"];
        assert_eq!(graph(r#"[["AWS/Lambda", "Errors", "FunctionName", "g"]]"#), gone);
        assert_eq!(graph(r#"[["AWS/Lambda", "Errors", "FunctionName", "f"], [".", "Throttles", ".", "g"]]"#), gone);
        assert_eq!(graph(r#"[["AWS/Lambda", "Errors", "FunctionName", "f"], ["...", "g"]]"#), gone);
        // What a task counts, it counts under its own name.
        assert_eq!(graph(r#"[["Own", "In", "FunctionName", "t"]]"#), [""; 0]);
        assert_eq!(graph(r#"[["AWS/Lambda", "Errors", "FunctionName", "t"]]"#).len(), 1);
        // Of another region, of every function, of what has no name here.
        assert_eq!(graph(r#"[["AWS/Lambda", "Errors", "FunctionName", "g", {"region": "us-east-2"}]]"#), [""; 0]);
        assert_eq!(graph(r#"[["AWS/Lambda", "Errors"], ["AWS/EC2", "X", "InstanceId", "i-1"]]"#), [""; 0]);
        assert_eq!(graph(r#"["no list", [], [1, 2, 3], [{"expression": "m1"}]]"#), [""; 0]);
    }

    #[test]
    fn an_alarm_has_to_be_there() {
        let widget = |name: &str| {
            let arn = format!("arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:alarm:{name}");
            told(&format!(r#"[{{"type": "alarm", "properties": {{"alarms": ["{arn}"]}}}}]"#))
        };
        assert_eq!(widget("a"), [""; 0]);
        assert_eq!(widget("b").len(), 1);
    }

    #[test]
    fn widgets_have_a_place_of_their_own() {
        let two = |x: u32, y: u32, width: u32| {
            told(&format!(
                r#"[{{"type": "text", "x": 0, "y": 0, "width": 8, "height": 6}}, {{"type": "text", "x": {x}, "y": {y}, "width": {width}, "height": 6}}]"#
            ))
        };
        assert_eq!(two(8, 0, 16), [""; 0]);
        assert_eq!(two(0, 6, 24), [""; 0]);
        assert_eq!(two(7, 5, 8), ["widget 2 stands on widget 1: 8 by 6 at column 7, row 5"]);
        assert_eq!(two(8, 0, 17), ["widget 2 is out of the 24 columns or has no extent: 17 by 6 at column 8, row 0"]);
        assert_eq!(two(8, 0, 0).len(), 1);
    }

    #[test]
    fn more_than_cloudwatch_takes_is_too_much() {
        let metrics = vec![r#"["Own", "In"]"#; 501].join(", ");
        assert_eq!(graph(&format!("[{metrics}]")), ["501 metrics in a graph, and CloudWatch takes 500"]);
        let widgets = vec![r#"{"type": "text"}"#; 501].join(", ");
        assert_eq!(told(&format!("[{widgets}]")), ["501 widgets, and CloudWatch takes 500"]);
        assert_eq!(told("[").len(), 1);
        assert_eq!(told("{}"), ["its body has no list of widgets"]);
    }
}
