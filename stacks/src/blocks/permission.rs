//! Permissions by which a service of AWS may call a function for one thing.

use serde::Serialize;
use serde_json::{Value, json};

use super::version::live;

#[derive(Debug, Serialize)]
pub struct PermissionView {
    id: String,
    function: Value,
    service: &'static str,
    source: Value,
}

impl PermissionView {
    /// Lets an alarm start what is live of a function. Both are named by their logical ids.
    pub fn of_alarm(alarm: &str, function: &str) -> Self {
        Self {
            id: format!("{alarm}Permission"),
            function: live(function),
            service: "lambda.alarms.cloudwatch.amazonaws.com",
            source: json!({ "Fn::GetAtt": [alarm, "Arn"] }),
        }
    }
}
