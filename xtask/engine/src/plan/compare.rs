//! What becomes of each resource between two templates: in place, or anew.

use serde_json::Value;

use super::{Action, Decision, PlannedResource};
use crate::schemas::Schemas;
use crate::stateful::holds_data;
use crate::template::{Difference, How, PropertyChange, Template, refers_to, widens};

/// Every resource that changes. `changed` are the parameters that get another value.
pub(super) fn resources(
    schemas: &dyn Schemas,
    deployed: &Template,
    wanted: &Template,
    changed: &[PropertyChange],
) -> Vec<PlannedResource> {
    let mut planned: Vec<_> = deployed
        .differences(wanted, changed)
        .into_iter()
        .map(|difference| planned(schemas, deployed, wanted, difference))
        .collect();
    replaced_with_others(schemas, deployed, wanted, &mut planned);
    planned
}

fn planned(schemas: &dyn Schemas, deployed: &Template, wanted: &Template, difference: Difference) -> PlannedResource {
    let Difference { logical_id, kind, how } = difference;
    let (old, new) = (deployed.resource(&logical_id), wanted.resource(&logical_id));
    let (mut action, properties) = match how {
        How::Create => (Action::Create, Vec::new()),
        How::Delete => (Action::Delete, Vec::new()),
        How::Modify(properties) => (Action::Modify, properties),
    };
    let mut replaced_by = Vec::new();
    if action == Action::Modify {
        let fixed = schemas.create_only(&kind);
        let is_fixed = |path: &str| path == "Type" || fixed.iter().any(|fixed| overlaps(path, fixed));
        let paths = properties.iter().map(|change| change.path.trim_start_matches("Properties."));
        replaced_by.extend(paths.filter(|path| is_fixed(path)).map(str::to_owned));
        if !replaced_by.is_empty() {
            action = Action::Replace;
        }
    }
    let widens = if action == Action::Delete { Vec::new() } else { widens(&kind, old, new) };
    let holds_data = holds_data(&kind) || holds_data(old["Type"].as_str().unwrap_or_default());
    PlannedResource { logical_id, kind, action, properties, replaced_by, holds_data, widens }
}

/// Whether one of two paths leads to the other.
fn overlaps(path: &str, other: &str) -> bool {
    let leads =
        |short: &str, long: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    leads(path, other) || leads(other, path)
}

/// A resource that is made anew has another name or ARN: what refers to it where nothing can be changed in place is made
/// anew with it.
fn replaced_with_others(
    schemas: &dyn Schemas,
    deployed: &Template,
    wanted: &Template,
    planned: &mut Vec<PlannedResource>,
) {
    loop {
        let replaced: Vec<_> =
            planned.iter().filter(|r| r.action == Action::Replace).map(|r| r.logical_id.clone()).collect();
        if replaced.is_empty() {
            return;
        }
        let mut more = Vec::new();
        for (id, kind, resource) in wanted.resources() {
            let settled = planned.iter().any(|r| r.logical_id == id && r.action != Action::Modify);
            if settled || deployed.resource(id).is_null() {
                continue;
            }
            let follows =
                |path: &String| replaced.iter().any(|other| refers_to(at(&resource["Properties"], path), other));
            let paths: Vec<_> = schemas.create_only(kind).into_iter().filter(follows).collect();
            if !paths.is_empty() {
                more.push((id.to_owned(), kind.to_owned(), paths));
            }
        }
        if more.is_empty() {
            return;
        }
        for (logical_id, kind, replaced_by) in more {
            match planned.iter_mut().find(|r| r.logical_id == logical_id) {
                Some(known) => {
                    known.action = Action::Replace;
                    known.replaced_by.extend(replaced_by);
                }
                None => planned.push(PlannedResource {
                    holds_data: holds_data(&kind),
                    logical_id,
                    kind,
                    action: Action::Replace,
                    properties: Vec::new(),
                    replaced_by,
                    widens: Vec::new(),
                }),
            }
        }
    }
}

fn at<'a>(properties: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(properties, |value, key| &value[key])
}

/// What somebody has to decide about the resources of one stack.
pub(super) fn decisions(
    stage: &str,
    schemas: &dyn Schemas,
    deployed: &Template,
    wanted: &Template,
    resources: &[PlannedResource],
) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for resource in resources {
        let PlannedResource { logical_id, kind, action, replaced_by, .. } = resource;
        if *action == Action::Replace {
            let (old, new) = (deployed.resource(logical_id), wanted.resource(logical_id));
            if old["Type"] != new["Type"] {
                decisions.push(Decision::other_type(logical_id, &old["Type"], kind));
                continue;
            }
            let (old, new) = (&old["Properties"], &new["Properties"]);
            let keeps = |name: &String| !new[name].is_null() && new[name] == old[name] && !replaced_by.contains(name);
            if schemas.names(kind).iter().any(keeps) {
                decisions.push(Decision::fixed_name(logical_id, kind, replaced_by));
                continue;
            }
        }
        let verb = match action {
            Action::Replace => "replace",
            Action::Delete => "delete",
            Action::Create | Action::Modify => continue,
        };
        if resource.holds_data {
            let why = (!replaced_by.is_empty()).then(|| format!("it cannot be changed in place: {}", why(resource)));
            decisions.push(Decision::loses_data(stage, verb, logical_id, kind, why));
        }
    }
    decisions
}

fn why(resource: &PlannedResource) -> String {
    let told = |path: &String| {
        let change = resource.properties.iter().find(|change| change.path.ends_with(path.as_str()));
        match change {
            Some(PropertyChange { old, new, .. }) => format!("{path} from {old} to {new}"),
            None => format!("{path}, which refers to something that is replaced"),
        }
    };
    resource.replaced_by.iter().map(told).collect::<Vec<_>>().join("; ")
}
