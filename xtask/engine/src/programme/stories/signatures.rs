//! A stage whose functions take signed code alone (fault 35).

use super::super::stage::{BUCKET, SIGNED, SIGNED_OTHER, STACKS, stage};
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::failure::Exit;
use crate::sim::World;
use crate::target::{Target, Wishes};

/// What becomes of a profile.
type Change = fn(&mut World);

fn jobs(scene: &Scene<'_>) -> usize {
    scene.bench.world.borrow().jobs.len()
}

/// Every archive is signed, once, and a deploy of the same asks for nothing.
pub(super) fn come_first(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    if scene.way.is_multiple_of(2) {
        scene.from(&grounds.empty);
    }
    let wishes = Wishes { hotswap: scene.way.is_multiple_of(3), ..Wishes::default() };
    for target in [stage(SIGNED), stage(SIGNED_OTHER)] {
        let before = jobs(scene);
        scene.rough(&target, &wishes)?;
        scene.deploy(&target, &wishes).map_err(|failure| failure.to_string())?;
        scene.bench.rest();
        scene.deployed(&target)?;
        scene.stands_as(&target)?;
        let asked = jobs(scene) - before;
        ensure(asked == target.archives.len(), || format!("{asked} signatures of {} archives", target.archives.len()))?;
    }
    let before = jobs(scene);
    // What was deployed before is signed already.
    scene.deployed(&stage(SIGNED))?;
    ensure(jobs(scene) == before, || "what was signed is signed again".to_owned())
}

/// A job that failed is followed by another, also in a later run; and what cannot be signed reaches no stack.
pub(super) fn fail(scene: &mut Scene<'_>) -> Verdict {
    let target = stage(SIGNED);
    let wishes = Wishes { hotswap: scene.way.is_multiple_of(2), ..Wishes::default() };
    let most = 2 * target.archives.len();
    let times = [1, most][scene.way / 4 % 2];
    scene.change(|world| world.climate.failing_signatures = u32::try_from(times).unwrap_or_default());
    if times == most {
        let before = scene.begun();
        let words = ["could not be signed", "could not write", "aws signer list-signing-jobs"];
        failed(scene.deploy(&target, &wishes), Exit::Failed, &words)?;
        ensure(scene.begun() == before, || "a stack was begun without its code".to_owned())?;
    }
    scene.rough(&target, &wishes)?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// What was copied and is not there reaches no stack, and is copied again; what the signer wrote and is not there is signed once
/// more.
pub(super) fn are_lost(scene: &mut Scene<'_>) -> Verdict {
    let target = stage(SIGNED);
    if scene.way.is_multiple_of(2) {
        scene.change(|world| world.climate.lost_copies = 1);
        let before = scene.begun();
        failed(scene.deploy(&target, &Wishes::default()), Exit::Failed, &["was copied", "is not there"])?;
        ensure(scene.begun() == before, || "a stack was begun without its code".to_owned())?;
    } else {
        // Cut off after the signatures were begun, by somebody who then empties the bucket of them.
        scene.cut_off(&target, 40 + scene.way % 30);
        scene.bench.rest();
        scene.change(|world| world.objects.retain(|(bucket, key), _| bucket != BUCKET || !key.starts_with("sign")));
    }
    scene.rough(&target, &Wishes::default())?;
    scene.deployed(&target)?;
    scene.stands_as(&target)
}

/// With a profile that signs no more, for something else, or as another version, nothing is begun.
pub(super) fn ask_for_a_good_profile(scene: &mut Scene<'_>) -> Verdict {
    let target = stage(SIGNED);
    let ways: [(&[&str], Change); 4] = [
        (&["there is none of that name", "aws signer put-signing-profile"], |world| world.profile = None),
        (&["it is canceled", "code_signing"], |world| {
            if let Some(profile) = &mut world.profile {
                profile.ended = Some("Canceled".to_owned());
            }
        }),
        (&["AmazonFreeRTOS-Default", "functions take"], |world| {
            if let Some(profile) = &mut world.profile {
                "AmazonFreeRTOS-Default".clone_into(&mut profile.platform);
            }
        }),
        (&["signs as version 0000000000", "get-signing-profile"], |world| {
            if let Some(profile) = &mut world.profile {
                "0000000000".clone_into(&mut profile.version);
            }
        }),
    ];
    let (words, change) = ways[scene.way % ways.len()];
    scene.change(change);
    scene.asks(words, || scene.deploy(&target, &Wishes::default()))?;
    ensure(jobs(scene) == 0, || "something was signed".to_owned())?;
    scene.stands_as(&scene.grounds.first)
}

/// Functions refuse what was put in the place of a signed archive, in either way of giving it to them; they go on with what they
/// had, and what to do is said.
pub(super) fn keep_other_code_out(scene: &mut Scene<'_>) -> Verdict {
    let (first, target): (Target, Target) = (stage(SIGNED), stage(SIGNED_OTHER));
    scene.deployed(&first)?;
    let archive = &target.archives[scene.way % target.archives.len()];
    scene.change(|world| drop(world.put(BUCKET, &archive.key, "of something else", "")));
    let wishes = Wishes { hotswap: scene.way.is_multiple_of(2), ..Wishes::default() };
    failed(
        scene.deploy(&target, &wishes),
        Exit::Failed,
        &["Lambda cannot deploy the function", "delete what is under"],
    )?;
    scene.bench.rest();
    scene.sound(&[])?;
    scene.change(|world| drop(world.objects.remove(&(BUCKET.to_owned(), archive.key.clone()))));
    scene.deployed(&target)?;
    scene.bench.rest();
    ensure(scene.status(STACKS.len() - 1).is_some(), || "a stack is gone".to_owned())?;
    scene.stands_as(&target)
}
