//! Which names a stage's things have, and those of the copies that its workflows make.

use serde_json::{Value, json};

use super::allowed::Allowed;
use crate::names;
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

    /// ARNs, each for every stage. In a pattern `{f}` is what its names begin with, `{p}` the path of its roles, `{c}` what its
    /// names in the catalog begin with, `{r}` the region and `{a}` the account; `arn:{partition}:` is put before it.
    pub(super) fn arns(&self, patterns: &[&str]) -> Value {
        let Stage { project, account, region, .. } = self.stage;
        let before = names::partition(self.stage);
        let mut all = Vec::new();
        for pattern in patterns {
            let placed = pattern.replace("{r}", region.as_str()).replace("{a}", account.as_str());
            for stage in &self.stages {
                let (front, path) = (format!("{project}-{stage}"), format!("{project}/{stage}"));
                let arn = placed.replace("{f}", &front).replace("{p}", &path).replace("{c}", &front.replace('-', "_"));
                let arn = if *pattern == "*" { arn } else { format!("arn:{before}:{arn}") };
                if !all.contains(&arn) {
                    all.push(arn);
                }
            }
        }
        // A list of one reads worse than the one.
        if let [one] = all.as_slice() { json!(one) } else { json!(all) }
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
