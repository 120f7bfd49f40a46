//! Permissions by which a service of AWS may call a function for one thing.

use serde::Serialize;
use serde_json::{Value, json};

#[derive(Debug, Serialize)]
pub struct PermissionView {
    id: String,
    function: &'static str,
    service: &'static str,
    source: Value,
}

impl PermissionView {
    /// Lets an alarm start a function. Both are named by their logical ids.
    pub fn of_alarm(alarm: &str, function: &'static str) -> Self {
        Self {
            id: format!("{alarm}Permission"),
            function,
            service: "lambda.alarms.cloudwatch.amazonaws.com",
            source: json!({ "Fn::GetAtt": [alarm, "Arn"] }),
        }
    }
}
