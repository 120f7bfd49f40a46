//! The fast path: new code goes straight to its functions, and is live in seconds. The stacks are given the same code
//! right after it and get there by themselves, so that the next plan finds them as they say.

use super::bring::bring;
use super::together::all;
use super::upload::upload;
use super::walk::Walked;
use crate::cloud::{Cloud, Code, Swap};
use crate::engine::Engine;
use crate::failure::{Failure, Outcome};
use crate::host::News;
use crate::lease::Lease;
use crate::plan::{Plan, StackPlan};
use crate::refusal::Asked;
use crate::target::Shelf;

/// One function and its new code.
struct NewCode<'a> {
    function: String,
    code: Code<'a>,
}

/// What was done, with the functions that have new code; `None` where more than code changes.
pub(super) async fn hotswap<C: Cloud>(
    engine: &Engine<'_, C>,
    lease: Option<&Lease<'_, C>>,
    plan: &Plan,
) -> Outcome<Option<(Walked, Vec<String>)>> {
    if !plan.is_code_only() {
        engine.host.tell(News::Note("more than code changes: the stacks are updated first, as without --hotswap"));
        return Ok(None);
    }
    let artifacts = upload(engine).await?;
    let mut swaps = Vec::new();
    for stack in &plan.stacks {
        swaps.extend(new_code(engine, stack).await?);
    }
    if let Some(lease) = lease {
        lease.check(&engine.target.stage).await?;
    }
    all(swaps.iter().map(|swap| go_live(engine, swap))).await?;
    let stacks = plan.stacks.iter().map(|stack| bring(engine, lease, stack, false));
    let stacks = all(stacks).await?;
    Ok(Some((Walked { stacks, artifacts }, swaps.into_iter().map(|swap| swap.function).collect())))
}

async fn new_code<'a, C: Cloud>(engine: &'a Engine<'_, C>, stack: &StackPlan) -> Outcome<Vec<NewCode<'a>>> {
    if stack.resources.is_empty() {
        return Ok(Vec::new());
    }
    let resources = engine.cloud.resources(&stack.name).await;
    let resources = resources.asked(|| format!("cannot list the resources of stack {}", stack.name))?;
    let mut found = Vec::new();
    for planned in &stack.resources {
        let parameter = stack.wanted.template.code_parameter(&planned.logical_id);
        let key = parameter.and_then(|parameter| stack.wanted.parameters.get(parameter));
        let archive = engine.target.archives.iter().find(|archive| Some(&archive.key) == key);
        let function = resources.iter().find(|resource| resource.logical_id == planned.logical_id);
        if let (Some(archive), Some(function)) = (archive, function) {
            let code = match &archive.shelf {
                Shelf::Bucket => Code::Archive { bucket: &engine.target.bucket, key: &archive.key },
                Shelf::Repository(repository) => Code::Image { repository, digest: &archive.key },
            };
            found.push(NewCode { function: function.physical_id.clone(), code });
        }
    }
    Ok(found)
}

async fn go_live<C: Cloud>(engine: &Engine<'_, C>, swap: &NewCode<'_>) -> Outcome {
    let NewCode { function, code } = swap;
    let failing = || format!("cannot give {function} its new code");
    engine.cloud.swap_code(function, *code).await.asked(failing)?;
    loop {
        match engine.cloud.swapped(function).await.asked(failing)? {
            Swap::Live => {
                engine.host.tell(News::Note(&format!("{function} runs its new code")));
                return Ok(());
            }
            Swap::Failed(reason) => return Err(Failure::new(failing()).since(reason).hint("deploy without --hotswap")),
            Swap::Pending => engine.cloud.pause(engine.target.pace.poll).await,
        }
    }
}
