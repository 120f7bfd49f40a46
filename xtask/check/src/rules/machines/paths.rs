use super::{PASSING, each_state, machine_with, machines};
use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "machine-paths",
    severity: Severity::Error,
    says: "The state fails when it is entered, since a value that should be taken from its input is no path",
    fix: "Write a JSONPath that begins with $, an intrinsic function such as States.Format, or close the {% %} of a JSONata",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html"),
    check,
    passing: PASSING,
    failing: machine_with!("Type: Pass, Parameters: {'Name.$': name}, End: true"),
};

const PATHS: [&str; 6] = ["InputPath", "OutputPath", "ResultPath", "ItemsPath", "SecondsPath", "TimestampPath"];

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        each_state(&machine, |_, state, _| {
            for key in PATHS {
                let path = state.node.get(key);
                if path.text().is_some_and(|path| !path.starts_with('$')) {
                    findings.at(resource, path, format!("{key} of {} is {path}", state.name));
                }
            }
            for part in ["Parameters", "ResultSelector", "Arguments", "Output", "Assign", "ItemSelector"] {
                values(resource, &state.name, state.node.get(part), findings);
            }
        });
    }
}

fn values(resource: &Resource, state: &str, node: &Node, findings: &mut Findings<'_>) {
    node.walk(&mut |node| {
        for entry in node.entries().iter().filter(|entry| entry.key.ends_with(".$")) {
            let good = |path: &str| path.starts_with('$') || path.starts_with("States.");
            if entry.value.text().is_some_and(|path| !good(path)) {
                findings.at(resource, &entry.value, format!("{} in {state} is {}", entry.key, entry.value));
            }
        }
        let text = node.text().unwrap_or_default().trim();
        if text.starts_with("{%") != text.ends_with("%}") {
            findings.at(resource, node, format!("a JSONata in {state} does not end, or does not begin"));
        }
    });
}
