//! What a deploy would do, as data, before anything is touched.

use serde::Serialize;
use stacks::render::Rendered;
use stacks::stack::StackKind;
use std::collections::{BTreeMap, BTreeSet};

use crate::apply::adopt;
use crate::cloud::{Cloud, StackState, Standing};
use crate::events::is_underway;
use crate::failure::{Exit, Failure, Outcome};
use crate::refusal::Asked;
use crate::session::Session;
use crate::template::{Difference, How, PropertyChange, Template};

/// One stack's share of the plan.
#[derive(Debug)]
pub(crate) struct StackPlan {
    pub(crate) kind: StackKind,
    pub(crate) name: String,
    pub(crate) template: Template,
    pub(crate) body: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) standing: Option<StackState>,
    pub(crate) step: Step,
    pub(crate) resources: Vec<PlannedResource>,
}

/// What is done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    Create,
    /// What is left of a creation that failed is deleted first.
    Recreate,
    Update,
    Nothing,
}

#[derive(Debug, Serialize)]
pub(crate) struct PlannedResource {
    pub(crate) logical_id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) action: Action,
    pub(crate) properties: Vec<PropertyChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    Create,
    Modify,
    Delete,
}

/// Plans every stack, in deployment order. `keys` says where each function's archive is, or will be.
pub(crate) async fn plan<C: Cloud>(
    session: &Session<C>,
    rendered: Vec<Rendered>,
    keys: &BTreeMap<String, String>,
) -> Outcome<Vec<StackPlan>> {
    let mut plans = Vec::new();
    for rendered in rendered {
        plans.push(plan_stack(session, rendered, keys).await?);
    }
    Ok(plans)
}

async fn plan_stack<C: Cloud>(
    session: &Session<C>,
    rendered: Rendered,
    keys: &BTreeMap<String, String>,
) -> Outcome<StackPlan> {
    let name = rendered.stack.name;
    let template = Template::parse(&rendered.body).ok_or_else(|| {
        Failure::new(format!("the rendered template of {name} is not YAML")).hint("run: cargo xtask test")
    })?;
    let mut parameters = BTreeMap::new();
    for code in &rendered.stack.functions {
        let key = keys.get(code.function).ok_or_else(|| {
            Failure::new(format!("stack {name} takes the function {}, which was not built", code.function))
        })?;
        parameters.insert(code.parameter.clone(), key.clone());
    }
    let mut standing = session.cloud.stack(&name).await.asked(|| format!("cannot look at stack {name}"))?;
    if let Some(found) = &standing {
        let underway = is_underway(&session.cloud, &found.id).await;
        let underway = underway.asked(|| format!("cannot read the events of stack {name}"))?;
        if underway || found.status.standing() == Standing::Busy {
            standing = adopt(session, found).await?.ok_or_else(|| rival(found))?;
        }
    }
    let mut plan = StackPlan {
        kind: rendered.stack.kind,
        name,
        template,
        body: rendered.body,
        parameters,
        standing: None,
        step: Step::Create,
        resources: Vec::new(),
    };
    let Some(standing) = standing else {
        plan.compare_with(&Template::default(), &BTreeSet::new());
        return Ok(plan);
    };
    match standing.status.standing() {
        Standing::Absent => plan.compare_with(&Template::default(), &BTreeSet::new()),
        Standing::Stillborn => {
            plan.step = Step::Recreate;
            plan.compare_with(&Template::default(), &BTreeSet::new());
        }
        Standing::Settled => {
            let body = session.cloud.template(&plan.name).await;
            let body = body.asked(|| format!("cannot read the template of stack {}", plan.name))?;
            plan.step = if body.trim_end() == plan.body.trim_end() && standing.parameters == plan.parameters {
                Step::Nothing
            } else {
                Step::Update
            };
            if plan.step == Step::Update {
                let changed = changed(&standing.parameters, &plan.parameters);
                plan.compare_with(&Template::parse(&body).unwrap_or_default(), &changed);
            }
        }
        Standing::Busy => return Err(rival(&standing)),
        Standing::Stuck => return Err(stuck(session.stage.name.as_str(), &standing)),
    }
    plan.standing = Some(standing);
    Ok(plan)
}

impl StackPlan {
    /// Whether functions are in the stack.
    pub(crate) fn takes_code(&self) -> bool {
        !self.parameters.is_empty()
    }

    fn compare_with(&mut self, deployed: &Template, changed: &BTreeSet<String>) {
        let differences = deployed.differences(&self.template, changed);
        self.resources = differences
            .into_iter()
            .map(|difference| {
                let (action, properties) = match difference.how {
                    How::Create => (Action::Create, Vec::new()),
                    How::Delete => (Action::Delete, Vec::new()),
                    How::Modify(properties) => (Action::Modify, properties),
                };
                let Difference { logical_id, kind, .. } = difference;
                PlannedResource { logical_id, kind, action, properties }
            })
            .collect();
    }
}

fn changed(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> BTreeSet<String> {
    new.iter().filter(|(key, value)| old.get(*key) != Some(*value)).map(|(key, _)| key.clone()).collect()
}

fn rival(stack: &StackState) -> Failure {
    Failure::new(format!("stack {} is {}: somebody else is changing it", stack.name, stack.status.name()))
        .hint("wait until it has ended, then run the same command again")
        .exit(Exit::Decision)
}

fn stuck(stage: &str, stack: &StackState) -> Failure {
    let failure = Failure::new(format!("stack {} is {} and needs a decision", stack.name, stack.status.name()));
    let failure = match &stack.reason {
        Some(reason) => failure.since(reason),
        None => failure,
    };
    failure
        .hint(format!("look at what is stuck: cargo xtask status --stage {stage}"))
        .hint("then continue the rollback or delete the stack in the CloudFormation console, and deploy again")
        .exit(Exit::Decision)
}
