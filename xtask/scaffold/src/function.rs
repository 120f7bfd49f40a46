//! A new function of a pipeline: fed by a bucket and a queue of its own, with settings below those of the pipeline.

use crate::edit::{Edit, Fault, Place, Plan};
use crate::name::{FunctionName, Name};
use crate::pipeline::{GO_ON, is_free};
use crate::templates::{FUNCTION, PIPELINE};

use Place::{After, Before, Behind};

/// Each line that goes into a file which is there. `OWNER` is the pipeline's name as a type.
const EDITS: [(&str, Place<'_>, &str); 23] = [
    ("functions/contract/src/lib.rs", After("pub mod accommodation;"), "pub mod clean_sample;\n"),
    ("stacks/src/stage/mod.rs", After("mod accommodation;"), "mod clean_sample;\n"),
    (
        "stacks/src/stage/mod.rs",
        After("pub use accommodation::{Accommodation, ItemsCapacity};"),
        "pub use clean_sample::CleanSampleSettings;\n",
    ),
    // The settings of its pipeline.
    (
        "stacks/src/stage/owner.rs",
        After("use super::pipelines::Pipeline;"),
        "use super::clean_sample::{CleanSampleSettings, RawCleanSampleSettings};\n",
    ),
    ("stacks/src/stage/owner.rs", Before("use schemars::JsonSchema;"), "use contract::clean_sample::CleanSample;\n"),
    (
        "stacks/src/stage/owner.rs",
        After("pub struct RawOWNER {"),
        "    /// The function clean-sample, and the queue that tells it of new files.\n    pub clean_sample: RawCleanSampleSettings,\n",
    ),
    ("stacks/src/stage/owner.rs", After("pub struct OWNER {"), "    pub clean_sample: CleanSampleSettings,\n"),
    (
        "stacks/src/stage/owner.rs",
        Behind("        Ok(Self {\n"),
        "            clean_sample: CleanSampleSettings::check(&raw.clean_sample, source)?,\n",
    ),
    (
        "stacks/src/stage/owner.rs",
        Behind("FunctionSize)> {\n        vec!["),
        "(CleanSample::BIN, self.clean_sample.size), ",
    ),
    ("stacks/src/stage/owner.rs", Behind("Vec<&Inbox> {\n        vec!["), "&self.clean_sample.queue, "),
    (
        FOLLOWS,
        Behind("impl Follows for OWNER {\n    fn scaled(self, scale: Scale) -> Self {\n        Self {"),
        " clean_sample: self.clean_sample.scaled(scale), ",
    ),
    (
        LAPTOP,
        Behind("impl Laptop for OWNER {\n    fn on_laptop(self) -> Self {\n        Self {"),
        " clean_sample: self.clean_sample.on_laptop(), ",
    ),
    // The stack.
    ("stacks/src/stack/ingestion/mod.rs", After("mod accommodation;"), "mod clean_sample;\n"),
    (
        "stacks/src/stack/ingestion/mod.rs",
        After("pub use accommodation::priority_table;"),
        "pub(super) use clean_sample::{BUCKET as CLEAN_SAMPLE_BUCKET, NAMES as CLEAN_SAMPLE};\n",
    ),
    (
        "stacks/src/stack/ingestion/mod.rs",
        Before("owner::add(stage, settings,"),
        "        clean_sample::add(stage, &settings.clean_sample, shared, &mut parts, &mut outputs);\n",
    ),
    (
        "stacks/src/stack/inboxes.rs",
        After("use contract::Function;"),
        "use contract::clean_sample::{self, CleanSample};\n",
    ),
    (
        "stacks/src/stack/inboxes.rs",
        After("if stage.pipelines.owner.is_some() {"),
        "        let bucket = names::bucket(stage, ingestion::CLEAN_SAMPLE_BUCKET);\n        all.push(place(ingestion::CLEAN_SAMPLE, CleanSample::BIN, bucket, clean_sample::SOURCE));\n",
    ),
    // Cost.
    ("xtask/estimate/src/lib.rs", After("pub mod report;"), "mod clean_sample;\n"),
    (
        "xtask/estimate/src/traffic.rs",
        After("Some(match program {"),
        "        \"clean-sample\" => crate::clean_sample::traffic(&it),\n",
    ),
    (
        "xtask/estimate/src/kinds/streaming.rs",
        After("let told_of = ["),
        "        (\"clean-sample\", scene.volumes.owner.files_per_hour),\n",
    ),
    (
        "xtask/estimate/src/pace.rs",
        After("pub const PACES: &[(&str, Pace)] = &["),
        "    // As a function that reads every line as JSON and writes it anew.\n    (\"clean-sample\", Pace { waiting_ms: 250.0, record_us: 0.0, byte_ns: 20.0 }),\n",
    ),
    // Events for `invoke`.
    (
        "xtask/src/commands/invoke/event.rs",
        After("use contract::autoscale_shards::AutoscaleShards;"),
        "use contract::clean_sample::CleanSample;\n",
    ),
    (
        "xtask/src/commands/invoke/event.rs",
        After("let fits = match function {"),
        "        CleanSample::BIN => of::<CleanSample>(text),\n",
    ),
];

/// Where the settings of a pipeline say how they follow a scale, and what a laptop runs of them.
const FOLLOWS: &str = "stacks/src/stage/copy/rules.rs";
const LAPTOP: &str = "stacks/src/stage/copy/laptop.rs";

/// What such a function adds to the project. Nothing if all of it is there.
pub fn function(name: &FunctionName, owner: &Name, read: &impl Fn(&str) -> Option<String>) -> Result<Plan, Fault> {
    let files = files(name, owner);
    let there: Vec<_> = files.iter().filter(|(file, _)| read(file).is_some()).map(|(file, _)| file).collect();
    if there.len() == files.len() {
        return Ok(Plan::default());
    }
    if let Some(file) = there.first() {
        return Err(Fault::new(file, format!("this file is there already, so '{}' is taken", name.bin()), GO_ON));
    }
    let settings = format!("stacks/src/stage/{}.rs", owner.word());
    let Some(text) = read(&settings).filter(|text| text.contains("impl Pipeline for ")) else {
        return Err(Fault::new(
            &settings,
            format!("there is no pipeline '{}' whose settings are here", owner.word()),
            "name one that 'new pipeline' made, or accommodation or flats; nothing was changed",
        ));
    };
    if !text.contains("fn queues(") {
        return Err(Fault::new(
            &settings,
            format!("nothing tells {} of files by a queue, as this function is to be told", owner.word()),
            "name a pipeline that 'new pipeline' made, or accommodation or flats; nothing was changed",
        ));
    }
    // A pipeline that was made by us says it beside its settings, the others where all do.
    let says_it_all = text.contains("impl Follows for ");
    let lines: Vec<_> = EDITS.iter().map(|(_, place, _)| of_owner(place.line(), owner)).collect();
    let edits: Vec<_> = EDITS
        .iter()
        .zip(&lines)
        .map(|((file, place, text), line)| {
            let file = if says_it_all && [FOLLOWS, LAPTOP].contains(file) { &settings } else { *file };
            Edit::new(&of_owner(file, owner), place.with(line), name.filled(&of_owner(text, owner)))
        })
        .collect();
    is_free(&[&name.type_name(), &name.module()], &edits, read)?;
    Plan::of(files, &edits, read)
}

fn of_owner(text: &str, owner: &Name) -> String {
    text.replace("OWNER", &owner.title()).replace("owner", owner.word())
}

/// Its crate and contract are those that a pipeline's own function begins with; folders are called after the function.
fn files(name: &FunctionName, owner: &Name) -> Vec<(String, String)> {
    let mut files: Vec<_> = FUNCTION
        .iter()
        .map(|(file, text)| (name.filled(file), name.filled(&text.replace("owner", owner.word()))))
        .collect();
    let is_crate = |file: &str| file.starts_with("functions/clean-sample/");
    for (file, text) in PIPELINE.iter().filter(|(file, _)| is_crate(file)) {
        let text = text.replace("the sample pipeline", &format!("the {} pipeline", owner.word()));
        let text = text.replace("contract::sample::", "contract::clean_sample::");
        files.push((name.filled(file), name.filled(&text).replace("sample/", &format!("{}/", name.bin()))));
    }
    let text_of = |end: &str| PIPELINE.iter().find(|(file, _)| *file == end).map_or("", |(_, text)| *text);
    let agreed = text_of("functions/contract/src/sample.rs").split_once("\n\n").map_or("", |(_, constants)| constants);
    let types = text_of("functions/contract/src/clean_sample.rs")
        .replace("the sample pipeline", &format!("the {} pipeline", owner.word()));
    let agreed = agreed.replace("sample/", &format!("{}/", name.bin()));
    let contract = types.replacen("\npub enum", &format!("\n{agreed}\npub enum"), 1);
    files.push((name.filled("functions/contract/src/clean_sample.rs"), name.filled(&contract)));
    files
}

#[cfg(test)]
#[path = "function_tests.rs"]
mod tests;
