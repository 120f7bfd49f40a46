//! What a deploy would do, as data, before anything is touched.

mod compare;
mod decision;
mod exports;
mod look;
mod order;

use serde::Serialize;
use std::collections::BTreeMap;

use crate::cloud::{Cloud, Drifted, StackState};
use crate::engine::Engine;
use crate::failure::Outcome;
use crate::reap::{COPY_OF, EXPIRES};
use crate::refusal::Asked;
use crate::target::Wanted;
use crate::template::{PropertyChange, Template};

pub use decision::Decision;
pub(crate) use look::agreed;
pub use look::look;
pub use order::order;

/// The tag that says from what a stack was last changed.
const COMMIT: &str = "commit";

/// A whole stage's plan: its stacks in the order in which they are deployed.
#[derive(Debug, Serialize)]
pub struct Plan {
    pub stage: String,
    pub stacks: Vec<StackPlan>,
    /// Stacks of this stage that stand, though nothing in the stage file needs them any more.
    pub unneeded: Vec<String>,
}

/// One stack's share of the plan.
#[derive(Debug, Serialize)]
pub struct StackPlan {
    pub name: String,
    pub action: Step,
    /// `null` where there is no stack yet.
    #[serde(serialize_with = "status")]
    #[serde(rename = "status")]
    pub state: Option<StackState>,
    /// The stacks of this plan that come before it.
    pub after: Vec<String>,
    pub resources: Vec<PlannedResource>,
    pub outputs: Vec<PropertyChange>,
    /// Values of parameters that differ from those that the stack has.
    pub parameters: Vec<PropertyChange>,
    pub drift: Vec<Drifted>,
    /// Exports that are no longer wanted but still imported: they stay this time, and the next deploy removes them.
    pub kept_exports: Vec<KeptExport>,
    pub notes: Vec<String>,
    pub decisions: Vec<Decision>,
    #[serde(skip)]
    pub wanted: Wish,
    /// The template that the stack has now, as text.
    #[serde(skip)]
    pub deployed: Option<String>,
    /// The token of the operation that is going on.
    #[serde(skip)]
    pub underway: Option<String>,
}

/// What a stack gets.
#[derive(Debug, Clone)]
pub struct Wish {
    pub template: Template,
    pub body: String,
    pub parameters: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
}

impl Wish {
    fn of(wanted: &Wanted) -> Self {
        let Wanted { body, template, parameters, tags, .. } = wanted.clone();
        Self { template, body, parameters, tags }
    }

    /// Whether the stack's tags are as they should be. A commit alone is no change, and what others add is theirs; but
    /// what was a copy and is none any more must not be taken for one.
    fn tags_stand(&self, there: &BTreeMap<String, String>) -> bool {
        let outlived = |key: &&str| there.contains_key(*key) && !self.tags.contains_key(*key);
        self.tags_that_differ(there).next().is_none() && ![COPY_OF, EXPIRES].iter().any(outlived)
    }

    /// The tags that change, in words.
    fn tags_to_change(&self, there: &BTreeMap<String, String>) -> Option<String> {
        let changes: Vec<_> = self.tags_that_differ(there).map(|(key, value)| format!("{key}: {value}")).collect();
        (!changes.is_empty()).then(|| format!("its tags change: {}", changes.join(", ")))
    }

    fn tags_that_differ<'a>(
        &'a self,
        there: &'a BTreeMap<String, String>,
    ) -> impl Iterator<Item = (&'a String, &'a String)> {
        self.tags.iter().filter(|(key, value)| *key != COMMIT && there.get(*key) != Some(value))
    }
}

/// What is done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    Nothing,
    Create,
    /// What is left of a creation that failed is deleted first.
    Recreate,
    Update,
    /// What failed and was left as it is, is tried again.
    Retry,
    /// A rollback that failed is finished; what comes then is planned after it.
    ContinueRollback,
    /// Something is going on; what comes then is planned after it.
    Follow,
    /// Nothing can be done before somebody has decided.
    Stuck,
}

