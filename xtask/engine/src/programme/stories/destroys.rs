//! Stages that go: with their data kept unless it was named, in order, and not at all where they must not.

use super::super::stage::{BUCKET, STACKS};
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::cloud::StackStatus;
use crate::failure::Exit;
use crate::target::{DeleteData, Wishes};
use crate::template::Template;

const DATA: [&str; 7] = [BUCKET, "sim-output", "sim-taxi", "sim-failures", "sim-catalogue", "sim-files", "sim-loads"];

fn naming(ids: &[&str]) -> Wishes {
    Wishes { delete_data: DeleteData::Of(ids.iter().map(|id| (*id).to_owned()).collect()), ..Wishes::default() }
}

fn gone(scene: &Scene<'_>) -> Verdict {
    let world = scene.bench.world.borrow();
    match STACKS.into_iter().find(|name| world.stack(name).is_some()) {
        Some(name) => Err(format!("{name} is still there")),
        None => Ok(()),
    }
}

fn kept(scene: &Scene<'_>, but: &[&str]) -> Verdict {
    for name in DATA {
        let expected = (!but.contains(&name)).then_some(false);
        ensure(scene.thing(name) == expected, || format!("{name}: {:?}, not {expected:?}", scene.thing(name)))?;
    }
    Ok(())
}

/// Deployed so that everything would go with its stack: the policies are written anew before (fault 13).
pub(super) fn keep_data(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    scene.from(&grounds.unkept);
    scene.rough_destroy(&grounds.careless, &Wishes::default())?;
    scene.destroy(&grounds.careless, &Wishes::default()).map_err(|failure| failure.to_string())?;
    gone(scene)?;
    kept(scene, &[])?;
    scene.sound(&[])
}

/// Some of it is named, full and filling; the rest stays (fault 13).
pub(super) fn lose_what_was_named(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    let (from, target) =
        if scene.chance.bool() { (&grounds.standing, &grounds.first) } else { (&grounds.unkept, &grounds.careless) };
    scene.from(from);
    let (ids, names): (&[&str], &[&str]) = match scene.way % 3 {
        0 => (&["Output"], &["sim-output"]),
        1 => (&["Artifacts", "Files"], &[BUCKET, "sim-files"]),
        _ => (&["Catalogue", "Stream", "Artifacts"], &["sim-catalogue", "sim-taxi", BUCKET]),
    };
    let objects = scene.chance.usize(0..8);
    let filling = scene.chance.u32(0..3);
    scene.change(|world| {
        for bucket in ["sim-output", "sim-catalogue"] {
            for number in 0..objects {
                let _ = world.put(bucket, &format!("trips/{number}"), "data", "data");
            }
        }
        for bucket in [BUCKET, "sim-output", "sim-catalogue"] {
            world.climate.filling.insert(bucket.to_owned(), filling);
        }
    });
    let wishes = naming(ids);
    scene.rough_destroy(target, &wishes)?;
    let done = scene.destroy(target, &wishes).map_err(|failure| failure.to_string())?;
    gone(scene)?;
    kept(scene, names)?;
    scene.sound(ids)?;
    if scene.is_calm() {
        // The bucket of archives also holds the lease.
        let most = objects + 10 + 3 * filling as usize;
        ensure(done.objects_deleted <= most, || format!("{} objects deleted", done.objects_deleted))?;
    }
    Ok(())
}

/// Where a policy alone counts as no change, what is to be kept is kept all the same (fault 28).
pub(super) fn see_no_change_in_policies(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    scene.from(&grounds.unkept);
    scene.change(|world| world.climate.blind_to_policies = true);
    scene.rough_destroy(&grounds.careless, &Wishes::default())?;
    scene.destroy(&grounds.careless, &Wishes::default()).map_err(|failure| failure.to_string())?;
    gone(scene)?;
    kept(scene, &[])?;
    scene.sound(&[])
}

