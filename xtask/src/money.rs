//! What things cost: the price table and stated volumes, brought to stages and plans.

use engine::failure::{Context, Failure, Outcome};
use engine::plan::{Plan, StackPlan, Step};
use engine::template::Template as Parsed;
use estimate::scene::Template;
use estimate::{Difference, Estimate, PricedRegion, Prices, Volumes, price};
use serde_json::Value;
use stacks::render::Rendered;
use stacks::stage::Stage;
use std::fs;
use std::path::{Path, PathBuf};

use crate::project::Project;

/// Volumes, and where they stand.
pub(crate) struct Stated {
    pub(crate) volumes: Volumes,
    pub(crate) file: String,
}

/// The volumes of the given file, or of the stage's own, or those that are taken where nobody says otherwise.
pub(crate) fn volumes(project: &Project, stage: &str, given: Option<&Path>) -> Outcome<Stated> {
    let folder = Path::new("environments/volumes");
    let own = folder.join(format!("{stage}.yaml"));
    let file = match given {
        Some(file) => file.to_owned(),
        None if project.root().join(&own).is_file() => own,
        None => folder.join("default.yaml"),
    };
    let path: PathBuf = if given.is_some() { file.clone() } else { project.root().join(&file) };
    let name = file.display().to_string();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        // The defaults are in the program as well.
        Err(error) if given.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Stated { volumes: Volumes::default(), file: "default volumes".to_owned() });
        }
        Err(error) => {
            return Err(Failure::invalid(format!("{name} cannot be read"))
                .because(&error)
                .hint("environments/volumes/default.yaml shows what such a file says"));
        }
    };
    let volumes = Volumes::parse(&name, &text).map_err(|fault| Failure::invalid(fault.to_string()))?;
    Ok(Stated { volumes, file: name })
}

/// Those of a stage: a copy has its share of what the other stage has.
pub(crate) fn volumes_of(project: &Project, stage: &Stage) -> Outcome<Stated> {
    let Stated { volumes, file } = volumes(project, stage.origin().as_str(), None)?;
    Ok(match &stage.copy {
        None => Stated { volumes, file },
        Some(copy) => {
            Stated { volumes: volumes.scaled(copy.scale.factor()), file: format!("{} of {file}", copy.scale) }
        }
    })
}

/// The region's prices. Those of another region would be wrong, and nobody would see it.
pub(crate) fn region(stage: &Stage) -> Outcome<PricedRegion> {
    PricedRegion::named(stage.region.as_str()).ok_or_else(|| {
        let known = PricedRegion::ALL.map(PricedRegion::name).join(" and ");
        Failure::invalid(format!("the price table has {known}, and stage {} lives in {}", stage.name, stage.region))
            .hint("add the region's prices to xtask/estimate/prices.yaml")
    })
}

/// A stage's bill.
pub(crate) fn bill(stage: &Stage, rendered: &[Rendered], volumes: &Volumes) -> Outcome<Estimate> {
    let region = region(stage)?;
    let parsed = rendered.iter().map(|rendered| {
        let body: Value = serde_saphyr::from_str(&rendered.body)
            .failing(|| format!("the rendered template of {} is not YAML", rendered.stack.name))?;
        Ok((rendered.stack.name.as_str(), body))
    });
    let parsed = parsed.collect::<Outcome<Vec<_>>>()?;
    let templates: Vec<_> = parsed.iter().map(|(stack, body)| Template { stack, body }).collect();
    Ok(price(&Prices::shipped(), region, &templates, volumes))
}

/// What a plan does to the bill, or why that cannot be told.
pub(crate) fn of_plan(project: &Project, stage: &Stage, plan: &Plan) -> Outcome<Result<Difference, String>> {
    let nothing = || Difference { before: 0.0, after: 0.0, resources: Vec::new(), unpriced: Vec::new() };
    if !plan.changes() {
        return Ok(Ok(nothing()));
    }
    let Ok(region) = region(stage) else {
        return Ok(Err(format!("there are no prices of {} in the table", stage.region)));
    };
    let stated = volumes_of(project, stage)?;
    let deployed: Vec<_> = plan.stacks.iter().map(deployed).collect();
    let before: Vec<_> = plan
        .stacks
        .iter()
        .zip(&deployed)
        .filter_map(|(stack, deployed)| Some(Template { stack: &stack.name, body: deployed.as_ref()?.value() }))
        .collect();
    let after = plan.stacks.iter().map(|stack| Template { stack: &stack.name, body: stack.wanted.template.value() });
    let prices = Prices::shipped();
    let before = price(&prices, region, &before, &stated.volumes);
    let after = price(&prices, region, &after.collect::<Vec<_>>(), &stated.volumes);
    Ok(Ok(Difference::between(&before, &after)))
}

/// The template that a stack has now. Where that is not known, such as of one that is being changed, it is taken for what is
/// wanted: what comes then is planned, and told, after it.
fn deployed(stack: &StackPlan) -> Option<Parsed> {
    match (stack.action, &stack.deployed) {
        (Step::Create | Step::Recreate, _) => None,
        (_, Some(body)) if body.trim_end() != stack.wanted.body.trim_end() => Parsed::parse(body),
        _ => Some(stack.wanted.template.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::cloud::{StackState, StackStatus};
    use stacks::stage::{Architecture, Capacity, StageName};

    fn stage() -> Stage {
        let text = include_str!("../../environments/staging.yaml");
        Stage::parse(StageName::new("staging").unwrap(), "staging.yaml", text, Architecture::X86_64).unwrap()
    }

    /// From what is deployed to what is wanted, stack by stack.
    fn plan(deployed: &Stage, wanted: &Stage) -> Plan {
        let (old, new) = (crate::stages::rendered(deployed).unwrap(), crate::stages::rendered(wanted).unwrap());
        let stacks = old.iter().zip(&new).map(|(old, new)| {
            let name = new.stack.name.as_str();
            let state = StackState { status: StackStatus::UpdateComplete, ..StackState::known_by(name, name) };
            let mut plan = StackPlan::of_template(&state, old.body.clone(), Parsed::parse(&new.body).unwrap());
            plan.wanted.body.clone_from(&new.body);
            plan
        });
        Plan { stage: "staging".to_owned(), stacks: stacks.collect(), unneeded: Vec::new() }
    }

    #[test]
    fn a_plan_is_told_with_what_it_does_to_the_bill() {
        let project = Project::find().unwrap();
        let deployed = stage();
        let mut wanted = stage();
        let Capacity::Provisioned { shards, .. } = &mut wanted.pipelines.taxi.as_mut().unwrap().capacity else {
            panic!()
        };
        *shards = 4;
        let plan = plan(&deployed, &wanted);
        let told = of_plan(&project, &wanted, &plan).unwrap().unwrap();
        assert_eq!(told.resources[0].resource, "TaxiStream");
        assert!(told.resources.iter().all(|changed| changed.stack.ends_with("-stream")), "{told:?}");
        // Two shards, and two days' retention of them.
        let shards = told.resources[0].after - told.resources[0].before;
        assert!((shards - 2.0 * 730.0 * (0.017 + 0.022)).abs() < 1e-6, "{shards}");
    }
}
