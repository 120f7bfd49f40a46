//! The port's real implementation, on the AWS SDK: also what talks to the emulator.

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use engine::cloud::{
    Answer, Caller, ChangeSet, ChangeSetRequest, Cloud, Code, Content, Drifted, Event, Kept, ObjectVersion, Profile,
    ProfileState, Resource, SigningJob, SigningRequest, StackState, Swap,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;
use watch::ask::{Answers, Ask};
use watch::line;

mod change_sets;
mod clock;
mod drift;
mod error;
mod executions;
mod functions;
mod identity;
mod images;
mod items;
mod logs;
mod metrics;
mod objects;
mod operations;
mod place;
mod queries;
mod queues;
mod secrets;
mod signatures;
mod stacks;
mod streams;
mod topics;

pub(crate) use executions::Execution;
use executions::Told;
pub(crate) use functions::Invoked;
pub(crate) use items::ListPlace;
pub(crate) use logs::Excerpt;
pub(crate) use objects::Now;
use place::Place;
pub(crate) use queues::{BATCH, Depth, Letter};
pub(crate) use streams::Record;

/// Clients for one account and region.
pub(crate) struct Aws {
    stacks: aws_sdk_cloudformation::Client,
    objects: aws_sdk_s3::Client,
    streams: aws_sdk_kinesis::Client,
    functions: aws_sdk_lambda::Client,
    queues: aws_sdk_sqs::Client,
    items: aws_sdk_dynamodb::Client,
    secrets: aws_sdk_secretsmanager::Client,
    topics: aws_sdk_sns::Client,
    signatures: aws_sdk_signer::Client,
    images: aws_sdk_ecr::Client,
    executions: aws_sdk_sfn::Client,
    queries: aws_sdk_athena::Client,
    metrics: aws_sdk_cloudwatch::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    identity: aws_sdk_sts::Client,
    permissions: aws_sdk_iam::Client,
    place: Place,
    started: Instant,
}

impl Aws {
    /// Real AWS, with whatever credentials the environment gives.
    pub(crate) async fn connect(region: &str) -> Self {
        Self::over(&base(region).load().await, Place::Aws { region: region.to_owned() })
    }

    /// The emulator at this endpoint, as the root of the account.
    pub(crate) async fn emulated(region: &str, endpoint: &str, account: &str) -> Self {
        let root = aws_sdk_sts::config::Credentials::new(account, "emulated", None, None, "emulator");
        let config = base(region).endpoint_url(endpoint).credentials_provider(root).load().await;
        Self::over(&config, Place::Emulator { endpoint: endpoint.to_owned() })
    }

    fn over(config: &SdkConfig, place: Place) -> Self {
        let path_style = matches!(place, Place::Emulator { .. });
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).build();
        Self {
            stacks: aws_sdk_cloudformation::Client::new(config),
            objects: aws_sdk_s3::Client::from_conf(s3),
            streams: aws_sdk_kinesis::Client::new(config),
            functions: aws_sdk_lambda::Client::new(config),
            queues: aws_sdk_sqs::Client::new(config),
            items: aws_sdk_dynamodb::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
            topics: aws_sdk_sns::Client::new(config),
            signatures: aws_sdk_signer::Client::new(config),
            images: aws_sdk_ecr::Client::new(config),
            executions: aws_sdk_sfn::Client::new(config),
            queries: aws_sdk_athena::Client::new(config),
            metrics: aws_sdk_cloudwatch::Client::new(config),
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            identity: aws_sdk_sts::Client::new(config),
            permissions: aws_sdk_iam::Client::new(config),
            place,
            started: Instant::now(),
        }
    }

    /// Whether the account has this identity provider.
    pub(crate) async fn has_provider(&self, arn: &str) -> Answer<bool> {
        identity::has_provider(&self.permissions, arn).await
    }

    /// Replaces the object if there is one.
    pub(crate) async fn put_bytes(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Answer {
        objects::put_bytes(&self.objects, bucket, key, bytes).await
    }

    /// None if it is not there.
    pub(crate) async fn object_now(&self, bucket: &str, key: &str) -> Answer<Option<Now>> {
        objects::now(&self.objects, bucket, key).await
    }

    pub(crate) async fn queue_url(&self, name: &str) -> Answer<String> {
        queues::url(&self.queues, name).await
    }

    pub(crate) async fn depth(&self, queue_url: &str) -> Answer<Depth> {
        queues::depth(&self.queues, queue_url).await
    }

    pub(crate) async fn receive(&self, queue_url: &str, hidden_seconds: i32) -> Answer<Vec<Letter>> {
        queues::receive(&self.queues, queue_url, hidden_seconds).await
    }

    pub(crate) async fn release(&self, queue_url: &str, letter: &Letter) -> Answer {
        queues::release(&self.queues, queue_url, letter).await
    }

    pub(crate) async fn send_messages(&self, queue_url: &str, bodies: &[String]) -> Answer {
        queues::send(&self.queues, queue_url, bodies).await
    }

    pub(crate) async fn delete_messages(&self, queue_url: &str, letters: &[Letter]) -> Answer {
        queues::delete(&self.queues, queue_url, letters).await
    }

    pub(crate) async fn list(&self, at: ListPlace<'_>) -> Answer<Option<Vec<String>>> {
        items::list(&self.items, at).await
    }

    pub(crate) async fn put_list(&self, at: ListPlace<'_>, names: &[String]) -> Answer {
        items::put_list(&self.items, at, names).await
    }

    pub(crate) async fn secret(&self, arn: &str) -> Answer<String> {
        secrets::get(&self.secrets, arn).await
    }

    /// Who is sent mail by a topic, and whether they confirmed that they want it.
    pub(crate) async fn subscribers(&self, topic: &str) -> Answer<BTreeMap<String, bool>> {
        topics::subscribers(&self.topics, topic).await
    }

    /// Begins an execution of a state machine, under a name.
    pub(crate) async fn start_execution(&self, machine: &str, name: &str, input: &str) -> Answer<String> {
        executions::start(&self.executions, machine, name, input).await
    }

    pub(crate) async fn execution(&self, arn: &str) -> Answer<Execution> {
        executions::execution(&self.executions, arn).await
    }

    /// The states that an execution has been in.
    pub(crate) async fn entered(&self, execution: &str) -> Answer<Vec<String>> {
        executions::entered(&self.executions, execution).await
    }

    /// The last executions of a state machine.
    pub(crate) async fn last_executions(&self, machine: &str, most: i32) -> Answer<Vec<watch::figures::Execution>> {
        executions::last(&self.executions, machine, most).await
    }

    /// All that an execution did, as text, with the milliseconds since 1970.
    pub(crate) async fn history(&self, execution: &str) -> Answer<Vec<Told>> {
        executions::history(&self.executions, execution).await
    }

    /// What these metrics were, in seconds since 1970, by periods. One that the service does not tell of is not in the answer.
    pub(crate) async fn metrics(&self, asks: &[Ask], from: i64, to: i64, period: i32) -> Answer<Answers> {
        metrics::series(&self.metrics, asks, (from, to), period).await
    }

    /// The names of alarms that sound, of those that begin so.
    pub(crate) async fn sounding(&self, prefix: &str) -> Answer<Vec<String>> {
        metrics::sounding(&self.metrics, prefix).await
    }

    /// What stands in a log group.
    pub(crate) async fn log_events(&self, excerpt: &Excerpt<'_>) -> Answer<Vec<line::Event>> {
        logs::events(&self.logs, excerpt).await
    }

    pub(crate) async fn open_shards(&self, stream: &str) -> Answer<u64> {
        streams::open_shards(&self.streams, stream).await
    }

    /// The rows of a query, the names of its columns first.
    pub(crate) async fn query(&self, workgroup: &str, database: &str, sql: &str) -> Answer<Vec<Vec<String>>> {
        queries::query(&self.queries, workgroup, database, sql).await
    }

    pub(crate) async fn invoke(&self, function: &str, event: &str) -> Answer<Invoked> {
        functions::invoke(&self.functions, function, event).await
    }

    /// The keys under a prefix.
    pub(crate) async fn objects(&self, bucket: &str, prefix: &str) -> Answer<Vec<String>> {
        objects::list(&self.objects, bucket, prefix).await
    }

    pub(crate) async fn object(&self, bucket: &str, key: &str) -> Answer<Vec<u8>> {
        objects::get(&self.objects, bucket, key).await
    }

    /// For each record whether the stream took it, or why not.
    pub(crate) async fn put_records(&self, stream: &str, records: &[Record]) -> Answer<Vec<Result<(), String>>> {
        streams::put(&self.streams, stream, records).await
    }
}

/// One HTTP client on ring for all services; time-outs, because the SDK sets none for whole operations.
fn base(region: &str) -> aws_config::ConfigLoader {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_mins(1))
        .operation_timeout(Duration::from_mins(5))
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .http_client(http)
        .timeout_config(timeouts)
}

