//! `data-sources`: what every pipeline stands on: the buckets, and the topic that alarms go to.

use contract::{Bucket, Ref, Topic};
use serde::Serialize;

use super::{Export, Output, Outputs, Stack, StackKind};
use crate::blocks::{BucketView, Lifecycle, Scope, Tags};
use crate::names;
use crate::stage::{Email, Stage};

/// What later stacks can import. A field that is not here cannot be imported.
pub struct Exports {
    pub artifact_bucket: Export<Bucket>,
    pub output_bucket: Export<Bucket>,
    pub raw_bucket: Export<Bucket>,
    pub curated_bucket: Export<Bucket>,
    pub alert_topic: Export<Topic>,
}

/// What follows the stage in the names of the buckets that are also known by name.
const ARTIFACTS: &str = "artifacts";
const OUTPUT: &str = "output";

/// The output bucket's name, for outputs of other stacks: an output may not hand on an import.
pub fn output_bucket(stage: &Stage) -> String {
    names::bucket(stage, OUTPUT)
}

/// The artifact bucket's name: what a deploy uploads to.
pub fn artifact_bucket(stage: &Stage) -> String {
    names::bucket(stage, ARTIFACTS)
}

/// All that `templates/data-sources.yaml.tera` may see.
#[derive(Serialize)]
struct View {
    description: String,
    buckets: Vec<BucketView>,
    alerts: AlertsView,
    outputs: Vec<Output>,
}

#[derive(Serialize)]
struct AlertsView {
    name: String,
    emails: Vec<EmailView>,
    tags: Tags,
}

#[derive(Serialize)]
struct EmailView {
    id: String,
    address: String,
}

pub fn stack(stage: &Stage) -> (Stack, Exports) {
    let kind = StackKind::DataSources;
    let scope = Scope::of(stage, kind, "shared");
    let bucket = |id, name, lifecycle| BucketView::new(&scope, id, name, lifecycle);
    let buckets = vec![
        bucket("ArtifactBucket", ARTIFACTS, Lifecycle::KeepVersions),
        bucket("OutputBucket", OUTPUT, Lifecycle::DropOldVersions),
        bucket("RawBucket", "raw", Lifecycle::DropOldVersions),
        bucket("CuratedBucket", "curated", Lifecycle::DropOldVersions),
    ];
    let alerts = AlertsView {
        name: scope.name("alerts"),
        emails: stage.alert_emails.iter().enumerate().map(EmailView::new).collect(),
        tags: scope.tags.clone(),
    };

    let mut outputs = Outputs::of(names::stack(stage, kind));
    let exports = Exports {
        artifact_bucket: outputs.export("ArtifactBucket", "Function archives", &Ref::declared("ArtifactBucket")),
        output_bucket: outputs.export("OutputBucket", "What the pipelines deliver", &Ref::declared("OutputBucket")),
        raw_bucket: outputs.export("RawBucket", "Data as it was received", &Ref::declared("RawBucket")),
        curated_bucket: outputs.export("CuratedBucket", "Data cleaned and typed", &Ref::declared("CuratedBucket")),
        alert_topic: outputs.export("AlertTopic", "Where alarms and failures are told", &Ref::declared("AlertTopic")),
    };
    let description = format!("{} {}: buckets and alerts that every pipeline stands on", stage.project, stage.name);
    let view = View { description, buckets, alerts, outputs: outputs.list() };
    (Stack::of(stage, kind, Vec::new(), &view), exports)
}

impl EmailView {
    fn new((index, address): (usize, &Email)) -> Self {
        Self { id: format!("AlertEmail{}", index + 1), address: address.to_string() }
    }
}
