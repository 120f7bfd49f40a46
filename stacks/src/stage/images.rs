//! What container images are made on top of.

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawImages {
    /// What an image is made on top of: `scratch` for nothing, which takes a binary without a C library; an image by its
    /// digest (`public.ecr.aws/lambda/provided@sha256:…`); or a folder with an OCI layout. Default: scratch.
    pub base: Option<String>,
    /// The registry that is asked instead of the base's own, such as `mirror.example.com/ecr-public`.
    pub mirror: Option<String>,
}

/// As it is written: whoever builds images reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    pub base: String,
    pub mirror: Option<String>,
}

impl Images {
    /// Nothing at all, below a binary that needs nothing.
    pub const SCRATCH: &str = "scratch";

    pub(super) fn check(raw: RawImages) -> Self {
        Self { base: raw.base.unwrap_or_else(|| Self::SCRATCH.to_owned()), mirror: raw.mirror }
    }
}
