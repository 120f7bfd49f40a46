//! What is asked before anything is changed: whether this is the right account, and whether the caller may do it.

use std::collections::BTreeSet;

use crate::cloud::{Caller, Cloud, Fault, ProfileState, Standing};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::host::News;
use crate::permissions::{Verb, needed};
use crate::plan::{Action, Plan};
use crate::refusal::{Asked, CHECK_THE_NETWORK};
use crate::target::{ServiceRole, Signing};

/// A deploy to the wrong account is not undone by an error message afterwards.
pub async fn account<C: Cloud>(cloud: &C, stage: &str, account: &str) -> Outcome<Caller> {
    let caller = cloud.caller().await.map_err(|error| match error.fault {
        Fault::NoCredentials => Failure::new(format!("stage {stage}: no AWS credentials"))
            .because(&error)
            .hint(format!("sign in to account {account}, for example with 'aws sso login', and set AWS_PROFILE")),
        Fault::Expired => Failure::new(format!("stage {stage}: the AWS credentials have expired"))
            .because(&error)
            .hint("sign in again and repeat the command"),
        Fault::Unreachable => {
            Failure::new(format!("stage {stage}: AWS does not answer")).because(&error).hint(CHECK_THE_NETWORK)
        }
        _ => Failure::new(format!("stage {stage}: cannot tell whose credentials these are")).because(&error),
    })?;
    if caller.account == account {
        return Ok(caller);
    }
    Err(Failure::invalid(format!(
        "stage {stage} lives in account {account}, but the credentials are of account {}",
        caller.account
    ))
    .since(format!("the caller is {}", caller.arn))
    .hint(format!("use credentials of account {account}, or correct 'account' in environments/{stage}.yaml")))
}

/// Asks IAM whether the caller may do what the plan needs, and says what it may not. IAM is asked about any resource: a
/// policy that is limited to some may still allow it, so that this warns and does not stop.
pub async fn permissions<C: Cloud>(engine: &Engine<'_, C>, plan: &Plan) {
    let Ok(caller) = engine.cloud.caller().await else { return };
    if caller.arn.ends_with(":root") {
        return;
    }
    let actions: Vec<String> = actions(engine, plan).into_iter().collect();
    let note = match engine.cloud.denied(&caller, &actions).await {
        Ok(denied) if denied.is_empty() => return,
        Ok(denied) => format!(
            "IAM says that {} may not do, at least not to every resource: {}. If AWS refuses one of them, what was begun is \
             rolled back",
            caller.arn,
            denied.join(", ")
        ),
        Err(error) => format!("cannot ask IAM whether {} may do this ({error}); going on", caller.arn),
    };
    engine.host.tell(News::Note(&note));
}

/// What CloudFormation is to take on has to be there, and so has what bounds the roles that it makes.
pub async fn bootstrapped<C: Cloud>(engine: &Engine<'_, C>) -> Outcome {
    let Some(service) = &engine.target.service else { return Ok(()) };
    let ServiceRole { stack, stage, .. } = service;
    let made = engine.cloud.stack(stack).await.asked(|| format!("cannot look at stack {stack}"))?;
    if made.is_some_and(|made| made.status.standing() != Standing::Absent) {
        return Ok(());
    }
    Err(Failure::new(format!("stage {}: nobody may deploy it yet", engine.target.stage))
        .since(format!("its stage file names a repository that deploys it, and stack {stack} is not there"))
        .hint(format!("somebody who may make roles makes it, once: cargo xtask bootstrap --stage {stage}"))
        .exit(Exit::Decision))
}

/// What signatures have to be for, for functions to take them.
const FOR_FUNCTIONS: &str = "AWSLambda-SHA384-ECDSA";

/// Where functions take signed code alone, the profile that signs it has to be one that does, before anything is begun.
pub async fn signer<C: Cloud>(engine: &Engine<'_, C>) -> Outcome {
    let Some(signing) = engine.target.archives.iter().find_map(|archive| archive.signing.as_ref()) else {
        return Ok(());
    };
    let (stage, profile) = (&engine.target.stage, &signing.profile);
    let found = engine.cloud.signing_profile(profile).await;
    let found = found.asked(|| format!("cannot look at the signing profile {}", profile.name))?;
    let what = match &found {
        None => "there is none of that name in this region".to_owned(),
        Some(ProfileState { ended: Some(ended), .. }) => {
            format!("it is {}, and signs no more", ended.to_lowercase())
        }
        Some(ProfileState { platform, .. }) if platform != FOR_FUNCTIONS => {
            format!("it signs for the platform {platform}, and functions take {FOR_FUNCTIONS}")
        }
        Some(found) if found.version != profile.version => return Err(other_version(stage, signing, &found.version)),
        Some(_) => return Ok(()),
    };
    Err(Failure::new(format!("stage {stage}: its code cannot be signed with profile {}", profile.name))
        .since(what)
        .hint(format!(
            "make one with 'aws signer put-signing-profile --profile-name NAME --platform-id {FOR_FUNCTIONS}', and write the \
             profileVersionArn that it answers as 'code_signing' into environments/{stage}.yaml"
        ))
        .exit(Exit::Decision))
}

/// A profile signs with its latest version, and functions take what the one signed that the stage names.
pub(crate) fn other_version(stage: &str, signing: &Signing, version: &str) -> Failure {
    let (name, named) = (&signing.profile.name, &signing.profile.version);
    Failure::new(format!(
        "stage {stage}: profile {name} signs as version {version}, and the stage takes version {named}"
    ))
    .hint(format!(
        "if that version is meant, write its ARN as 'code_signing' into environments/{stage}.yaml: 'aws signer \
             get-signing-profile --profile-name {name}' shows it"
    ))
    .exit(Exit::Decision)
}

/// Everything that the plan needs of the caller; where CloudFormation acts in a role of its own, what resources need is not
/// the caller's.
fn actions<C>(engine: &Engine<'_, C>, plan: &Plan) -> BTreeSet<String> {
    let ours = [
        "cloudformation:CreateChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:GetTemplate",
        "s3:GetObject",
        "s3:PutObject",
    ];
    let mut actions: BTreeSet<String> = ours.map(str::to_owned).into();
    if engine.target.archives.iter().any(|archive| archive.signing.is_some()) {
        let signing = ["s3:GetObjectVersion", "signer:DescribeSigningJob", "signer:StartSigningJob"];
        actions.extend(signing.map(str::to_owned));
    }
    if engine.target.service.is_some() {
        return actions;
    }
    for resource in plan.stacks.iter().flat_map(|stack| &stack.resources) {
        let verbs: &[Verb] = match resource.action {
            Action::Create => &[Verb::Create],
            Action::Modify => &[Verb::Modify],
            Action::Replace => &[Verb::Create, Verb::Delete],
            Action::Delete => &[Verb::Delete],
        };
        let needs = verbs.iter().filter_map(|verb| needed(&resource.kind, *verb)).flatten();
        actions.extend(needs.map(|action| (*action).to_owned()));
    }
    actions
}
