use check::arn::naming_of;
use chrono::DateTime;
use stacks::stage::{Copied, Scale, Stage, StageName};
use std::collections::BTreeSet;

use crate::official::Clean;
use crate::project::Project;
use crate::{judge, money, stages};

fn copy(of: &str, scale: f64, only: &[&str]) -> Stage {
    let project = Project::find().unwrap();
    let base = stages::load(&project, of).unwrap();
    let copied = Copied {
        of: base.name.clone(),
        scale: Scale::new(scale).unwrap(),
        only: only.iter().map(|name| (*name).to_owned()).collect(),
        local: false,
        expires: DateTime::UNIX_EPOCH,
    };
    base.copied(StageName::new("pr-1234567890123").unwrap(), copied, stages::host().unwrap()).unwrap()
}

/// Every set of prod's pipelines but the empty one.
fn sets() -> Vec<Vec<&'static str>> {
    let pipelines = stages::load(&Project::find().unwrap(), "prod").unwrap().pipelines;
    let names: Vec<_> = pipelines.named().into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
    let chosen = |set: u32| names.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1).map(|(_, name)| *name);
    (1..1_u32 << names.len()).map(|set| chosen(set).collect()).collect()
}

/// The longest name that a copy can have, so that names are as long as they get.
#[test]
fn a_copy_of_any_scale_with_any_pipelines_raises_nothing() {
    let every_set = sets().into_iter().flat_map(|only| [0.01, 10.0].map(|scale| copy("prod", scale, &only)));
    let every_scale = [0.02, 0.05, 0.25, 0.5, 1.0, 2.0, 5.0];
    let every_scale = ["staging", "prod"].into_iter().flat_map(|of| every_scale.map(|scale| copy(of, scale, &[])));
    let judged = judge::stages(Clean::none(), every_set.chain(every_scale).map(|copy| Ok(renamed(copy)))).unwrap();
    assert_eq!(judged.diagnostics, [], "{:#?}", judged.diagnostics.first());
    assert_eq!(judged.unknown, Vec::<String>::new());
    assert_eq!(judged.stages, sets().len() * 2 + 14);
}

/// With volumes that follow the scale as well.
#[test]
fn a_larger_copy_never_costs_less() {
    let project = Project::find().unwrap();
    for only in sets() {
        let mut before = 0.0;
        for scale in [0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.5, 5.0, 7.5, 10.0] {
            let copy = copy("prod", scale, &only);
            let stated = money::volumes_of(&project, &copy).unwrap();
            let estimate = money::bill(&copy, &stages::rendered(&copy).unwrap(), &stated.volumes).unwrap();
            let monthly = estimate.monthly();
            assert!(monthly >= before, "{only:?} at {scale}: {monthly} after {before}");
            assert!(monthly > 0.0 && estimate.unpriced.is_empty(), "{:?}", estimate.unpriced);
            before = monthly;
        }
    }
}

/// Each under a name of its own, as stages of one account are.
fn renamed(copy: Stage) -> Stage {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Stage { name: StageName::new(format!("copy-12345678{number:03}")).unwrap(), ..copy }
}

/// What follows a stage in a name is never the end of what follows another: otherwise a stage could be called so that
/// one of its names is one of another stage's.
#[test]
fn names_of_stages_cannot_collide() {
    let project = Project::find().unwrap();
    let mut things = BTreeSet::new();
    for stage in stages::names(&project).unwrap() {
        let stage = stages::load(&project, &stage).unwrap();
        let prefix = format!("{}-{}", stage.project, stage.name);
        for resource in judge::world(&stage).unwrap().resources() {
            let Some(naming) = naming_of(&resource.kind).filter(|naming| !naming.name.is_empty()) else { continue };
            let Some(name) = resource.get(naming.name).text() else { continue };
            let name = name.replace('_', "-");
            if let Some(thing) = name.strip_prefix(&prefix) {
                things
                    .insert((resource.kind.clone(), thing.trim_start_matches('-').replace(stage.account.as_str(), "")));
            }
        }
    }
    assert!(things.len() > 60, "{}", things.len());
    for (kind, thing) in &things {
        let inside = things.iter().find(|(other, end)| other == kind && thing.ends_with(&format!("-{end}")));
        assert_eq!(inside, None, "{kind} {thing}");
    }
}
