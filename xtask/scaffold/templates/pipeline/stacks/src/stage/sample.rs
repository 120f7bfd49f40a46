//! The sample pipeline's settings, with their defaults.

use contract::Function;
use contract::clean_sample::CleanSample;
use schemars::JsonSchema;
use serde::Deserialize;

use super::copy::laptop::{Laptop, prompt, zipped};
use super::copy::rules::{Follows, function, inbox};
use super::inbox::{Inbox, RawInbox};
use super::pipelines::Pipeline;
use super::raw::RawFunction;
use super::value::Within;
use super::{FunctionSize, Scale, Source, StageFault};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSample {
    /// The queue that tells of new files.
    pub queue: RawInbox,
    /// The function that cleans them. Defaults: 256 MB, 90 s.
    pub clean: RawFunction,
    /// Kilobytes that a record may measure; a larger one is rejected. Default: 64.
    pub max_record_kb: Option<Within<1, 1000>>,
}

#[derive(Debug, Clone)]
pub struct Sample {
    pub queue: Inbox,
    pub clean: FunctionSize,
    pub max_record_kb: u32,
}

const CLEAN: FunctionSize = FunctionSize::needs(256, 90);

impl Pipeline for Sample {
    type Raw = RawSample;
    const ABOUT: &'static str = "Files of records, cleaned as they arrive.";

    fn check(raw: &RawSample, source: &Source) -> Result<Self, StageFault> {
        let clean = FunctionSize::check(&raw.clean, CLEAN);
        Ok(Self {
            queue: Inbox::check(&raw.queue, clean, source)?,
            clean,
            max_record_kb: raw.max_record_kb.unwrap_or(Within::of(64)).get(),
        })
    }

    fn functions(&self) -> Vec<(&'static str, FunctionSize)> {
        vec![(CleanSample::BIN, self.clean)]
    }

    fn queues(&self) -> Vec<&Inbox> {
        vec![&self.queue]
    }
}

impl Follows for Sample {
    fn scaled(self, scale: Scale) -> Self {
        Self { queue: inbox(self.queue, scale), clean: function(self.clean, CLEAN, scale), ..self }
    }
}

impl Laptop for Sample {
    fn on_laptop(self) -> Self {
        Self { queue: prompt(self.queue), clean: zipped(self.clean), ..self }
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::{Architecture, Stage, StageName};

    fn parse(settings: &str) -> Result<Stage, String> {
        let head = "project: millrace\naccount: '111111111111'\nregion: eu-west-1\n";
        let text = format!("{head}pipelines:\n  sample: {settings}\n");
        let name = StageName::new("dev").unwrap();
        Stage::parse(name, "dev.yaml", &text, Architecture::Arm64).map_err(|fault| fault.to_string())
    }

    #[test]
    fn what_is_not_written_has_a_default() {
        let sample = parse("{}").unwrap().pipelines.sample.unwrap();
        assert_eq!((sample.max_record_kb, sample.clean.memory_mb, sample.queue.batch_size), (64, 256, 10));
        let sample = parse("{max_record_kb: 1, clean: {memory_mb: 512}}").unwrap().pipelines.sample.unwrap();
        assert_eq!((sample.max_record_kb, sample.clean.memory_mb), (1, 512));
    }

    #[test]
    fn what_is_wrong_is_answered_with_its_place_and_the_remedy() {
        for wrong in ["{max_record_kb: 0}", "{max_record_kb: 1001}", "{queue: {receive_count: 1}}", "{size: 3}"] {
            let fault = parse(wrong).unwrap_err();
            assert!(fault.starts_with("dev.yaml:5:") && fault.contains("fix: "), "{wrong}: {fault}");
        }
    }
}
