//! The JSON Schema of stage files, for editors.

use schemars::generate::SchemaSettings;

use super::RawStage;

/// The schema as text, ending in a newline.
pub fn schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<RawStage>();
    let mut value = schema.to_value();
    if let Some(root) = value.as_object_mut() {
        root.insert("title".to_owned(), "Millrace stage".into());
    }
    format!("{value:#}\n")
}
