//! `data-sources`: what every pipeline stands on: the buckets, and the topic that alarms go to.

use contract::{Bucket, Ref, Topic, Warehouse, WarehouseParts};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

use super::{Export, ExportedValue, Output, Outputs, Stack, StackKind};
use crate::blocks::{
    self, AlarmView, BucketView, CodePlaces, DatabaseView, FUNCTIONS_GROUP, Lifecycle, NetworkView, OPEN_SUBNETS,
    Placement, RepositoryView, SUBNETS, Scope, TASKS_GROUP, TopicView, database_name, repository_id,
};
use crate::names;
use crate::stage::Stage;

/// What later stacks can import. A field that is not here cannot be imported.
pub struct Exports {
    pub artifact_bucket: Export<Bucket>,
    pub output_bucket: Export<Bucket>,
    pub raw_bucket: Export<Bucket>,
    pub curated_bucket: Export<Bucket>,
    pub alert_topic: Export<Topic>,
    /// What that is encrypted with.
    pub alert_key: ExportedValue,
    /// Where a pipeline needs one.
    pub network: Option<Network>,
    pub database: Option<Database>,
    /// Where the images of functions are, by function.
    repositories: BTreeMap<&'static str, ExportedValue>,
}

impl Exports {
    /// Where functions' code is.
    pub fn code(&self) -> CodePlaces {
        let images = self.repositories.iter().map(|(function, uri)| (*function, uri.import()));
        CodePlaces { archives: self.artifact_bucket.import(), images: images.collect() }
    }
}

/// The stage's own network, as other stacks place things in it.
pub struct Network {
    pub id: ExportedValue,
    pub subnets: Vec<ExportedValue>,
    pub functions_group: ExportedValue,
    /// Where tasks stand that have to reach the internet, and their group.
    pub open: Option<(Vec<ExportedValue>, ExportedValue)>,
}

/// The stage's PostgreSQL: where it is, and the secret that lets one in.
pub struct Database {
    pub address: ExportedValue,
    pub port: ExportedValue,
    pub secret: ExportedValue,
    /// Of the database in it.
    pub name: String,
}

impl Network {
    /// Where tasks stand that reach the internet.
    pub fn open_to_the_internet(&self) -> Option<Placement> {
        let (subnets, group) = self.open.as_ref()?;
        let subnets = subnets.iter().map(ExportedValue::import).collect();
        Some(Placement { subnets, groups: vec![group.import()] })
    }

    /// Where functions stand that reach the database.
    pub fn beside_the_database(&self) -> Placement {
        Placement {
            subnets: self.subnets.iter().map(ExportedValue::import).collect(),
            groups: vec![self.functions_group.import()],
        }
    }
}

impl Database {
    pub fn wired(&self) -> Ref<Warehouse> {
        Ref::warehouse(WarehouseParts::Postgres {
            host: self.address.import(),
            port: self.port.import(),
            database: self.name.clone().into(),
            secret: self.secret.import(),
        })
    }
}

/// What follows the stage in the names of the buckets that are also known by name.
const ARTIFACTS: &str = "artifacts";
const OUTPUT: &str = "output";
const RAW: &str = "raw";
const CURATED: &str = "curated";

/// The output bucket's name, for outputs of other stacks: an output may not hand on an import.
pub fn output_bucket(stage: &Stage) -> String {
    names::bucket(stage, OUTPUT)
}

/// The same of the bucket with data that was cleaned.
pub fn curated_bucket(stage: &Stage) -> String {
    names::bucket(stage, CURATED)
}

/// The same of the bucket with data as it was received.
pub fn raw_bucket(stage: &Stage) -> String {
    names::bucket(stage, RAW)
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
    alerts: TopicView,
    repositories: Vec<RepositoryView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<NetworkView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<DatabaseView>,
    alarms: Vec<AlarmView>,
    outputs: Vec<Output>,
}

