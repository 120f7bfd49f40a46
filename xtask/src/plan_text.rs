//! A plan as text, to be read in ten seconds: what changes, what is lost, what opens, what has to be decided.

use engine::plan::{Action, Plan, PlannedResource, StackPlan, Step};
use engine::template::PropertyChange;
use serde_json::Value;
use std::fmt::{self, Write};

pub(crate) fn write(f: &mut impl Write, plan: &Plan) -> fmt::Result {
    for stack in &plan.stacks {
        write_stack(f, stack)?;
    }
    for stack in &plan.unneeded {
        writeln!(f, "{stack}: stands, though nothing in the stage file needs it any more")?;
        writeln!(f, "  to delete it: cargo xtask destroy --stage {} --only {stack}", plan.stage)?;
    }
    writeln!(f, "{}", sum(plan))
}

/// What is done with a stack, in words.
pub(crate) fn verb(step: Step) -> &'static str {
    match step {
        Step::Create => "create",
        Step::Recreate => "delete what is left of a failed creation, and create again",
        Step::Update => "update",
        Step::Retry => "try again what failed",
        Step::ContinueRollback => "finish the rollback that failed, then see",
        Step::Follow => "wait for what is going on, then see",
        Step::Stuck => "nothing, before somebody has decided",
        Step::Nothing => "no change",
    }
}

pub(crate) fn write_stack(f: &mut impl Write, stack: &StackPlan) -> fmt::Result {
    write!(f, "{}: {}", stack.name, verb(stack.action))?;
    if stack.action != Step::Nothing && !stack.after.is_empty() {
        write!(f, " (after {})", stack.after.join(", "))?;
    }
    writeln!(f)?;
    for note in &stack.notes {
        writeln!(f, "  note: {note}")?;
    }
    for resource in &stack.resources {
        write_resource(f, resource)?;
    }
    // What a parameter changes is told at the resources that take it.
    if stack.resources.is_empty() {
        for PropertyChange { path, old, new } in &stack.parameters {
            writeln!(f, "  ~ parameter {path}: {} -> {}", short(old), short(new))?;
        }
    }
    if stack.action != Step::Create && stack.action != Step::Recreate {
        for PropertyChange { path, old, new } in &stack.outputs {
            let sign = if old.is_null() {
                '+'
            } else if new.is_null() {
                '-'
            } else {
                '~'
            };
            writeln!(f, "  {sign} output {path}")?;
        }
    }
    for kept in &stack.kept_exports {
        let by = kept.imported_by.join(", ");
        writeln!(f, "  export {} stays for now: {by} imports it; the next deploy removes it", kept.export)?;
    }
    for drifted in &stack.drift {
        let how = if drifted.properties.is_empty() { "is gone".to_owned() } else { drifted.properties.join(", ") };
        writeln!(f, "  drift: {} ({}) differs from its template: {how}", drifted.logical_id, drifted.kind)?;
    }
    for decision in &stack.decisions {
        writeln!(f, "  DECIDE: {}", decision.what)?;
        for option in &decision.options {
            writeln!(f, "    {option}")?;
        }
    }
    Ok(())
}

fn write_resource(f: &mut impl Write, resource: &PlannedResource) -> fmt::Result {
    let PlannedResource { logical_id, kind, action, properties, replaced_by, holds_data, widens } = resource;
    let sign = match action {
        Action::Create => "+",
        Action::Delete => "-",
        Action::Modify => "~",
        Action::Replace => "-/+",
    };
    write!(f, "  {sign:<3} {logical_id:<28} {kind}")?;
    if *action == Action::Replace {
        write!(f, "  REPLACED, because of {}", replaced_by.join(", "))?;
    }
    if *holds_data && matches!(action, Action::Replace | Action::Delete) {
        write!(f, "  HOLDS DATA")?;
    }
    writeln!(f)?;
    for PropertyChange { path, old, new } in properties {
        writeln!(f, "        {}: {}", path.trim_start_matches("Properties."), change(old, new))?;
    }
    for wider in widens {
        writeln!(f, "      ! wider: {wider}")?;
    }
    Ok(())
}

/// How much of what, in a line.
pub(crate) fn sum(plan: &Plan) -> String {
    let resources = || plan.stacks.iter().flat_map(|stack| &stack.resources);
    let count = |action: Action| resources().filter(|resource| resource.action == action).count();
    let (created, changed) = (count(Action::Create), count(Action::Modify));
    let (replaced, deleted) = (count(Action::Replace), count(Action::Delete));
    let wider = resources().filter(|resource| !resource.widens.is_empty()).count();
    let decisions: usize = plan.stacks.iter().map(|stack| stack.decisions.len()).sum();
    let drifted: usize = plan.stacks.iter().map(|stack| stack.drift.len()).sum();
    let mut sum = if plan.changes() {
        format!("{created} to create, {changed} to change, {replaced} to replace, {deleted} to delete")
    } else {
        "nothing to change".to_owned()
    };
    for (count, what) in [(wider, "open something"), (decisions, "to decide"), (drifted, "differ from their template")]
    {
        if count > 0 {
            let _ = write!(sum, "; {count} {what}");
        }
    }
    sum
}

/// Of a text of several lines, the first that differs, and how many do.
pub(crate) fn change(old: &Value, new: &Value) -> String {
    let lines = |value: &Value| {
        value
            .as_str()
            .filter(|text| text.contains('\n'))
            .map(|text| text.lines().map(str::trim).map(Value::from).collect::<Vec<_>>())
    };
    let (Some(before), Some(after)) = (lines(old), lines(new)) else {
        return format!("{} -> {}", short(old), short(new));
    };
    let line = |all: &[Value], at: usize| short(all.get(at).unwrap_or(&Value::Null));
    let differing: Vec<_> = (0..before.len().max(after.len())).filter(|at| before.get(*at) != after.get(*at)).collect();
    let at = differing.first().copied().unwrap_or_default();
    format!("line {}: {} -> {} ({} lines differ)", at + 1, line(&before, at), line(&after, at), differing.len())
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => return "(none)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn a_long_text_is_told_by_the_line_that_differs() {
        let told = change(&"{\n  \"a\": 1,\n  \"b\": 2\n}".into(), &"{\n  \"a\": 3,\n  \"b\": 2\n}".into());
        assert_eq!(told, "line 2: \"a\": 1, -> \"a\": 3, (1 lines differ)");
        assert_eq!(change(&1.into(), &"x".into()), "1 -> x");
    }
}
