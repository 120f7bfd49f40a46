//! The files of a new pipeline or function, as they stand in `templates/`: what is called `sample` or `clean-sample` there bears
//! the new name.

macro_rules! files {
    ($folder:literal: $($file:literal,)+) => {
        [$(($file, include_str!(concat!("../templates/", $folder, "/", $file)))),+]
    };
}

/// Files that arrive in a bucket, told of by a queue, cleaned by a function.
pub(crate) const PIPELINE: [(&str, &str); 16] = files!["pipeline":
    "functions/contract/src/sample.rs",
    "functions/contract/src/clean_sample.rs",
    "functions/clean-sample/Cargo.toml",
    "functions/clean-sample/src/main.rs",
    "functions/clean-sample/src/handle.rs",
    "functions/clean-sample/src/cleaned.rs",
    "functions/clean-sample/src/record.rs",
    "functions/clean-sample/src/bench.rs",
    "functions/clean-sample/src/stories.rs",
    "functions/clean-sample/src/schedules.rs",
    "functions/clean-sample/tests/binary.rs",
    "stacks/src/stage/sample.rs",
    "stacks/src/stack/ingestion/sample.rs",
    "xtask/estimate/src/sample.rs",
    "xtask/src/made_up/sample.rs",
    "xtask/src/commands/verify/sample.rs",
];

/// What a further function of a pipeline has apart from its crate and contract, which are those of a pipeline's own. `owner` is
/// that pipeline.
pub(crate) const FUNCTION: [(&str, &str); 3] = files!["function":
    "stacks/src/stage/clean_sample.rs",
    "stacks/src/stack/ingestion/clean_sample.rs",
    "xtask/estimate/src/clean_sample.rs",
];
