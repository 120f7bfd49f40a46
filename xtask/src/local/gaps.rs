pub(crate) fn named(_: &serde_json::Value) -> Vec<String> {
    Vec::new()
}
