//! Exports that leave, and such that must not change.

use super::super::stage::{STACKS, altered};
use super::Verdict;
use super::scene::{Scene, ensure};
use crate::target::Wishes;

/// What is still imported stays for one deploy, and goes with the next (fault 12).
pub(super) fn leave_in_two_rounds(scene: &mut Scene<'_>) -> Verdict {
    let target = &scene.grounds.unlinked;
    scene.rough(target, &Wishes::default())?;
    let first = scene.deployed(target)?;
    let kept: Vec<_> = first.plan.stacks.iter().flat_map(|stack| &stack.kept_exports).collect();
    if scene.is_calm() {
        let as_told = kept.len() == 1 && kept[0].export == "sim-ingestion:Files" && kept[0].imported_by == [STACKS[3]];
        ensure(as_told, || format!("it does not tell which export it keeps: {kept:?}"))?;
        ensure(scene.bench.world.borrow().exporter("sim-ingestion:Files").is_some(), || "the export left".to_owned())?;
    }
    let second = scene.deployed(target)?;
    let kept = second.plan.stacks.iter().any(|stack| !stack.kept_exports.is_empty());
    ensure(!kept, || "the second round still keeps an export".to_owned())?;
    scene.stands_as(target)
}

/// The value of an export that is imported changes under no name (fault 12).
pub(super) fn keep_their_value(scene: &mut Scene<'_>) -> Verdict {
    let (target, words) = if scene.way.is_multiple_of(2) {
        let other = |value: &mut serde_json::Value| value["Outputs"]["Files"]["Value"]["Ref"] = "Catalogue".into();
        (altered(&scene.grounds.first, 2, other), ["sim-ingestion:Files", "sim-load", "new name"])
    } else {
        let other = |value: &mut serde_json::Value| {
            value["Resources"]["Topic"]["Properties"]["TopicName"] = "sim-other".into();
        };
        (altered(&scene.grounds.first, 0, other), ["sim-data-sources:Topic", "sim-ingestion", "new name"])
    };
    let allow = ["Files", "Topic"].map(str::to_owned).into();
    for wishes in [Wishes::default(), Wishes { allow, ..Wishes::default() }] {
        scene.asks(&words, || scene.deploy(&target, &wishes))?;
    }
    scene.stands_as(&scene.grounds.first)
}