impl Cloud for Aws {
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    async fn caller(&self) -> Answer<Caller> {
        identity::caller(&self.identity).await
    }

    async fn denied(&self, caller: &Caller, actions: &[String]) -> Answer<Vec<String>> {
        identity::denied(&self.permissions, &self.place, caller, actions).await
    }

    async fn time(&self) -> Answer<Duration> {
        clock::time(&self.identity).await
    }

    async fn stacks(&self) -> Answer<Vec<StackState>> {
        stacks::all(&self.stacks).await
    }

    async fn stack(&self, name_or_id: &str) -> Answer<Option<StackState>> {
        stacks::describe(&self.stacks, name_or_id).await
    }

    async fn template(&self, stack: &str) -> Answer<String> {
        stacks::template(&self.stacks, stack).await
    }

    async fn resources(&self, stack: &str) -> Answer<Vec<Resource>> {
        stacks::resources(&self.stacks, stack).await
    }

    async fn events(&self, stack_id: &str, page: Option<String>) -> Answer<(Vec<Event>, Option<String>)> {
        stacks::events(&self.stacks, stack_id, page).await
    }

    async fn importers(&self, export: &str) -> Answer<Vec<String>> {
        stacks::importers(&self.stacks, export).await
    }

    async fn drift(&self, stack: &str) -> Answer<Vec<Drifted>> {
        drift::find(&self.stacks, stack, self.place.pace()).await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Answer {
        change_sets::create(&self.stacks, &self.place, request).await
    }

    async fn change_set(&self, stack: &str, name: &str) -> Answer<ChangeSet> {
        change_sets::describe(&self.stacks, stack, name).await
    }

    async fn execute_change_set(&self, stack: &str, name: &str, token: &str, keep_failed: bool) -> Answer {
        change_sets::execute(&self.stacks, stack, name, token, keep_failed).await
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Answer {
        change_sets::delete(&self.stacks, stack, name).await
    }

    async fn delete_stack(&self, stack_id: &str, token: &str, retain: &[String], role: Option<&str>) -> Answer {
        operations::delete(&self.stacks, stack_id, token, retain, role).await
    }

    async fn cancel_update(&self, stack_id: &str, token: &str) -> Answer {
        operations::cancel(&self.stacks, stack_id, token).await
    }

    async fn continue_rollback(&self, stack_id: &str, token: &str, skip: &[String], role: Option<&str>) -> Answer {
        operations::continue_rollback(&self.stacks, stack_id, token, skip, role).await
    }

    async fn object_checksum(&self, bucket: &str, key: &str) -> Answer<Option<String>> {
        objects::checksum(&self.objects, bucket, key).await
    }

    async fn put_object(&self, bucket: &str, key: &str, content: Content<'_>, sha256: &str) -> Answer {
        objects::put(&self.objects, bucket, key, content, sha256).await
    }

    async fn read(&self, bucket: &str, key: &str) -> Answer<Option<Kept>> {
        objects::read(&self.objects, bucket, key).await
    }

    async fn write_if(&self, bucket: &str, key: &str, text: &str, mark: Option<&str>) -> Answer<String> {
        objects::write_if(&self.objects, bucket, key, text, mark).await
    }

    async fn object_versions(&self, bucket: &str) -> Answer<Vec<ObjectVersion>> {
        objects::versions(&self.objects, bucket).await
    }

    async fn delete_objects(&self, bucket: &str, versions: &[ObjectVersion]) -> Answer {
        objects::delete(&self.objects, bucket, versions).await
    }

    async fn object_version(&self, bucket: &str, key: &str) -> Answer<Option<String>> {
        Ok(objects::now(&self.objects, bucket, key).await?.map(|now| now.version))
    }

    async fn copy_object(&self, bucket: &str, from: &str, to: &str) -> Answer {
        objects::copy(&self.objects, bucket, from, to).await
    }

    async fn signing_profile(&self, profile: &Profile) -> Answer<Option<ProfileState>> {
        signatures::profile(&self.signatures, profile).await
    }

    async fn start_signing(&self, request: &SigningRequest) -> Answer<String> {
        signatures::start(&self.signatures, request).await
    }

    async fn signing_job(&self, job: &str) -> Answer<SigningJob> {
        signatures::job(&self.signatures, job).await
    }

    async fn has_image(&self, repository: &str, digest: &str) -> Answer<bool> {
        images::is_there(&self.images, repository, digest).await
    }

    async fn push_image(&self, repository: &str, digest: &str, layout: &Path) -> Answer {
        images::push(&self.images, repository, digest, layout).await
    }

    async fn swap_code(&self, function: &str, code: Code<'_>) -> Answer {
        let image = match code {
            Code::Image { repository, digest } => {
                Some(format!("{}@{digest}", images::uri(&self.images, repository).await?))
            }
            Code::Archive { .. } => None,
        };
        functions::swap(&self.functions, function, code, image).await
    }

    async fn swapped(&self, function: &str) -> Answer<Swap> {
        functions::swapped(&self.functions, function).await
    }
}