/// What cannot be deleted is named, and left behind only when asked (fault 23).
pub(super) fn leave_behind(scene: &mut Scene<'_>) -> Verdict {
    let target = &scene.grounds.first;
    let blockers = [vec!["Topic"], vec!["Mapping", "consolidateRole"]][scene.way % 2].clone();
    let failing: Vec<_> = blockers.iter().map(|id| (*id).to_owned()).collect();
    scene.change(|world| world.climate.deletion_fails.clone_from(&failing));
    let words = ["DELETE_FAILED", "dependent object", "--retain"];
    failed(scene.destroy(target, &Wishes::default()), Exit::Decision, &words)?;
    let text = failed(scene.destroy(target, &Wishes::default()), Exit::Decision, &words)?;
    let named = blockers.iter().filter(|id| text.contains(&format!("--retain {id}"))).count();
    ensure(named == blockers.len(), || format!("it does not name what to retain: {text}"))?;
    let wishes = Wishes { retain: failing, ..Wishes::default() };
    scene.rough_destroy(target, &wishes)?;
    scene.destroy(target, &wishes).map_err(|failure| failure.to_string())?;
    gone(scene)?;
    let left = scene.bench.world.borrow().things.values().filter(|thing| thing.owner.is_none()).count();
    ensure(left == DATA.len() + blockers.len(), || format!("{left} things are left behind"))?;
    scene.sound(&[])
}

/// In a stack whose deletion failed, data that would go with the next try is not let go because it was to be retained:
/// CloudFormation retains only what failed to go.
pub(super) fn retain_nothing_that_could_go(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    scene.from(&grounds.unkept);
    let now = scene.bench.clock.now();
    scene.change(|world| world.bring_into(now, STACKS[3], StackStatus::DeleteFailed, "millrace-1-a"));
    let wishes = Wishes { retain: vec!["Loads".to_owned(), "loadRole".to_owned()], ..Wishes::default() };
    let is_blocker = scene.bench.world.borrow().stack(STACKS[3]).is_some_and(|s| s.unwell.contains_key("Loads"));
    if is_blocker {
        scene.destroy(&grounds.careless, &wishes).map_err(|failure| failure.to_string())?;
        return scene.sound(&[]);
    }
    scene.asks(&["Loads", "--delete-data Loads"], || scene.destroy(&grounds.careless, &wishes))?;
    scene.sound(&[])
}

/// Nothing of a stage is touched if one of its stacks is protected (fault 23).
pub(super) fn respect_protection(scene: &mut Scene<'_>) -> Verdict {
    let stack = STACKS[scene.way % STACKS.len()];
    scene.change(|world| {
        let found = world.find(stack);
        if let Some(at) = found {
            world.stacks[at].state.protected = true;
        }
    });
    let words = [stack, "termination protection"];
    scene.asks(&words, || scene.destroy(&scene.grounds.first, &Wishes::default()))?;
    scene.stands_as(&scene.grounds.first)
}

/// Nothing of a stage is touched if somebody outside imports from it (fault 12).
pub(super) fn respect_importers(scene: &mut Scene<'_>) -> Verdict {
    let now = scene.bench.clock.now();
    let text =
        r#"{"Resources": {"X": {"Type": "T", "Properties": {"A": {"Fn::ImportValue": "sim-ingestion:Files"}}}}}"#;
    let template = Template::parse(text).unwrap_or_default();
    scene.change(|world| world.stand(now, "outside", &template));
    let words = ["sim-ingestion:Files", "stack outside imports it", "delete outside first"];
    scene.asks(&words, || scene.destroy(&scene.grounds.first, &Wishes::default()))?;
    scene.stands_as(&scene.grounds.first)
}

/// What imports goes before what exports, so that no deletion fails; afterwards there is nothing left to do; and what was
/// kept is taken in again.
pub(super) fn in_order(scene: &mut Scene<'_>) -> Verdict {
    let target = &scene.grounds.first;
    scene.destroy(target, &Wishes::default()).map_err(|failure| failure.to_string())?;
    let failed = |event: &crate::cloud::Event| event.status.ends_with("_FAILED");
    let failures =
        scene.bench.world.borrow().stacks.iter().flat_map(|stack| &stack.events).filter(|(_, e)| failed(e)).count();
    ensure(failures == 0, || format!("{failures} deletions failed"))?;
    let before = scene.begun();
    let again = scene.destroy(target, &Wishes::default()).map_err(|failure| failure.to_string())?;
    ensure(again.stacks.is_empty() && scene.begun() == before, || "it is destroyed twice".to_owned())?;
    scene.rough(target, &Wishes::default())?;
    scene.deployed(target)?;
    for name in DATA {
        ensure(scene.thing(name) == Some(true), || format!("{name} was not taken in again"))?;
    }
    scene.stands_as(target)
}
