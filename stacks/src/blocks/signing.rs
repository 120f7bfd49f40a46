//! Whose signature the code of functions has to have: one config a stack, which each of its functions from archives asks for.

use serde::Serialize;
use serde_json::{Value, json};

use super::{FunctionView, Tags};
use crate::names;
use crate::stack::StackKind;
use crate::stage::{SigningProfile, Stage};

/// What `CodeSigningConfig` is called in each stack.
const ID: &str = "CodeSigning";

#[derive(Debug, Serialize)]
pub struct SigningView {
    id: &'static str,
    description: String,
    profile: String,
    tags: Tags,
}

/// What a function says of it.
#[derive(Debug, Serialize)]
pub(super) struct Signed {
    config: Value,
    #[serde(skip)]
    pub(super) profile: SigningProfile,
}

impl Signed {
    pub(super) fn of(stage: &Stage) -> Option<Self> {
        let config = json!({ "Fn::GetAtt": [ID, "CodeSigningConfigArn"] });
        stage.code_signing.clone().map(|profile| Self { config, profile })
    }
}

impl SigningView {
    /// None where no function of the stack has to be signed.
    pub fn new<'a>(
        stage: &Stage,
        stack: StackKind,
        functions: impl IntoIterator<Item = &'a FunctionView>,
    ) -> Option<Self> {
        let profile = stage.code_signing.as_ref()?;
        functions.into_iter().any(FunctionView::is_signed).then(|| Self {
            id: ID,
            description: format!("Functions of {} take what this profile signed", names::stack(stage, stack)),
            profile: profile.to_string(),
            tags: Tags::shared(stage, stack),
        })
    }
}
