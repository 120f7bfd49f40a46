//! What is asked before anything is changed: whether this is the right account, and whether the caller may do it.

use std::collections::BTreeSet;

use crate::cloud::{Caller, Cloud, Fault, Standing};
use crate::engine::Engine;
use crate::failure::{Exit, Failure, Outcome};
use crate::host::News;
use crate::permissions::{Verb, needed};
use crate::plan::{Action, Plan};
use crate::refusal::{Asked, CHECK_THE_NETWORK};
use crate::target::ServiceRole;

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
    let actions: Vec<String> = actions(plan, engine.target.service.as_ref()).into_iter().collect();
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

/// Everything that the plan needs of the caller; where CloudFormation acts in a role of its own, what resources need is not
/// the caller's.
fn actions(plan: &Plan, service: Option<&ServiceRole>) -> BTreeSet<String> {
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
    if service.is_some() {
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
