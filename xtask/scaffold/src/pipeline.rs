//! A new pipeline: files that arrive in a bucket, told of by a queue, cleaned by a function.

use crate::edit::{Change, Edit, Fault, Place, Plan};
use crate::name::Name;
use crate::stage_file;
use crate::templates::PIPELINE;
use std::path::Path;

use Place::{After, Before, Behind, EndOf};

/// Each line that goes into a file which is there: the file, the place, the text.
const EDITS: [(&str, Place<'_>, &str); 33] = [
    // The contract.
    ("functions/contract/src/lib.rs", After("pub mod accommodation;"), "pub mod clean_sample;\npub mod sample;\n"),
    // Settings.
    ("stacks/src/stage/mod.rs", After("mod accommodation;"), "mod sample;\n"),
    (
        "stacks/src/stage/mod.rs",
        After("pub use accommodation::{Accommodation, ItemsCapacity};"),
        "pub use sample::Sample;\n",
    ),
    ("stacks/src/stage/pipelines.rs", After("use super::raw::RawTaxi;"), "use super::sample::{RawSample, Sample};\n"),
    (
        "stacks/src/stage/pipelines.rs",
        EndOf("pipelines! {"),
        "    /// Files of records, cleaned as they arrive.\n    sample: Sample from RawSample,\n",
    ),
    // The stack.
    ("stacks/src/stack/ingestion/mod.rs", After("mod accommodation;"), "mod sample;\n"),
    (
        "stacks/src/stack/ingestion/mod.rs",
        After("pub use accommodation::priority_table;"),
        "pub(super) use sample::{BUCKET as SAMPLE_BUCKET, NAMES as SAMPLE};\n",
    ),
    (
        "stacks/src/stack/ingestion/mod.rs",
        Before("parts.stack(stage, KIND,"),
        "    if let Some(settings) = &stage.pipelines.sample {\n        sample::add(stage, settings, shared, &mut parts, &mut outputs);\n    }\n",
    ),
    (
        "stacks/src/stack/inboxes.rs",
        After("use contract::Function;"),
        "use contract::clean_sample::CleanSample;\nuse contract::sample;\n",
    ),
    (
        "stacks/src/stack/inboxes.rs",
        Before("if stage.pipelines.accommodation.is_some() {"),
        "    if stage.pipelines.sample.is_some() {\n        let bucket = names::bucket(stage, ingestion::SAMPLE_BUCKET);\n        all.push(place(ingestion::SAMPLE, CleanSample::BIN, bucket, sample::SOURCE));\n    }\n",
    ),
    // Cost and capacity.
    ("xtask/estimate/src/lib.rs", After("pub mod report;"), "mod sample;\n"),
    ("xtask/estimate/src/volumes/mod.rs", After("pub use raw::Amount;"), "pub use crate::sample::Sample;\n"),
    (
        "xtask/estimate/src/volumes/mod.rs",
        After("use pipelines::{RawAccommodation, RawFlats, RawOrders, RawRates, RawTaxi};"),
        "use crate::sample::RawSample;\n",
    ),
    (
        "xtask/estimate/src/volumes/mod.rs",
        EndOf("volumes! {"),
        "    /// Files of records for the sample pipeline.\n    sample: Sample from RawSample,\n",
    ),
    (
        "environments/volumes/default.yaml",
        Before("kept_months:"),
        "sample:\n  files_per_hour: 6\n  mb_per_file: 1\n  kept_percent: 90\n",
    ),
    (
        "xtask/estimate/src/traffic.rs",
        After("Some(match program {"),
        "        \"clean-sample\" => crate::sample::traffic(&it),\n",
    ),
    (
        "xtask/estimate/src/kinds/streaming.rs",
        After("let told_of = ["),
        "        (\"clean-sample\", scene.volumes.sample.files_per_hour),\n",
    ),
    (
        "xtask/estimate/src/pace.rs",
        After("pub const PACES: &[(&str, Pace)] = &["),
        "    // As a function that reads every line as JSON and writes it anew.\n    (\"clean-sample\", Pace { waiting_ms: 250.0, record_us: 0.0, byte_ns: 20.0 }),\n",
    ),
    (
        "xtask/estimate/src/capacity/mod.rs",
        Before("all.push(account::model("),
        "    all.extend(pipelines.sample.iter().map(|it| crate::sample::model(it, volumes)));\n",
    ),
    (
        "xtask/estimate/src/capacity/advice.rs",
        Before("plan.stage.pipelines = pipelines;"),
        "    if let Some(it) = &mut pipelines.sample {\n        crate::sample::advise(it, &share, &mut plan);\n    }\n",
    ),
    (
        "xtask/estimate/tests/it/capacity.rs",
        After("let programs = match pipeline {"),
        "                \"sample\" => &[\"clean-sample\"][..],\n",
    ),
    // Commands.
    (
        "xtask/src/commands/capacity.rs",
        Before("set(&mut asked.flats.files_per_hour"),
        "        set(&mut asked.sample.files_per_hour, self.files_per_hour);\n        set(&mut asked.sample.mb_per_file, self.mb_per_file);\n",
    ),
    (
        "xtask/src/commands/deploy.rs",
        After("let fed = ["),
        "        (\"sample\", \"--files 10\", pipelines.sample.is_some()),\n",
    ),
    ("xtask/src/made_up/mod.rs", After("pub(crate) mod catalogues;"), "pub(crate) mod sample;\n"),
    ("xtask/src/made_up/mod.rs", Behind("for make in ["), "sample::file, "),
    (
        "xtask/src/commands/send.rs",
        EndOf("enum Pipeline {"),
        "    /// Files of records, into the bucket that is listened to\n    Sample(SendFiles),\n",
    ),
    (
        "xtask/src/commands/send.rs",
        After("match &self.pipeline {"),
        "            Pipeline::Sample(files) => files.run(\"sample\", crate::made_up::sample::file).await,\n",
    ),
    ("xtask/src/commands/verify.rs", After("mod accommodation;"), "mod sample;\n"),
    (
        "xtask/src/commands/verify.rs",
        EndOf("enum Pipeline {"),
        "    /// Files of records: each cleaned once, or rejected with a reason\n    Sample(Common),\n",
    ),
    (
        "xtask/src/commands/verify.rs",
        After("match &self.pipeline {"),
        "            Pipeline::Sample(common) => {\n                let session = common.session().await?;\n                common.settle(\"sample\", &mut sample::SampleBooks::of(&session)?).await\n            }\n",
    ),
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
    // What it says of itself.
    (
        "README.md",
        Before("| taxi | "),
        "| sample | Files of records from S3 through a queue: each cleaned, and what is none put aside with its reason |\n",
    ),
];

/// How it is set on a stage of the emulator, where whoever sits before it does not wait; and elsewhere.
const ON_EMULATOR: &str =
    "  sample:\n    queue:\n      batch_window_seconds: 1\n    clean:\n      timeout_seconds: 30\n";
const ELSEWHERE: &str = "  sample: {}\n";

pub(crate) const GO_ON: &str = "take another name; nothing was changed";

/// What a pipeline of this name adds to the project, with a section in each of these stages' files. Nothing if all of it is
/// there. `read` gives the text of a file of the project.
pub fn pipeline(name: &Name, stages: &[String], read: &impl Fn(&str) -> Option<String>) -> Result<Plan, Fault> {
    let files: Vec<_> = PIPELINE.iter().map(|(file, text)| (name.filled(file), name.filled(text))).collect();
    let there: Vec<_> = files.iter().filter(|(file, _)| read(file).is_some()).map(|(file, _)| file).collect();
    let edits: Vec<_> = EDITS.iter().map(|(file, place, text)| Edit::new(file, *place, name.filled(text))).collect();
    if there.len() == files.len() {
        return Ok(Plan::default());
    }
    if let Some(file) = there.first() {
        return Err(Fault::new(file, format!("this file is there already, so '{}' is taken", name.word()), GO_ON));
    }
    let title = name.title();
    is_free(&[name.word(), &title, &format!("Clean{title}")], &edits, read)?;
    let mut plan = Plan::of(files, &edits, read)?;
    for stage in stages {
        let file = format!("environments/{stage}.yaml");
        let text = read(&file).ok_or_else(|| {
            Fault::new(&file, "there is no such stage file", "name stages that have one: --stages local,dev")
        })?;
        let section = if text.lines().any(|line| line.trim() == "runs_on: emulator") { ON_EMULATOR } else { ELSEWHERE };
        let text = stage_file::with_pipeline(&file, &text, &name.filled(section))?;
        plan.changes.push(Change { file, text, is_new: false });
    }
    Ok(plan)
}

/// That nothing else is called so where the new one will be known by these names.
pub(crate) fn is_free(names: &[&str], edits: &[Edit<'_>], read: &impl Fn(&str) -> Option<String>) -> Result<(), Fault> {
    for Edit { file, .. } in edits.iter().filter(|edit| Path::new(&edit.file).extension().is_some_and(|it| it == "rs"))
    {
        let text = read(file).unwrap_or_default();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let mut words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
        if let Some(word) = words.find(|word| names.contains(word)) {
            return Err(Fault::new(file, format!("'{word}' is something else there already"), GO_ON));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> Option<String> {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)).ok()
    }

    fn planned(name: &str) -> Result<Plan, String> {
        let stages = ["local", "dev"].map(str::to_owned);
        pipeline(&Name::new(name).unwrap(), &stages, &read).map_err(|fault| fault.to_string())
    }

    fn text<'p>(plan: &'p Plan, file: &str) -> &'p str {
        &plan.changes.iter().find(|change| change.file == file).unwrap().text
    }

    /// As long as this holds, `new pipeline` finds its places in this project.
    #[test]
    fn every_place_is_in_the_project_once() {
        let plan = planned("snowfall").unwrap();
        assert_eq!(plan.changes.iter().filter(|change| change.is_new).count(), PIPELINE.len());
        assert!(plan.changes.iter().all(|change| !change.text.contains("sample") && !change.text.contains("Sample")));
        assert!(text(&plan, "stacks/src/stage/pipelines.rs").contains("    snowfall: Snowfall from RawSnowfall,\n}\n"));
        assert!(text(&plan, "environments/dev.yaml").ends_with("  snowfall: {}\n"));
    }

    /// A second one goes beside a first one.
    #[test]
    fn every_place_is_there_again_afterwards() {
        let first = planned("snowfall").unwrap();
        let then = |file: &str| {
            let changed = first.changes.iter().find(|change| change.file == file);
            changed.map(|change| change.text.clone()).or_else(|| read(file))
        };
        let second = pipeline(&Name::new("rainfall").unwrap(), &["local".to_owned()], &then).unwrap();
        assert!(text(&second, "xtask/src/made_up/mod.rs").contains("for make in [rainfall::file, snowfall::file, "));
        let again = pipeline(&Name::new("snowfall").unwrap(), &["local".to_owned()], &then).unwrap();
        assert_eq!(again, Plan::default());
    }

    #[test]
    fn a_name_that_means_something_is_refused() {
        for taken in ["taxi", "flats", "stage", "inbox", "scale", "function", "pace", "traffic", "source", "rates"] {
            let fault = planned(taken).unwrap_err();
            assert!(fault.contains("already"), "{taken}: {fault}");
        }
    }

    #[test]
    fn a_project_whose_lines_are_not_what_they_were_is_left_alone() {
        for (file, place, _) in EDITS {
            let line = place.line();
            let spoilt = |asked: &str| {
                let text = read(asked)?;
                Some(if asked == file { text.replace(line, "// gone") } else { text })
            };
            let fault = pipeline(&Name::new("snowfall").unwrap(), &[], &spoilt).unwrap_err();
            assert_eq!((fault.file.as_str(), fault.what.contains(line)), (file, true), "{fault}");
        }
    }
}
