//! The settings of `clean-sample`, a function of the owner pipeline with a queue of its own.

use schemars::JsonSchema;
use serde::Deserialize;

use super::copy::laptop::{Laptop, prompt, zipped};
use super::copy::rules::{Follows, function, inbox};
use super::inbox::{Inbox, RawInbox};
use super::raw::RawFunction;
use super::value::Within;
use super::{FunctionSize, Scale, Source, StageFault};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawCleanSampleSettings {
    /// The queue that tells of new files.
    pub queue: RawInbox,
    /// The function itself. Defaults: 256 MB, 90 s.
    pub function: RawFunction,
    /// Kilobytes that a record may measure; a larger one is rejected. Default: 64.
    pub max_record_kb: Option<Within<1, 1000>>,
}

#[derive(Debug, Clone, Copy)]
pub struct CleanSampleSettings {
    pub queue: Inbox,
    pub size: FunctionSize,
    pub max_record_kb: u32,
}

const NEEDS: FunctionSize = FunctionSize::needs(256, 90);

impl CleanSampleSettings {
    pub(super) fn check(raw: &RawCleanSampleSettings, source: &Source) -> Result<Self, StageFault> {
        let size = FunctionSize::check(&raw.function, NEEDS);
        Ok(Self {
            queue: Inbox::check(&raw.queue, size, source)?,
            size,
            max_record_kb: raw.max_record_kb.unwrap_or(Within::of(64)).get(),
        })
    }
}

impl Follows for CleanSampleSettings {
    fn scaled(self, scale: Scale) -> Self {
        Self { queue: inbox(self.queue, scale), size: function(self.size, NEEDS, scale), ..self }
    }
}

impl Laptop for CleanSampleSettings {
    fn on_laptop(self) -> Self {
        Self { queue: prompt(self.queue), size: zipped(self.size), ..self }
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::{Architecture, Stage, StageName};

    #[test]
    fn it_has_defaults_and_says_what_is_wrong() {
        let parse = |settings: &str| {
            let head = "project: millrace\naccount: '111111111111'\nregion: eu-west-1\n";
            let text = format!("{head}pipelines:\n  owner: {{clean_sample: {settings}}}\n");
            let name = StageName::new("dev").unwrap();
            Stage::parse(name, "dev.yaml", &text, Architecture::Arm64).map_err(|fault| fault.to_string())
        };
        let settings = parse("{}").unwrap().pipelines.owner.unwrap().clean_sample;
        assert_eq!((settings.max_record_kb, settings.size.memory_mb, settings.queue.batch_size), (64, 256, 10));
        for wrong in ["{max_record_kb: 0}", "{queue: {receive_count: 1}}", "{size: 3}"] {
            let fault = parse(wrong).unwrap_err();
            assert!(fault.starts_with("dev.yaml:5:") && fault.contains("fix: "), "{wrong}: {fault}");
        }
    }
}
