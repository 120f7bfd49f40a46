//! The JSON Schema that records are checked against, compiled once when the function starts.

use contract::AssetFile;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::record::clip;

/// Problems named in one reason. A record can have thousands.
const NAMED: usize = 5;

#[derive(Clone)]
pub struct RecordSchema(Validator);

#[derive(Debug, thiserror::Error)]
pub enum BadSchema {
    #[error("LAMBDA_TASK_ROOT is not set, so the record schema '{0}' cannot be found")]
    NoRoot(String),
    #[error("cannot read the record schema {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the record schema {} is not JSON", path.display())]
    NotJson { path: PathBuf, source: serde_json::Error },
    #[error("the record schema {} is not a JSON Schema: {why}", path.display())]
    NotSchema { path: PathBuf, why: String },
}

impl RecordSchema {
    /// The file of this name beside the function's binary.
    pub fn load(file: &AssetFile) -> Result<Self, BadSchema> {
        let root = env::var_os("LAMBDA_TASK_ROOT").ok_or_else(|| BadSchema::NoRoot(file.name().to_owned()))?;
        Self::read(&Path::new(&root).join(file.name()))
    }

    fn read(path: &Path) -> Result<Self, BadSchema> {
        let text =
            fs::read_to_string(path).map_err(|source| BadSchema::Unreadable { path: path.to_owned(), source })?;
        Self::compile(path, &text)
    }

    /// From the schema's text; the path is for errors only.
    pub fn compile(path: &Path, text: &str) -> Result<Self, BadSchema> {
        let schema =
            serde_json::from_str(text).map_err(|source| BadSchema::NotJson { path: path.to_owned(), source })?;
        // The other engine backtracks: a record could be written to keep it busy for hours.
        jsonschema::options()
            .with_pattern_options(PatternOptions::regex())
            .build(&schema)
            .map(Self)
            .map_err(|e| BadSchema::NotSchema { path: path.to_owned(), why: clip(&e.to_string(), 500) })
    }

    /// What is wrong with a record, each problem with its field. Never quotes the record: reasons go to logs.
    pub(crate) fn check(&self, record: &Value) -> Result<(), String> {
        if self.0.is_valid(record) {
            return Ok(());
        }
        let mut errors = self.0.iter_errors(record);
        let mut said: Vec<String> = errors.by_ref().take(NAMED).map(|e| describe(&e)).collect();
        let unsaid = errors.count();
        if unsaid > 0 {
            said.push(format!("and {unsaid} more"));
        }
        Err(said.join("; "))
    }
}

fn describe(error: &ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    let problem = clip(&error.masked().to_string(), 160);
    match place.strip_prefix('/') {
        None => problem,
        Some(field) => format!("{}: {problem}", clip(field, 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::taxi::RECORD_SCHEMA;
    use std::error::Error;

    #[test]
    fn the_schema_that_ships_compiles() {
        assert!(RecordSchema::compile(Path::new("taxi-trip.json"), RECORD_SCHEMA).is_ok());
    }

    #[test]
    fn a_missing_file_is_named_with_its_cause() {
        let error = RecordSchema::read(Path::new("/nowhere/taxi-trip.json")).err().unwrap();
        assert_eq!(error.to_string(), "cannot read the record schema /nowhere/taxi-trip.json");
        assert!(error.source().unwrap().to_string().contains("No such file"));
    }

    #[test]
    fn a_file_that_is_no_schema_is_named_with_its_cause() {
        let why = |text| RecordSchema::compile(Path::new("s.json"), text).err().unwrap();
        assert_eq!(why("{").to_string(), "the record schema s.json is not JSON");
        assert!(why(r#"{"type": "trip"}"#).to_string().starts_with("the record schema s.json is not a JSON Schema: "));
        assert!(why(r#"{"$ref": "https://example.com/x.json"}"#).to_string().contains("example.com"));
    }
}
