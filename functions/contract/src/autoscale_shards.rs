//! `autoscale-shards`: gives the taxi stream as many shards as what comes in asks for.

use serde::{Deserialize, Serialize};

use crate::{Function, Scale, Side, Stream, Whole};

pub enum AutoscaleShards {}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Env<S: Side> {
    pub stream: S::Slot<Scale<Stream>>,
    pub min_shards: Whole,
    pub max_shards: Whole,
    /// How full a shard should be at most.
    pub target_percent: Whole,
}

/// An alarm that crossed its threshold, a schedule, or somebody's hand: whichever it was, the same is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Start {
    /// Of an alarm, besides much else.
    #[serde(rename = "alarmData", skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Alarm>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Alarm {
    pub alarm_name: String,
}

impl Function for AutoscaleShards {
    const BIN: &'static str = "autoscale-shards";
    const DESCRIPTION: &'static str = "Gives the taxi stream as many shards as what comes in asks for";
    type Event = Start;
    type Env<S: Side> = Env<S>;
}

#[cfg(test)]
mod tests {
    use super::{Alarm, Start};
    use serde_json::json;

    #[test]
    fn whatever_starts_it_is_read() {
        let alarm = json!({
            "source": "aws.cloudwatch",
            "alarmArn": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:busy",
            "accountId": "111111111111",
            "time": "2026-11-22T03:00:00.000+0000",
            "region": "eu-west-1",
            "alarmData": {
                "alarmName": "busy",
                "state": { "value": "ALARM", "reason": "crossed", "timestamp": "2026-11-22T03:00:00.000+0000" },
                "configuration": { "metrics": [{ "id": "m", "returnData": true }] },
            },
        });
        let start: Start = serde_json::from_value(alarm).unwrap();
        assert_eq!(start.alarm, Some(Alarm { alarm_name: "busy".to_owned() }));
        for other in [json!({}), json!({ "scheduled": "2026-11-22T03:00:00Z" })] {
            assert_eq!(serde_json::from_value::<Start>(other).unwrap(), Start::default());
        }
    }
}
