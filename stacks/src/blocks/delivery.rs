//! Firehose delivery streams into a folder of a bucket.

use contract::{Folder, Ref, Statement, Topic};
use serde::Serialize;
use serde_json::{Value, json};

use super::{AlarmView, Bounds, Metric, Scope, Tags};
use crate::stage::{Compression, Delivery};

#[derive(Debug, Serialize)]
pub struct DeliveryView {
    id: &'static str,
    name: String,
    #[serde(skip)]
    thing: &'static str,
    bucket: Value,
    prefix: String,
    error_prefix: String,
    buffer_seconds: u32,
    buffer_mb: u32,
    compression: &'static str,
    statements: Vec<Statement>,
    log_days: u32,
    bounds: Bounds,
    tags: Tags,
}

impl DeliveryView {
    pub fn new(
        scope: &Scope,
        id: &'static str,
        thing: &'static str,
        to: &Ref<Folder>,
        errors_to: &Ref<Folder>,
        settings: Delivery,
    ) -> Self {
        let bucket = to.bucket().arn();
        let statements = vec![
            Statement::allow(
                &["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                bucket.clone(),
            ),
            Statement::allow(
                &["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                Value::Array(vec![to.arn(), errors_to.arn()]),
            ),
        ];
        Self {
            id,
            name: scope.name(thing),
            thing,
            bucket,
            prefix: to.prefix().to_owned(),
            error_prefix: format!("{}!{{firehose:error-output-type}}/", errors_to.prefix()),
            buffer_seconds: settings.buffer_seconds,
            buffer_mb: settings.buffer_mb,
            compression: match settings.compression {
                Compression::None => "UNCOMPRESSED",
                Compression::Gzip => "GZIP",
            },
            statements,
            log_days: scope.stage.log_days.get(),
            bounds: scope.bounds(),
            tags: scope.tags.clone(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let alarm = |fault, name, statistic, threshold, description| {
            let metric = Metric {
                namespace: "AWS/Firehose",
                name,
                statistic,
                dimension: "DeliveryStreamName",
                of: json!({ "Ref": self.id }),
            };
            AlarmView::above(scope, alerts, (self.id, self.thing), fault, metric, threshold, description)
        };
        // A buffer may fill for its whole time before the first byte of it is written.
        let late = (u64::from(self.buffer_seconds) * 3).max(900);
        let waits = "The oldest record in Firehose should long be in the lake";
        vec![
            alarm("Failures", "DeliveryToS3.Success", "Average", 1, "Firehose could not write to the lake").below(),
            alarm("Freshness", "DeliveryToS3.DataFreshness", "Maximum", late, waits),
        ]
    }
}
