//! What the rules found, as the page shows it.

use check::diagnostic::{Diagnostic, Severity};
use check::rules;
use check::suppress;
use check::world::World;
use picture::page::{Accepted, Checks, Finding, RuleFamily};
use stacks::stage::Stage;

use crate::judge::Judged;

pub(super) fn of(stage: &Stage, world: &World, judged: &Judged) -> Checks {
    let found = |ids: &[&str]| judged.diagnostics.iter().filter(|one| ids.contains(&one.rule.as_str())).count();
    let mut families: Vec<_> = rules::families()
        .iter()
        .map(|(name, rules)| {
            let ids: Vec<_> = rules.iter().map(|rule| rule.id).collect();
            RuleFamily { name: (*name).to_owned(), rules: ids.len(), findings: found(&ids) }
        })
        .collect();
    families.sort_by(|one, other| one.name.cmp(&other.name));
    let in_file = stage.suppressed.iter().map(|one| (one.rule.clone(), one.resource.clone(), one.reason.clone()));
    let in_templates = suppress::in_templates(world).into_iter().map(|one| (one.rule, one.resource, one.reason));
    let accepted = in_file.chain(in_templates).map(|(rule, resource, reason)| Accepted {
        rule,
        resource: resource.unwrap_or_else(|| "all of the template".to_owned()),
        reason: reason.trim().to_owned(),
    });
    Checks { families, findings: judged.diagnostics.iter().map(finding).collect(), accepted: accepted.collect() }
}

fn finding(one: &Diagnostic) -> Finding {
    let resource = one.resource.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
    Finding {
        rule: one.rule.clone(),
        is_error: one.severity == Severity::Error,
        place: format!("{}:{}:{}", one.file, one.place.line, one.place.column),
        message: format!("{resource}{}", one.message),
        fix: one.fix.clone(),
    }
}
