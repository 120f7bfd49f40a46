//! How the calls of functions are shifted to their new versions: by `CodeDeploy`, which looks at alarms and shifts them back.

use contract::{Ref, Statement, Topic, metric};
use serde::Serialize;
use serde_json::{Value, json};

use super::function::plain;
use super::version::live_arn;
use super::{AlarmView, Bounds, FunctionView, Metric, Scope, Tags};
use crate::names;
use crate::stack::StackKind;
use crate::stage::{Course, Shift, Stage};

/// Of one stack, whose functions all take the same course.
#[derive(Debug, Serialize)]
pub struct ReleasesView {
    name: String,
    /// Its logical id, which tells the roles of a stage's stacks apart where they are listed.
    role: String,
    course: CourseView,
    groups: Vec<Group>,
    statements: Vec<Value>,
    bounds: Bounds,
    tags: Tags,
}

/// In `CodeDeploy`'s words.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum CourseView {
    Canary(Parts),
    Linear(Parts),
}

#[derive(Debug, Serialize)]
struct Parts {
    percent: u32,
    minutes: u32,
}

/// What is shifted together: one function.
#[derive(Debug, Serialize)]
struct Group {
    id: String,
    name: String,
    alarms: Vec<Value>,
    tags: Tags,
}

/// The logical id of the group by which a function is shifted.
pub(super) fn group(function: &str) -> String {
    format!("{function}Release")
}

const FAULTS: [&str; 2] = ["ReleaseErrors", "ReleaseReturns"];

fn alarm_ids(function: &str) -> [String; 2] {
    FAULTS.map(|fault| format!("{function}{fault}Alarm"))
}

/// What takes calls back from a new version. The first is of this version alone, so that what an old one fails at does not
/// stand in the way of what mends it; what is handed back is not an error to Lambda, and is not counted by version.
pub(super) fn alarms(function: &FunctionView, scope: &Scope, alerts: &Ref<Topic>) -> [AlarmView; 2] {
    let (id, (bin, _)) = (function.id(), function.known_as());
    let alarm = |fault, namespace, name, description| {
        let of = json!({ "Ref": id });
        let metric = Metric { namespace, name, statistic: "Sum", dimension: metric::FUNCTION_NAME, of };
        AlarmView::above(scope, alerts, (id, bin), fault, metric, 0, description).by_the_minute()
    };
    let [errors, returns] = FAULTS;
    let called = json!({ "Fn::Sub": format!("${{{id}}}:{}", names::LIVE) });
    let version = json!({ "Fn::GetAtt": [function.version().id(), "Version"] });
    [
        alarm(
            errors,
            "AWS/Lambda",
            "Errors",
            "The newest version failed: while calls are shifted to it, they are shifted back",
        )
        .within("Resource", called)
        .within("ExecutedVersion", version),
        alarm(
            returns,
            metric::NAMESPACE,
            metric::RETURNED,
            "Records were handed back for minutes: a shift of calls is taken back",
        )
        .lasting(3),
    ]
}

impl ReleasesView {
    /// None where no function of the stack is shifted.
    pub fn new<'a>(
        stage: &Stage,
        stack: StackKind,
        functions: impl IntoIterator<Item = &'a FunctionView>,
    ) -> Option<Self> {
        let Shift { course, percent, every_minutes: minutes } = stage.release.shift()?;
        let shifted: Vec<_> = functions.into_iter().filter(|function| function.is_shifted()).collect();
        let group = |function: &&FunctionView| Group {
            id: group(function.id()),
            name: function.known_as().0.to_owned(),
            alarms: alarm_ids(function.id()).map(|alarm| json!({ "Ref": alarm })).into(),
            tags: function.tags().clone(),
        };
        let functions = shifted.iter().flat_map(|one| [json!({ "Fn::GetAtt": [one.id(), "Arn"] }), live_arn(one.id())]);
        let alarms = shifted.iter().flat_map(|one| alarm_ids(one.id()));
        let parts = Parts { percent, minutes };
        let shift = ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"];
        let look = ["cloudwatch:DescribeAlarms"];
        let statements = vec![
            plain(&Statement::allow(&shift, functions.collect())),
            plain(&Statement::allow(&look, alarms.map(|alarm| json!({ "Fn::GetAtt": [alarm, "Arn"] })).collect())),
        ];
        (!shifted.is_empty()).then(|| Self {
            name: names::stack(stage, stack),
            role: format!("{}ReleaseRole", stack.id()),
            course: match course {
                Course::Canary => CourseView::Canary(parts),
                Course::Linear => CourseView::Linear(parts),
            },
            groups: shifted.iter().map(group).collect(),
            statements,
            bounds: Bounds::of(stage),
            tags: Tags::shared(stage, stack),
        })
    }
}
