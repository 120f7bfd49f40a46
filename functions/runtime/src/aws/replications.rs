//! DMS, through the AWS SDK.

use aws_sdk_databasemigration::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{Filter, ReplicationTaskStats, S3Settings, StartReplicationTaskTypeValue, Tag},
};
use std::time::Duration;

use crate::{Begin, Fault, PortError, ReplicationPlace, ReplicationTask, Replications, replication::LABEL};

/// Describing a task takes DMS a second now and then.
const CALL: Duration = Duration::from_secs(10);

pub struct DatabaseMigration(Client);

impl DatabaseMigration {
    /// No call is made.
    pub async fn connect() -> Self {
        Self(Client::new(&super::client::config(CALL).await))
    }
}

impl Replications for DatabaseMigration {
    async fn describe(&self, place: &ReplicationPlace) -> Result<ReplicationTask, PortError> {
        let failed = |fault| place.failed("dms:DescribeReplicationTasks", fault);
        let filter = Filter::builder().name("replication-task-arn").values(place.task()).build();
        let filter = filter.map_err(|error| failed(Fault::Invalid).because(error))?;
        let call = self.0.describe_replication_tasks().filters(filter).without_settings(true);
        let tasks = call.send().await.map_err(|error| failed(fault(&error)).because(error))?;
        let task = tasks.replication_tasks().first().ok_or_else(|| failed(Fault::NotFound))?;
        let stats = task.replication_task_stats();
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(ReplicationTask {
            status: task.status().unwrap_or_default().to_owned(),
            stop_reason: text(task.stop_reason()),
            last_failure: text(task.last_failure_message()),
            has_run: task.replication_task_start_date().is_some(),
            tables_errored: stats.map_or(0, ReplicationTaskStats::tables_errored),
        })
    }

    async fn label(&self, place: &ReplicationPlace) -> Result<Option<String>, PortError> {
        let call = self.0.list_tags_for_resource().resource_arn(place.task());
        let failed = |error| place.failed("dms:ListTagsForResource", fault(&error)).because(error);
        let tags = call.send().await.map_err(failed)?;
        let label = tags.tag_list().iter().find(|tag| tag.key() == Some(LABEL));
        Ok(label.and_then(Tag::value).map(str::to_owned))
    }

    async fn set_label(&self, place: &ReplicationPlace, value: &str) -> Result<(), PortError> {
        let tag = Tag::builder().key(LABEL).value(value).build();
        let call = self.0.add_tags_to_resource().resource_arn(place.task()).tags(tag);
        let failed = |error| place.failed("dms:AddTagsToResource", fault(&error)).because(error);
        call.send().await.map(drop).map_err(failed)
    }

    async fn point(&self, place: &ReplicationPlace, folder: &str) -> Result<bool, PortError> {
        // What is not named stays as it is.
        let settings = S3Settings::builder().bucket_folder(folder).build();
        let call = self.0.modify_endpoint().endpoint_arn(place.source()).s3_settings(settings).exact_settings(false);
        // An endpoint has hundreds of settings, all of which have their place in the call.
        taken(Box::pin(call.send()).await, |fault| place.failed("dms:ModifyEndpoint", fault))
    }

    async fn begin(&self, place: &ReplicationPlace, how: Begin) -> Result<bool, PortError> {
        let how = match how {
            Begin::Start => StartReplicationTaskTypeValue::StartReplication,
            Begin::Reload => StartReplicationTaskTypeValue::ReloadTarget,
        };
        let call = self.0.start_replication_task().replication_task_arn(place.task()).start_replication_task_type(how);
        taken(call.send().await, |fault| place.failed("dms:StartReplicationTask", fault))
    }
}

/// Whether the service did it. It refuses where something else is going on.
fn taken<T, E>(answer: Result<T, SdkError<E>>, failed: impl FnOnce(Fault) -> PortError) -> Result<bool, PortError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("InvalidResourceStateFault") => Ok(false),
        Err(error) => Err(failed(fault(&error)).because(error)),
    }
}

fn fault<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Fault {
    match error.code() {
        Some(
            "AccessDeniedFault"
            | "AccessDeniedException"
            | "AccessDenied"
            | "UnrecognizedClientException"
            | "KMSAccessDeniedFault",
        ) => Fault::AccessDenied,
        Some("ResourceNotFoundFault") => Fault::NotFound,
        Some("InvalidParameterValueException" | "InvalidParameterCombinationException" | "ValidationException") => {
            Fault::Invalid
        }
        _ => Fault::Passing,
    }
}
