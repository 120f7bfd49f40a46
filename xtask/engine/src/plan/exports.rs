//! Exports that go, or change, while another stack imports them: AWS would refuse the whole update.

use serde_json::Value;

use super::{Action, Decision, KeptExport, PlannedResource, Wish};
use crate::cloud::Cloud;
use crate::engine::Engine;
use crate::failure::Outcome;
use crate::refusal::Asked;
use crate::template::{Template, refers_to};

/// Puts exports that are still imported back into the wish: they leave with the next deploy, when nobody needs them.
pub(super) async fn keep_imported<C: Cloud>(
    engine: &Engine<'_, C>,
    deployed: &Template,
    wish: &mut Wish,
) -> Outcome<Vec<KeptExport>> {
    let mut kept = Vec::new();
    for (export, output) in deployed.exports() {
        if wish.template.exports().contains_key(export) {
            continue;
        }
        let imported_by = importers(engine, export).await?;
        if imported_by.is_empty() {
            continue;
        }
        wish.template = wish.template.keeping(output, deployed);
        kept.push(KeptExport { export: export.to_owned(), imported_by });
    }
    if !kept.is_empty() {
        wish.body = serde_json::to_string_pretty(wish.template.value()).unwrap_or_default();
    }
    Ok(kept)
}

/// Exports whose value changes with this plan while somebody imports them.
pub(super) async fn changed_while_imported<C: Cloud>(
    engine: &Engine<'_, C>,
    deployed: &Template,
    wanted: &Template,
    resources: &[PlannedResource],
) -> Outcome<Vec<Decision>> {
    let mut decisions = Vec::new();
    for (export, output) in deployed.exports() {
        let Some(now) = wanted.exports().get(export).map(|output| &wanted.output(output)["Value"]) else { continue };
        let before: &Value = &deployed.output(output)["Value"];
        let replaced =
            |resource: &PlannedResource| resource.action == Action::Replace && refers_to(now, &resource.logical_id);
        if before == now && !resources.iter().any(replaced) {
            continue;
        }
        let importers = importers(engine, export).await?;
        if !importers.is_empty() {
            decisions.push(Decision::imported_value(export, &importers));
        }
    }
    Ok(decisions)
}

async fn importers<C: Cloud>(engine: &Engine<'_, C>, export: &str) -> Outcome<Vec<String>> {
    engine.cloud.importers(export).await.asked(|| format!("cannot tell who imports {export}"))
}
