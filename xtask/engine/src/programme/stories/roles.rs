//! A stage that CloudFormation changes in a role of its own: made by another stack, handed over with each operation.

use super::super::stage::STACKS;
use super::Verdict;
use super::scene::{Scene, ensure, failed};
use crate::failure::Exit;
use crate::target::{DeleteData, ServiceRole, Target, Wishes};
use crate::template::Template;

const ROLE: &str = "arn:aws:iam::1:role/ci/sim-execution";
const BOOTSTRAP: &str = "sim-bootstrap";

fn served(target: &Target) -> Target {
    let (arn, stack) = (ROLE.to_owned(), BOOTSTRAP.to_owned());
    Target { service: Some(ServiceRole { arn, stack, stage: "sim".to_owned() }), ..target.clone() }
}

fn bootstrapped(scene: &Scene<'_>) {
    let now = scene.bench.clock.now();
    scene.change(|world| {
        world.stand(now, BOOTSTRAP, &Template::default());
        world.roles.insert(ROLE.to_owned());
    });
}

/// Every stack has the role from its first change on, whoever began it, and goes in it.
pub(super) fn hand_it_over(scene: &mut Scene<'_>) -> Verdict {
    let grounds = scene.grounds;
    // A stage that was there before is given it by the next change of each stack.
    if scene.way.is_multiple_of(2) {
        scene.from(&grounds.empty);
    }
    bootstrapped(scene);
    let target = served(&grounds.larger);
    scene.rough(&target, &Wishes::default())?;
    let done = scene.deployed(&target)?;
    scene.stands_as(&target)?;
    for name in STACKS {
        let world = scene.bench.world.borrow();
        let has = world.stack(name).is_some_and(|stack| stack.role.as_deref() == Some(ROLE));
        let changed = done.done.stacks.iter().any(|applied| applied.state.name == name && applied.changed);
        ensure(has || !changed, || format!("{name} was changed without the role"))?;
    }
    let all = Wishes { delete_data: DeleteData::All, ..Wishes::default() };
    scene.rough_destroy(&target, &all)?;
    scene.destroy(&target, &all).map_err(|failure| failure.to_string())?;
    let world = scene.bench.world.borrow();
    let mut left = STACKS.into_iter().filter(|name| world.stack(name).is_some());
    ensure(left.next().is_none(), || "a stack is still there".to_owned())?;
    ensure(world.ledger.violations.is_empty(), || world.ledger.violations.join("; "))
}

/// Before there is such a role, nothing is begun, and it is said who makes it.
pub(super) fn are_made_first(scene: &mut Scene<'_>) -> Verdict {
    let target = served(&scene.grounds.larger);
    let before = scene.begun();
    let words = ["nobody may deploy it yet", BOOTSTRAP, "cargo xtask bootstrap --stage sim"];
    failed(scene.deploy(&target, &Wishes::default()), Exit::Decision, &words)?;
    ensure(scene.begun() == before, || "something was begun".to_owned())?;
    // Where there is nothing to do, nobody is asked.
    let standing = served(&scene.grounds.first);
    scene.deployed(&standing).map(drop)
}
