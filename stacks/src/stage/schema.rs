//! The JSON Schema of stage files, for editors.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::RawStage;
use super::copy::RawCopyFile;

/// What a file in environments/ can be.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code, reason = "only its schema is of use")]
enum StageFile {
    Stage(Box<RawStage>),
    Copy(RawCopyFile),
}

/// The schema as text, ending in a newline.
pub fn schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<StageFile>();
    let mut value = schema.to_value();
    if let Some(root) = value.as_object_mut() {
        root.insert("title".to_owned(), "Millrace stage".into());
    }
    format!("{value:#}\n")
}
