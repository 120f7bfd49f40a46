//! The stage of the programme: four stacks that import from each other, with data, roles, functions and their code, in
//! several versions. Small, so that a hundred thousand schedules take a minute.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::cloud::Profile;
use crate::hash;
use crate::sim::SIGNING_VERSION as VERSION;
use crate::target::{Archive, Pace, Shelf, Signing, Target, Wanted};
use crate::template::Template;

/// In which ways a version of the stage differs from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way to differ")]
pub(super) struct Version {
    pub shards: u32,
    pub code: &'static str,
    /// Whether `ingestion` has one more queue.
    pub extra: bool,
    /// Whether `load` imports from `ingestion`, and `ingestion` exports for it.
    pub linked: bool,
    /// Whether the function `load` is packaged as an image, with a repository for it.
    pub image: bool,
    /// Whether functions take signed code alone.
    pub signed: bool,
}

pub(super) const FIRST: Version =
    Version { shards: 2, code: "one", extra: false, linked: true, image: false, signed: false };
pub(super) const LARGER: Version = Version { shards: 4, extra: true, ..FIRST };
pub(super) const OTHER_CODE: Version = Version { code: "two", ..FIRST };
pub(super) const LARGEST: Version = Version { shards: 8, code: "three", extra: true, ..FIRST };
pub(super) const IMAGED: Version = Version { image: true, ..FIRST };
pub(super) const SIGNED: Version = Version { signed: true, ..FIRST };
pub(super) const SIGNED_OTHER: Version = Version { signed: true, ..OTHER_CODE };
pub(super) const UNLINKED: Version = Version { linked: false, ..FIRST };

pub(super) const STACKS: [&str; 4] = ["sim-data-sources", "sim-stream", "sim-ingestion", "sim-load"];
pub(super) const BUCKET: &str = "sim-artifacts";

pub(super) fn stage(version: Version) -> Target {
    let functions = ["store", "forward", "consolidate", "load"];
    let stacks = [data_sources(version), stream(version), ingestion(version), load(version)];
    Target {
        stage: "sim".to_owned(),
        stacks: STACKS.into_iter().zip(stacks).map(|(name, body)| wanted(name, &body, version)).collect(),
        known: STACKS.map(str::to_owned).into(),
        bucket: BUCKET.to_owned(),
        bucket_stack: STACKS[0].to_owned(),
        archives: functions.map(|function| archive(function, version)).into(),
        copy_of: None,
        service: None,
        express: false,
        pace: Pace { poll: Duration::from_millis(1500), beat: Duration::from_secs(10) },
    }
}

/// Only the first stacks of it, as a stage with fewer pipelines has them.
pub(super) fn partly(version: Version, stacks: usize) -> Target {
    let mut target = stage(version);
    target.stacks.truncate(stacks);
    target
}

/// The same with something changed in one template.
pub(super) fn altered(target: &Target, stack: usize, change: impl FnOnce(&mut Value)) -> Target {
    let mut target = target.clone();
    let wanted = &mut target.stacks[stack];
    wanted.template = wanted.template.with(change);
    wanted.body = wanted.template.value().to_string();
    target
}

/// The same without any policy that keeps data.
pub(super) fn unkept(version: Version) -> Target {
    let without = |value: &mut Value| {
        for resource in value["Resources"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
            resource["DeletionPolicy"] = "Delete".into();
            resource["UpdateReplacePolicy"] = "Delete".into();
        }
    };
    (0..STACKS.len()).fold(stage(version), |target, stack| altered(&target, stack, without))
}

/// The same as a stage of another name.
pub(super) fn named(name: &str, version: Version) -> Target {
    let other = |text: &str| text.replace("sim-", &format!("{name}-"));
    let mut target = stage(version);
    name.clone_into(&mut target.stage);
    for wanted in &mut target.stacks {
        wanted.name = other(&wanted.name);
        wanted.body = other(&wanted.body);
        wanted.template = Template::parse(&wanted.body).unwrap_or_default();
    }
    target.known = target.known.iter().map(|known| other(known)).collect();
    for archive in &mut target.archives {
        if let Shelf::Repository(repository) = &mut archive.shelf {
            *repository = other(repository);
        }
    }
    (target.bucket, target.bucket_stack) = (other(&target.bucket), other(&target.bucket_stack));
    target
}

/// The repository of the one function that is packaged as an image.
const REPOSITORY: &str = "sim-images";

fn is_image(function: &str, version: Version) -> bool {
    version.image && function == "load"
}

fn key(function: &str, version: Version) -> String {
    if is_image(function, version) {
        return format!("sha256:{}", &hash::hex(&[version.code.as_bytes()])[..16]);
    }
    let built = hash::hex(&[function.as_bytes(), version.code.as_bytes()]);
    if version.signed {
        return format!("signed/{function}/{}-{VERSION}.zip", &built[..16]);
    }
    format!("{function}/{}.zip", &built[..16])
}

fn signing(function: &str, version: Version) -> Option<Signing> {
    if !version.signed || is_image(function, version) {
        return None;
    }
    let profile = Profile { name: "sim".to_owned(), version: VERSION.to_owned(), owner: "1".to_owned() };
    let unsigned = key(function, Version { signed: false, ..version });
    Some(Signing { profile, prefix: format!("signing/{unsigned}-"), unsigned })
}

fn archive(function: &str, version: Version) -> Archive {
    let key = key(function, version);
    let signing = signing(function, version);
    let sha256_base64 = format!("checksum of {}", signing.as_ref().map_or(&key, |signing| &signing.unsigned));
    let shelf = if is_image(function, version) { Shelf::Repository(REPOSITORY.to_owned()) } else { Shelf::Bucket };
    Archive {
        function: function.to_owned(),
        shelf,
        path: PathBuf::from(&key),
        key,
        sha256_base64,
        bytes: 1024,
        signing,
    }
}