impl Step {
    /// Whether the stack has to come to rest before it can be planned.
    pub fn is_unsettled(self) -> bool {
        matches!(self, Self::ContinueRollback | Self::Follow)
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct PlannedResource {
    pub logical_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub action: Action,
    pub properties: Vec<PropertyChange>,
    /// Of these, the ones that cannot be changed in place.
    pub replaced_by: Vec<String>,
    pub holds_data: bool,
    /// What others may do afterwards that they may not do now.
    pub widens: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Create,
    Modify,
    Replace,
    Delete,
}

#[derive(Debug, Clone, Serialize)]
pub struct KeptExport {
    pub export: String,
    pub imported_by: Vec<String>,
}

impl Plan {
    /// Looks at every stack, all at the same time, and works out what each needs.
    pub async fn make<C: Cloud>(engine: &Engine<'_, C>) -> Outcome<Self> {
        let ordered = order(engine.target);
        let looks = ordered.into_iter().map(|(wanted, after)| look(engine, wanted, after));
        let stacks = futures_util::future::try_join_all(looks).await?;
        let mut unneeded = Vec::new();
        for name in &engine.target.known {
            if !engine.target.stacks.iter().any(|wanted| wanted.name == *name) {
                let found = engine.cloud.stack(name).await.asked(|| format!("cannot look at stack {name}"))?;
                let stands = found.is_some_and(|state| state.status.standing() != crate::cloud::Standing::Absent);
                unneeded.extend(stands.then(|| name.clone()));
            }
        }
        Ok(Self { stage: engine.target.stage.clone(), stacks, unneeded })
    }

    /// Whether there is anything to do.
    pub fn changes(&self) -> bool {
        self.stacks.iter().any(|plan| plan.action != Step::Nothing)
    }

    /// Whether both plans lead from the same to the same.
    pub fn is_like(&self, other: &Self) -> bool {
        let essence = |plan: &Self| {
            let stacks = plan.stacks.iter();
            let essence = |s: &StackPlan| (s.name.clone(), s.action, s.deployed.clone(), s.wanted.body.clone());
            stacks.map(essence).collect::<Vec<_>>()
        };
        essence(self) == essence(other)
    }

    /// Whether only the code of functions changes.
    pub fn is_code_only(&self) -> bool {
        self.stacks.iter().all(StackPlan::is_code_only) && self.changes()
    }
}

impl StackPlan {
    /// Whether functions are in the stack.
    pub fn takes_code(&self) -> bool {
        !self.wanted.parameters.is_empty()
    }

    fn is_code_only(&self) -> bool {
        // The tag that says which code it is refers to the same parameter, and follows with the stack.
        let is_code = |path: &str| path.starts_with("Properties.Code.") || path == "Properties.Tags.Value";
        let of_code = |resource: &PlannedResource| {
            resource.action == Action::Modify
                && resource.kind == "AWS::Lambda::Function"
                && resource.properties.iter().all(|change| is_code(&change.path))
        };
        match self.action {
            Step::Nothing => true,
            Step::Update => self.outputs.is_empty() && self.resources.iter().all(of_code),
            _ => false,
        }
    }
}

impl StackPlan {
    /// A change of nothing but the template of a stack that stands.
    pub fn of_template(state: &StackState, deployed: String, template: Template) -> Self {
        let wanted = Wish {
            body: serde_json::to_string_pretty(template.value()).unwrap_or_default(),
            template,
            parameters: state.parameters.clone(),
            tags: state.tags.clone(),
        };
        let plan = Self::to_be(&state.name, wanted);
        Self { action: Step::Update, state: Some(state.clone()), deployed: Some(deployed), ..plan }
    }

    /// A stack of which nothing is known yet.
    fn to_be(name: &str, wanted: Wish) -> Self {
        Self {
            name: name.to_owned(),
            action: Step::Create,
            state: None,
            after: Vec::new(),
            resources: Vec::new(),
            outputs: Vec::new(),
            parameters: Vec::new(),
            drift: Vec::new(),
            kept_exports: Vec::new(),
            notes: Vec::new(),
            decisions: Vec::new(),
            wanted,
            deployed: None,
            underway: None,
        }
    }
}

#[expect(clippy::ref_option, reason = "serde passes it so")]
fn status<S: serde::Serializer>(state: &Option<StackState>, serializer: S) -> Result<S::Ok, S::Error> {
    state.as_ref().map(|state| state.status).serialize(serializer)
}
