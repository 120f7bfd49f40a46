//! Which names a stage's things have, and those of the copies that its workflows make.

use serde_json::{Value, json};

use super::allowed::Allowed;
use crate::names;
use crate::stack::StackKind;
use crate::stage::Stage;

/// As patterns of policies.
pub(super) struct Reach<'a> {
    pub(super) stage: &'a Stage,
    /// `dev`, and `pr-*`.
    stages: Vec<String>,
}

impl<'a> Reach<'a> {
    pub(super) fn of(stage: &'a Stage) -> Self {
        let copies = stage.ci.as_ref().and_then(|ci| ci.copies.as_ref()).map(|prefix| format!("{prefix}*"));
        Self { stage, stages: [stage.name.to_string()].into_iter().chain(copies).collect() }
    }

    /// The same of the copies alone.
    pub(super) fn copies(&self) -> Option<Self> {
        let stages: Vec<_> = self.stages[1..].to_vec();
        (!stages.is_empty()).then_some(Self { stage: self.stage, stages })
    }

    /// The same of the stage alone.
    pub(super) fn alone(&self) -> Self {
        Self { stage: self.stage, stages: self.stages[..1].to_vec() }
    }

    /// ARNs, each for every stage. In a pattern `{f}` is what its names begin with, `{p}` the path of its roles, `{c}` what its
    /// names in the catalog begin with, `{r}` the region and `{a}` the account; `arn:{partition}:` is put before it.
    pub(super) fn arns(&self, patterns: &[&str]) -> Value {
        let project = &self.stage.project;
        let mut all = Vec::new();
        for pattern in patterns {
            let placed = if *pattern == "*" { (*pattern).to_owned() } else { self.placed(pattern) };
            for stage in &self.stages {
                let (front, path) = (format!("{project}-{stage}"), format!("{project}/{stage}"));
                let arn = placed.replace("{f}", &front).replace("{p}", &path).replace("{c}", &front.replace('-', "_"));
                if !all.contains(&arn) {
                    all.push(arn);
                }
            }
        }
        // A list of one reads worse than the one.
        if let [one] = all.as_slice() { json!(one) } else { json!(all) }
    }

    /// The stacks: of the stage by their whole names, since one of its stacks is not theirs to change; of copies all.
    pub(super) fn stacks(&self) -> Vec<String> {
        let project = &self.stage.project;
        let of = |stage: &String| -> Vec<String> {
            let own = || StackKind::ALL.map(|kind| format!("{stage}-{}", kind.name())).into();
            if stage.ends_with('*') { vec![stage.clone()] } else { own() }
        };
        let names = self.stages.iter().flat_map(of);
        names.map(|name| self.placed(&format!("cloudformation:{{r}}:{{a}}:stack/{project}-{name}/*"))).collect()
    }

    /// An ARN that is not about one stage or the other.
    pub(super) fn placed(&self, pattern: &str) -> String {
        let Stage { account, region, .. } = self.stage;
        let placed = pattern.replace("{r}", region.as_str()).replace("{a}", account.as_str());
        format!("arn:{}:{placed}", names::partition(self.stage))
    }

    pub(super) fn allow(&self, actions: &[&str], patterns: &[&str]) -> Allowed {
        Allowed::of(actions, self.arns(patterns))
    }

    /// That what is acted on, or made, is tagged as a stage's: for what has no name of its own.
    pub(super) fn tagged(&self, by: Tagged) -> Value {
        let (key, project) = (by.key(), self.stage.project.as_str());
        json!({
            "StringEquals": { format!("{key}/project"): project },
            "StringLike": { format!("{key}/stage"): self.stages },
        })
    }
}

/// Whose tags are asked for.
#[derive(Clone, Copy)]
pub(super) enum Tagged {
    /// Those that the call gives.
    Request,
    /// Those of what is there.
    Resource,
}

impl Tagged {
    fn key(self) -> &'static str {
        match self {
            Self::Request => "aws:RequestTag",
            Self::Resource => "aws:ResourceTag",
        }
    }
}