fn wanted(name: &str, body: &Value, version: Version) -> Wanted {
    let declared = body["Parameters"].as_object().into_iter().flat_map(|map| map.keys());
    let value = |parameter: &String| key(parameter.trim_end_matches("Code"), version);
    let body_text = body.to_string();
    Wanted {
        name: name.to_owned(),
        parameters: declared.map(|parameter| (parameter.clone(), value(parameter))).collect(),
        template: Template::parse(&body_text).unwrap_or_default(),
        body: body_text,
        tags: BTreeMap::from([("stage".to_owned(), "sim".to_owned())]),
    }
}

fn kept(kind: &str, properties: &Value) -> Value {
    json!({"Type": kind, "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain", "Properties": properties})
}

fn function(name: &str, version: Version) -> [(String, Value); 2] {
    let role = json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": []}});
    let of_code = json!({"Ref": format!("{name}Code")});
    let code = if is_image(name, version) {
        json!({"ImageUri": {"Fn::Sub": ["${Repository}@${Digest}", {"Repository": REPOSITORY, "Digest": of_code}]}})
    } else {
        json!({"S3Bucket": BUCKET, "S3Key": of_code})
    };
    let mut properties = json!({"FunctionName": format!("sim-{name}"), "Code": code,
        "Role": {"Fn::GetAtt": [format!("{name}Role"), "Arn"]}});
    if signing(name, version).is_some() {
        properties["CodeSigningConfigArn"] = json!({"Fn::GetAtt": [SIGNING, "CodeSigningConfigArn"]});
    }
    [
        (format!("{name}Role"), role),
        (format!("{name}Function"), json!({"Type": "AWS::Lambda::Function", "Properties": properties})),
    ]
}

/// What says whose signatures the functions of a stack take.
const SIGNING: &str = "CodeSigning";

fn signing_config() -> Value {
    let publisher = format!("arn:aws:signer:eu-west-1:1:/signing-profiles/sim/{VERSION}");
    json!({"Type": "AWS::Lambda::CodeSigningConfig", "Properties": {
        "AllowedPublishers": {"SigningProfileVersionArns": [publisher]},
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Enforce"},
    }})
}

fn export(stack: &str, key: &str, id: &str) -> Value {
    json!({"Value": {"Ref": id}, "Export": {"Name": format!("{stack}:{key}")}})
}

fn import(stack: &str, key: &str) -> Value {
    json!({"Fn::ImportValue": format!("{stack}:{key}")})
}

fn template(version: Version, functions: &[&str], resources: Vec<(&str, Value)>, outputs: Vec<(&str, Value)>) -> Value {
    let mut all: BTreeMap<String, Value> = resources.into_iter().map(|(id, value)| (id.to_owned(), value)).collect();
    all.extend(functions.iter().flat_map(|name| function(name, version)));
    if functions.iter().any(|name| signing(name, version).is_some()) {
        all.insert(SIGNING.to_owned(), signing_config());
    }
    let parameters: BTreeMap<_, _> =
        functions.iter().map(|name| (format!("{name}Code"), json!({"Type": "String"}))).collect();
    let outputs: BTreeMap<_, _> = outputs.into_iter().collect();
    json!({"Parameters": parameters, "Resources": all, "Outputs": outputs})
}

fn data_sources(version: Version) -> Value {
    let mut resources = vec![
        ("Artifacts", kept("AWS::S3::Bucket", &json!({"BucketName": BUCKET}))),
        ("Output", kept("AWS::S3::Bucket", &json!({"BucketName": "sim-output"}))),
        ("Topic", json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "sim-alerts"}})),
    ];
    let outputs =
        vec![("Output", export(STACKS[0], "Output", "Output")), ("Topic", export(STACKS[0], "Topic", "Topic"))];
    if version.image {
        resources.push(("Images", kept("AWS::ECR::Repository", &json!({"RepositoryName": REPOSITORY}))));
    }
    template(version, &[], resources, outputs)
}

fn stream(version: Version) -> Value {
    let stream = json!({"Name": "sim-taxi", "ShardCount": version.shards});
    let mapping =
        json!({"EventSourceArn": {"Fn::GetAtt": ["Stream", "Arn"]}, "FunctionName": {"Ref": "storeFunction"}});
    let resources = vec![
        ("Stream", kept("AWS::Kinesis::Stream", &stream)),
        (
            "Failures",
            kept("AWS::SQS::Queue", &json!({"QueueName": "sim-failures", "Lake": import(STACKS[0], "Output")})),
        ),
        ("Mapping", json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping})),
    ];
    template(version, &["store", "forward"], resources, vec![])
}

fn ingestion(version: Version) -> Value {
    let mut resources = vec![
        ("Catalogue", kept("AWS::S3::Bucket", &json!({"BucketName": "sim-catalogue"}))),
        ("Files", kept("AWS::SQS::Queue", &json!({"QueueName": "sim-files", "Alerts": import(STACKS[0], "Topic")}))),
    ];
    if version.extra {
        resources.push(("Extra", kept("AWS::SQS::Queue", &json!({"QueueName": "sim-extra"}))));
    }
    let outputs = if version.linked { vec![("Files", export(STACKS[2], "Files", "Files"))] } else { vec![] };
    template(version, &["consolidate"], resources, outputs)
}

fn load(version: Version) -> Value {
    let files = if version.linked { import(STACKS[2], "Files") } else { json!("by name") };
    let resources = vec![("Loads", kept("AWS::SQS::Queue", &json!({"QueueName": "sim-loads", "Files": files})))];
    template(version, &["load"], resources, vec![])
}
