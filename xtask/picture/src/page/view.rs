//! What the template of the page sees.

use serde::Serialize;

use super::alarms::{Alarm, alarms};
use super::costs::CostView;
use super::gantt::{DeployView, deploy};
use super::permissions::{Matrix, matrices};
use super::resources::{StackView, stacks};
use super::{Checks, Page};
use crate::graph::Graph;
use crate::svg::{Drawing, svg};

#[derive(Serialize)]
pub(super) struct View<'a> {
    style: String,
    policy: String,
    stage: &'a str,
    account: &'a str,
    region: &'a str,
    commit: &'a str,
    asked: &'a str,
    pipelines: Vec<String>,
    totals: Vec<(usize, &'static str)>,
    whole: String,
    drawings: Vec<DrawingView>,
    stacks: Vec<StackView>,
    matrices: Vec<Matrix>,
    costs: CostView,
    alarms: Vec<Alarm>,
    checks: &'a Checks,
    rules: usize,
    deploy: DeployView,
}

#[derive(Serialize)]
struct DrawingView {
    name: String,
    svg: String,
    sentences: Vec<String>,
}

impl<'a> View<'a> {
    pub(super) fn of(page: &Page<'a>, graph: &Graph, style: String, policy: String) -> Self {
        let lanes = graph.lanes();
        let draw = |title: &str, lanes: &[(String, Graph)], id: &str| svg(&Drawing { title, lanes, id, is_part: true });
        let drawings = lanes.iter().enumerate().map(|(number, (name, lane))| {
            let title = if name.is_empty() { "Beside the pipelines".to_owned() } else { format!("Pipeline {name}") };
            let alone = [(String::new(), lane.clone())];
            DrawingView {
                svg: draw(&title, &alone, &format!("lane-{number}")),
                name: title,
                sentences: lane.sentences(),
            }
        });
        let alarms = alarms(page.reading);
        let stacks = stacks(page.reading);
        let resources = stacks.iter().map(|stack| stack.resources.len()).sum();
        Self {
            stage: page.stage,
            account: page.account,
            region: page.region,
            commit: page.commit.unwrap_or("not known: this is no git checkout"),
            asked: page.asked,
            pipelines: graph.pipelines().into_iter().map(str::to_owned).collect(),
            totals: vec![
                (stacks.len(), "stacks"),
                (resources, "resources"),
                (alarms.len(), "alarms"),
                (page.checks.findings.len(), "findings"),
            ],
            whole: draw(&format!("The pipelines of stage {}", page.stage), &lanes, "whole"),
            drawings: drawings.collect(),
            stacks,
            matrices: matrices(page.reading),
            costs: CostView::of(page.costs),
            alarms,
            checks: page.checks,
            rules: page.checks.families.iter().map(|family| family.rules).sum(),
            deploy: deploy(page.reading, page.deploy),
            style,
            policy,
        }
    }
}
