//! From a stage and its archives to what the engine is given.

use engine::cloud::Profile;
use engine::failure::{Failure, Outcome};
use engine::target::{Archive, Pace, ServiceRole, Shelf, Signing, Target, Wanted};
use engine::template::Template;
use stacks::names;
use stacks::render::Rendered;
use stacks::stack::{StackKind, data_sources};
use stacks::stage::{Copied, Platform, SigningProfile, Stage};
use std::collections::BTreeMap;
use std::time::Duration;

use crate::build::{self, Kind};

/// Everything that the stage should be. `commit` is noted on the stacks that change.
pub(crate) fn of(
    stage: &Stage,
    rendered: Vec<Rendered>,
    archives: &[build::Archive],
    commit: Option<&str>,
) -> Outcome<Target> {
    let archives: Vec<_> = archives.iter().map(|built| archive(stage, built)).collect();
    let stacks = rendered.into_iter().map(|rendered| wanted(stage, rendered, &archives, commit));
    Ok(Target { stacks: stacks.collect::<Outcome<_>>()?, archives, ..without_stacks(stage) })
}

/// The stage as it is looked at or deleted: whatever stacks it has.
pub(crate) fn without_stacks(stage: &Stage) -> Target {
    Target {
        stage: stage.name.to_string(),
        stacks: Vec::new(),
        known: StackKind::ALL.into_iter().map(|kind| names::stack(stage, kind)).collect(),
        bucket: data_sources::artifact_bucket(stage),
        bucket_stack: names::stack(stage, StackKind::DataSources),
        archives: Vec::new(),
        service: service_role(stage),
        copy_of: stage.copy.as_ref().map(|copy| copy.of.to_string()),
        express: stage.express,
        pace: match stage.platform {
            Platform::Aws => Pace { poll: Duration::from_millis(1500), beat: Duration::from_secs(10) },
            Platform::Emulator => Pace { poll: Duration::from_millis(100), beat: Duration::from_secs(2) },
        },
    }
}

/// What CloudFormation takes on for a stage that workflows deploy, also when a person deploys it.
fn service_role(stage: &Stage) -> Option<ServiceRole> {
    let made_for = stage.ci.as_ref().map(|_| stage.origin().to_string())?;
    Some(ServiceRole {
        arn: names::ci_role_arn(stage, names::EXECUTION),
        stack: names::of_ci(stage, StackKind::Bootstrap.name()),
        stage: made_for,
    })
}

fn archive(stage: &Stage, archive: &build::Archive) -> Archive {
    let build::Archive { function, sha256_hex, .. } = archive;
    let in_bucket = |end| (Shelf::Bucket, format!("{function}/{sha256_hex}.{end}"));
    let (shelf, built) = match archive.kind {
        Kind::Zip => in_bucket("zip"),
        Kind::Script => in_bucket("py"),
        Kind::Image => (Shelf::Repository(names::repository(stage, function)), format!("sha256:{sha256_hex}")),
    };
    let signer = stage.code_signing.as_ref().filter(|_| archive.kind == Kind::Zip);
    Archive {
        function: function.clone(),
        shelf,
        key: signer.map_or_else(|| built.clone(), |signer| names::signed_archive(function, sha256_hex, signer)),
        path: archive.path.clone(),
        sha256_base64: archive.sha256_base64.clone(),
        bytes: archive.bytes,
        signing: signer.map(|signer| signing(signer, built)),
    }
}

fn signing(signer: &SigningProfile, unsigned: String) -> Signing {
    let [name, version, owner] = [signer.name(), signer.version(), signer.owner()].map(str::to_owned);
    Signing { profile: Profile { name, version, owner }, prefix: format!("signing/{unsigned}/"), unsigned }
}

/// One stack of it.
pub(crate) fn wanted(stage: &Stage, rendered: Rendered, archives: &[Archive], commit: Option<&str>) -> Outcome<Wanted> {
    let Rendered { stack, body } = rendered;
    let name = stack.name;
    let template = Template::parse(&body).ok_or_else(|| {
        Failure::new(format!("the rendered template of {name} is not YAML")).hint("run: cargo xtask test")
    })?;
    let mut parameters = BTreeMap::new();
    for code in &stack.functions {
        let archive = archives.iter().find(|archive| archive.function == code.function).ok_or_else(|| {
            Failure::new(format!("stack {name} takes the function {}, which was not built", code.function))
        })?;
        parameters.insert(code.parameter.clone(), archive.key.clone());
    }
    // Tags of the whole stack, which CloudFormation hands down to its resources.
    let tags = [
        ("project", Some(stage.project.as_str())),
        ("stage", Some(stage.name.as_str())),
        ("stack", Some(stack.kind.name())),
        ("commit", commit),
    ];
    let tags = tags.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
    let of_copy = stage.copy.iter().flat_map(Copied::tags).map(|(key, value)| (key.to_owned(), value));
    let tags = tags.chain(of_copy).collect();
    Ok(Wanted { name, body, template, parameters, tags })
}
