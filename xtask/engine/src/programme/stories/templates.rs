//! Templates that are too large to be sent along, or at all; archives that are not where they were put.

use super::super::stage::{BUCKET, STACKS, altered};
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::failure::Exit;
use crate::target::{Shelf, Target, Wishes};

fn padded(target: &Target, stack: usize, bytes: usize) -> Target {
    altered(target, stack, |value| value["Metadata"]["Padding"] = "x".repeat(bytes).into())
}

/// One that is larger than what CloudFormation takes inline goes through the bucket (fault 19).
pub(super) fn large(scene: &mut Scene<'_>) -> Verdict {
    let stack = scene.way % STACKS.len();
    if scene.chance.bool() && stack != 0 {
        let empty = &scene.grounds.empty;
        scene.from(empty);
    }
    let target = padded(&scene.grounds.larger, stack, 60_000);
    let target = altered(&target, stack, |value| value["Resources"]["New"]["Type"] = "AWS::IAM::Role".into());
    scene.rough(&target, &Wishes::default())?;
    scene.deployed(&target)?;
    let folder = format!("templates/{}/", STACKS[stack]);
    let stored = |(bucket, key): &(String, String)| bucket == BUCKET && key.starts_with(&folder);
    ensure(scene.bench.world.borrow().objects.keys().any(stored), || "it is not in the bucket".to_owned())?;
    scene.stands_as(&target)
}

/// One that CloudFormation does not take at all is refused, as is one that needs the bucket that it makes (fault 19).
pub(super) fn beyond_the_limit(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    let (stack, bytes) = if scene.way.is_multiple_of(2) {
        (1 + scene.chance.usize(0..3), 1_000_000)
    } else {
        scene.from(&grounds.empty);
        (0, 60_000)
    };
    let target = padded(&grounds.larger, stack, bytes);
    let before = scene.begun().get(STACKS[stack]).copied();
    failed(scene.deploy(&target, &Wishes::default()), Exit::Invalid, &[STACKS[stack], "too large", "split the stage"])?;
    let after = scene.begun().get(STACKS[stack]).copied();
    ensure(before == after, || "something was begun".to_owned())?;
    scene.sound(&[])
}

/// Where AWS sees nothing to change, in either wording, nothing is done and nothing is wrong (fault 1).
pub(super) fn no_change(scene: &mut Scene<'_>) -> Verdict {
    scene.change(|world| world.climate.blind_to_policies = true);
    // Of another length each time, which the wording depends on.
    let policy = ["Retain", "Delete"][scene.way / 4 % 2];
    let stack = scene.way % STACKS.len();
    let target = altered(&scene.grounds.first, stack, |value| {
        for resource in value["Resources"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
            resource["UpdateReplacePolicy"] = policy.into();
        }
    });
    let before = scene.begun();
    scene.rough(&target, &Wishes::default())?;
    let done = scene.deployed(&target)?;
    let changed = done.done.stacks.iter().any(|applied| applied.changed);
    ensure(!changed && scene.begun() == before, || "something was changed".to_owned())?;
    scene.stands_as(&scene.grounds.first)
}

/// An archive of other bytes under the same key is replaced (fault 9).
pub(super) fn other_bytes(scene: &mut Scene<'_>) -> Verdict {
    let target = scene.grounds.other_code.clone();
    let archives: Vec<_> = target.archives.iter().filter(|archive| archive.shelf == Shelf::Bucket).collect();
    let archive = archives[scene.way % archives.len()];
    scene.change(|world| {
        let _ = world.put(BUCKET, &archive.key, "of something else", "");
    });
    scene.rough(&target, &Wishes::default())?;
    scene.deployed(&target)?;
    let checksum = scene.bench.world.borrow().checksum(BUCKET, &archive.key);
    ensure(checksum.as_ref() == Some(&archive.sha256_base64), || format!("{} is {checksum:?}", archive.key))?;
    scene.stands_as(&target)
}

/// An archive that was put and is not there reaches no stack (fault 27).
pub(super) fn lost_upload(scene: &mut Scene<'_>) -> Verdict {
    let target = scene.grounds.other_code.clone();
    scene.change(|world| world.climate.lost_uploads = 1);
    let wishes = Wishes { hotswap: scene.way.is_multiple_of(2), ..Wishes::default() };
    let before = scene.begun();
    failed(scene.deploy(&target, &wishes), Exit::Failed, &["was uploaded", "is not there"])?;
    ensure(scene.begun() == before, || "a stack was begun without its code".to_owned())?;
    scene.rough(&target, &wishes)?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}