pub fn stack(stage: &Stage) -> (Stack, Exports) {
    let kind = StackKind::DataSources;
    let scope = Scope::of(stage, kind, "shared");
    let bucket = |id, name, lifecycle| BucketView::new(&scope, id, name, lifecycle);
    let buckets = vec![
        bucket("ArtifactBucket", ARTIFACTS, Lifecycle::KeepVersions).kept_as(&scope, &stage.artifacts),
        bucket("OutputBucket", OUTPUT, Lifecycle::DropOldVersions),
        bucket("RawBucket", RAW, Lifecycle::DropOldVersions),
        // The loader is another stack's, and hears of new files over the event bus.
        bucket("CuratedBucket", CURATED, Lifecycle::DropOldVersions).tell_everybody(stage.pipelines.flats.is_some()),
    ];
    let key = json!({ "Ref": "AlertKey" });
    let alerts = TopicView::new(&scope, ("AlertTopic", "alerts"), key, "AlertEmail", &stage.alert_emails).for_alarms();

    let pipelines = &stage.pipelines;
    let network = pipelines
        .need_network()
        .then(|| NetworkView::new(&scope, &pipelines.called_from_network(), pipelines.need_internet()));
    let database = pipelines.need_database().then(|| DatabaseView::new(&scope, &stage.database));
    let topic = Ref::declared("AlertTopic");
    let alarms = database.iter().flat_map(|database| database.alarms(&scope, &topic)).collect();

    let images = pipelines.images();
    let repositories = images.iter().map(|function| RepositoryView::new(&scope, function)).collect();

    let mut outputs = Outputs::of(names::stack(stage, kind));
    let exports = Exports {
        artifact_bucket: outputs.export("ArtifactBucket", "Function archives", &Ref::declared("ArtifactBucket")),
        output_bucket: outputs.export("OutputBucket", "What the pipelines deliver", &Ref::declared("OutputBucket")),
        raw_bucket: outputs.export("RawBucket", "Data as it was received", &Ref::declared("RawBucket")),
        curated_bucket: outputs.export("CuratedBucket", "Data cleaned and typed", &Ref::declared("CuratedBucket")),
        alert_topic: outputs.export("AlertTopic", "Where alarms and failures are told", &topic),
        alert_key: outputs.export_value(
            "AlertKey",
            "What the topic is encrypted with",
            json!({ "Fn::GetAtt": ["AlertKey", "Arn"] }),
        ),
        network: network.as_ref().map(|_| export_network(&mut outputs, pipelines.need_internet())),
        database: database.as_ref().map(|_| export_database(&mut outputs, &scope)),
        repositories: images
            .into_iter()
            .map(|function| (function, export_repository(&mut outputs, function)))
            .collect(),
    };
    let description = format!("{} {}: buckets and alerts that every pipeline stands on", stage.project, stage.name);
    let view = View { description, buckets, alerts, repositories, network, database, alarms, outputs: outputs.list() };
    (Stack::of(stage, kind, Vec::new(), &view), exports)
}

fn export_network(outputs: &mut Outputs, internet: bool) -> Network {
    let subnets =
        SUBNETS.map(|(id, _)| outputs.export_value(id, "A part of the stage's network", json!({ "Ref": id })));
    let group = json!({ "Fn::GetAtt": [FUNCTIONS_GROUP, "GroupId"] });
    Network {
        id: outputs.export_value("Network", "The stage's network", json!({ "Ref": "Network" })),
        subnets: subnets.into(),
        functions_group: outputs.export_value(FUNCTIONS_GROUP, "What functions in the network are taken for", group),
        open: internet.then(|| export_open(outputs)),
    }
}

fn export_open(outputs: &mut Outputs) -> (Vec<ExportedValue>, ExportedValue) {
    let about = "A part of the stage's network with a way to the internet";
    let subnets = OPEN_SUBNETS.map(|(id, _)| outputs.export_value(id, about, json!({ "Ref": id })));
    let group = json!({ "Fn::GetAtt": [TASKS_GROUP, "GroupId"] });
    (subnets.into(), outputs.export_value(TASKS_GROUP, "What tasks in the network are taken for", group))
}

fn export_repository(outputs: &mut Outputs, function: &str) -> ExportedValue {
    let id = repository_id(function);
    let uri = json!({ "Fn::GetAtt": [id, "RepositoryUri"] });
    outputs.export_value(id, "Where the images of a function are", uri)
}

fn export_database(outputs: &mut Outputs, scope: &Scope) -> Database {
    let mut export = |key, about, attribute| {
        outputs.export_value(key, about, json!({ "Fn::GetAtt": [blocks::DATABASE, attribute] }))
    };
    Database {
        address: export("DatabaseAddress", "Where the database answers", "Endpoint.Address"),
        port: export("DatabasePort", "At which port", "Endpoint.Port"),
        secret: export("DatabaseSecret", "The secret with its user and password", "MasterUserSecret.SecretArn"),
        name: database_name(scope),
    }
}
