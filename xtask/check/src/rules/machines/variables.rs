use std::collections::BTreeSet;

use super::{PASSING, each_state, machine_with, machines};
use crate::asl::Machine;
use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-variables",
    severity: Severity::Error,
    says: "The state fails when it is entered, or the machine is refused, since it uses a variable that no state assigns",
    fix: "Assign the variable in a state that comes before, or name one that is assigned",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html"),
    check,
    passing: PASSING,
    failing: machine_with!("Type: Pass, QueryLanguage: JSONata, Output: '{% $batch.id %}', Next: Tell"),
};

/// What `JSONata` and Step Functions bring along.
const KNOWN: &str = "states abs append assert average base64decode base64encode boolean ceil clone contains count \
                     decodeUrl decodeUrlComponent distinct each encodeUrl encodeUrlComponent error eval exists filter \
                     floor formatBase formatInteger formatNumber fromMillis hash join keys length lookup lowercase map \
                     match max merge millis min not now number pad parse parseInteger partition power random range \
                     reduce replace reverse round shuffle sift single sort split spread sqrt string substring \
                     substringAfter substringBefore sum toMillis trim type typeOf uppercase uuid zip";

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        let assigned = assigned(&machine);
        let is_known = |name: &str| assigned.contains(name) || KNOWN.split(' ').any(|known| known == name);
        each_state(&machine, |_, state, _| {
            for part in state.node.entries().iter().filter(|part| !INNER.contains(&part.key.as_str())) {
                used(&part.value, &mut |node, name| {
                    if !is_known(name) {
                        findings.at(resource, node, format!("{} uses ${name}, which nothing assigns", state.name));
                    }
                });
            }
        });
    }
}

/// Parts that have states of their own.
const INNER: [&str; 3] = ["Branches", "Iterator", "ItemProcessor"];

fn assigned(machine: &Machine) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    each_state(machine, |_, state, _| {
        state.node.walk(&mut |node| {
            let keys = node.get("Assign").entries().iter().map(|entry| &entry.key);
            all.extend(keys.map(|key| key.strip_suffix(".$").unwrap_or(key).to_owned()));
        });
    });
    all
}

/// Every variable in an expression that the expression does not itself bind.
fn used(part: &Node, tell: &mut dyn FnMut(&Node, &str)) {
    part.walk(&mut |node| {
        if let Some(inside) = node.text().and_then(|text| text.trim().strip_prefix("{%")?.strip_suffix("%}")) {
            let bound = bound(inside);
            let free = names(inside).filter(|(_, name)| !bound.contains(name));
            free.for_each(|(_, name)| tell(node, name));
        }
        for entry in node.entries().iter().filter(|entry| entry.key.ends_with(".$")) {
            let path = entry.value.text().unwrap_or_default().trim();
            if let Some((_, name)) = names(path).next().filter(|(at, _)| *at == 0) {
                tell(&entry.value, name);
            }
        }
    });
}

/// `$name` wherever it stands outside of quotes, with where; `$` and `$$` are the data itself.
fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut quote = None;
    text.char_indices().filter_map(move |(at, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            _ => {}
        }
        if c != '$' || quote.is_some() || text[..at].ends_with('$') {
            return None;
        }
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = &rest[..end];
        name.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some((at, name))
    })
}

/// Names that an expression binds itself: by `:=`, as a parameter of a function, by `@` or `#`.
fn bound(text: &str) -> BTreeSet<&str> {
    let parameters: Vec<_> = ["function", "λ"]
        .into_iter()
        .flat_map(|word| text.match_indices(word))
        .filter_map(|(at, _)| {
            let open = at + text[at..].find('(')?;
            Some(open..open + text[open..].find(')')?)
        })
        .collect();
    let is_bound = |(at, name): &(usize, &str)| {
        let after = text[at + 1 + name.len()..].trim_start();
        after.starts_with(":=") || text[..*at].ends_with(['@', '#']) || parameters.iter().any(|list| list.contains(at))
    };
    names(text).filter(is_bound).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(text: &str) -> Vec<&str> {
        let bound = bound(text);
        names(text).map(|(_, name)| name).filter(|name| !bound.contains(name)).collect()
    }

    #[test]
    fn what_an_expression_binds_itself_is_not_asked_of_the_machine() {
        assert_eq!(free("$a.b + $sum($c) & '$d' & $$.x & $.y"), ["a", "sum", "c"]);
        assert_eq!(free("($total := 1; $map($list, function($v, $i) { $v + $i + $total }))"), ["map", "list"]);
        assert_eq!(free("items@$each[$each.x = 1]#$n.{'n': $n}"), Vec::<&str>::new());
    }
}
