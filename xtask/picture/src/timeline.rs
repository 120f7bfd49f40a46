//! A deploy, as its stacks' events tell of it: what took how long, what waited for what, and which chain was the slowest.

use serde::Serialize;
use std::collections::BTreeMap;

/// One event of a stack; times are seconds by AWS's clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    pub stack: String,
    /// The logical id; the stack's own events bear its name.
    pub resource: String,
    pub kind: String,
    pub status: String,
    pub at: f64,
}

/// What was done to one resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub stack: String,
    pub resource: String,
    pub kind: String,
    /// The last status that it had.
    pub status: String,
    /// From the beginning of the deploy.
    pub begin: f64,
    pub end: f64,
    /// What had to be done before it, by references: the one of them that was done last.
    pub waited_for: Option<String>,
    /// Whether it is part of the chain that the deploy took as long as.
    pub is_slowest: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Timeline {
    pub steps: Vec<Step>,
    pub seconds: f64,
    /// When it began, by AWS's clock.
    pub began: f64,
    /// Stacks that it did not touch.
    pub untouched: Vec<String>,
}

/// The type of a stack's own events.
pub const STACK: &str = "AWS::CloudFormation::Stack";
/// Two operations further apart than this are of two deploys: building and uploading take time between stacks.
const APART: f64 = 900.0;

/// What has to be there before what.
pub trait Needs {
    /// The resources of its stack that a resource refers to.
    fn resources(&self, stack: &str, resource: &str) -> Vec<String>;
    /// The stacks that have to be done before a stack begins.
    fn stacks(&self, stack: &str) -> Vec<String>;
}

/// The last deploy, from events in any order.
pub fn timeline(happenings: &[Happening], needs: &impl Needs) -> Timeline {
    let mut stacks: BTreeMap<&str, Vec<&Happening>> = BTreeMap::new();
    for happening in happenings {
        stacks.entry(&happening.stack).or_default().push(happening);
    }
    let mut operations: Vec<Vec<&Happening>> = stacks.into_values().filter_map(last_operation).collect();
    operations.sort_by(|one, other| other[0].at.total_cmp(&one[0].at));
    // Backwards in time, as long as each ended shortly before the next began.
    let mut kept = 0;
    let mut began = f64::INFINITY;
    for operation in &operations {
        let ended = operation.last().map_or(0.0, |last| last.at);
        if kept > 0 && ended + APART < began {
            break;
        }
        began = began.min(operation[0].at);
        kept += 1;
    }
    let untouched = operations.split_off(kept);
    let mut steps: Vec<Step> = operations.iter().flat_map(|operation| steps(operation, began)).collect();
    steps.sort_by(|one, other| {
        one.begin.total_cmp(&other.begin).then(one.end.total_cmp(&other.end)).then(one.resource.cmp(&other.resource))
    });
    waits(&mut steps, needs);
    let seconds = operations.iter().flatten().map(|happening| happening.at - began).fold(0.0, f64::max);
    let mut untouched: Vec<_> = untouched.iter().map(|operation| operation[0].stack.clone()).collect();
    untouched.sort();
    Timeline { steps, seconds, began: if began.is_finite() { began } else { 0.0 }, untouched }
}

/// From where the stack itself last began to change, in the order of time.
fn last_operation(mut all: Vec<&Happening>) -> Option<Vec<&Happening>> {
    // Of two events of one moment, whatever order they came in, the one that ends something is the later.
    let ends = |one: &Happening| !one.status.ends_with("_IN_PROGRESS");
    all.sort_by(|one, other| one.at.total_cmp(&other.at).then(ends(one).cmp(&ends(other))));
    let begins =
        |one: &&Happening| one.kind == STACK && one.resource == one.stack && BEGINNINGS.contains(&one.status.as_str());
    let start = all.iter().rposition(begins)?;
    // Events of the same moment may come in another order than they happened in.
    let moment = all[start].at;
    all.retain(|one| one.at >= moment);
    Some(all)
}

const BEGINNINGS: [&str; 4] = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"];

fn steps(operation: &[&Happening], began: f64) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for one in operation.iter().filter(|one| one.resource != one.stack) {
        match steps.iter_mut().find(|step| step.resource == one.resource) {
            Some(step) => {
                step.end = one.at - began;
                step.status.clone_from(&one.status);
            }
            None => steps.push(Step {
                stack: one.stack.clone(),
                resource: one.resource.clone(),
                kind: one.kind.clone(),
                status: one.status.clone(),
                begin: one.at - began,
                end: one.at - began,
                waited_for: None,
                is_slowest: false,
            }),
        }
    }
    steps
}

/// What each step waited for; and the chain that ended last, from its end to its beginning.
fn waits(steps: &mut [Step], needs: &impl Needs) {
    let mut before = vec![None; steps.len()];
    for (number, step) in steps.iter().enumerate() {
        let (asked, stacks) = (needs.resources(&step.stack, &step.resource), needs.stacks(&step.stack));
        let candidates = steps.iter().enumerate().filter(|(other, one)| {
            let is_asked =
                if one.stack == step.stack { asked.contains(&one.resource) } else { stacks.contains(&one.stack) };
            *other != number && is_asked && one.end <= step.begin
        });
        before[number] = candidates.max_by(|one, other| one.1.end.total_cmp(&other.1.end)).map(|(other, _)| other);
    }
    for number in 0..steps.len() {
        if let Some(other) = before[number] {
            let other: &Step = &steps[other];
            let stack = if other.stack == steps[number].stack { String::new() } else { format!("{}: ", other.stack) };
            steps[number].waited_for = Some(format!("{stack}{}", other.resource));
        }
    }
    let last = (0..steps.len()).max_by(|one, other| steps[*one].end.total_cmp(&steps[*other].end));
    let mut next = last;
    while let Some(number) = next.filter(|number| !steps[*number].is_slowest) {
        steps[number].is_slowest = true;
        next = before[number];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happening(stack: &str, resource: &str, status: &str, at: f64) -> Happening {
        let kind = if resource == stack { STACK } else { "AWS::X::Y" };
        Happening { stack: stack.into(), resource: resource.into(), kind: kind.into(), status: status.into(), at }
    }

    fn created(stack: &str, resource: &str, from: f64, to: f64) -> [Happening; 2] {
        [happening(stack, resource, "CREATE_IN_PROGRESS", from), happening(stack, resource, "CREATE_COMPLETE", to)]
    }

    struct Known;

    impl Needs for Known {
        fn resources(&self, _: &str, resource: &str) -> Vec<String> {
            if resource == "Function" { vec!["Role".to_owned(), "Bucket".to_owned()] } else { vec![] }
        }

        fn stacks(&self, stack: &str) -> Vec<String> {
            if stack == "two" { vec!["one".to_owned()] } else { vec![] }
        }
    }

    #[test]
    fn the_slowest_chain_is_followed_through_stacks() {
        let all = [
            created("one", "one", 100.0, 130.0),
            created("one", "Role", 101.0, 118.0),
            created("one", "Bucket", 101.0, 104.0),
            created("one", "Function", 119.0, 128.0),
            created("two", "two", 131.0, 145.0),
            created("two", "Queue", 132.0, 134.0),
            created("two", "Mapping", 132.5, 144.0),
        ];
        let mut all = all.concat();
        all.reverse();
        let timeline = timeline(&all, &Known);
        assert!((timeline.seconds - 45.0).abs() < 1e-9);
        let slowest: Vec<_> =
            timeline.steps.iter().filter(|step| step.is_slowest).map(|step| step.resource.as_str()).collect();
        assert_eq!(slowest, ["Role", "Function", "Mapping"]);
        let of = |id: &str| timeline.steps.iter().find(|step| step.resource == id).unwrap();
        assert_eq!(of("Function").waited_for.as_deref(), Some("Role"));
        assert_eq!(of("Mapping").waited_for.as_deref(), Some("one: Function"));
        assert_eq!(of("Role").waited_for, None);
        assert_eq!(of("Queue").waited_for.as_deref(), Some("one: Function"));
        assert!((of("Role").end - 18.0).abs() < 1e-9);
    }

    #[test]
    fn only_the_last_operation_of_each_stack_counts_and_only_of_the_last_deploy() {
        let all = [
            &created("one", "one", 0.0, 9.0)[..],
            &created("one", "Bucket", 1.0, 8.0),
            &created("two", "two", 10.0, 19.0),
            &[
                happening("two", "two", "UPDATE_IN_PROGRESS", 10_000.0),
                happening("two", "Queue", "UPDATE_IN_PROGRESS", 10_001.0),
                happening("two", "Queue", "UPDATE_FAILED", 10_002.0),
                happening("two", "two", "UPDATE_ROLLBACK_COMPLETE", 10_003.0),
            ],
        ];
        let timeline = timeline(&all.concat(), &Known);
        assert_eq!(timeline.untouched, ["one"]);
        let told: Vec<_> = timeline.steps.iter().map(|step| (step.resource.as_str(), step.status.as_str())).collect();
        assert_eq!(told, [("Queue", "UPDATE_FAILED")]);
        assert!((timeline.began - 10_000.0).abs() < 1e-9 && (timeline.seconds - 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_begins_and_ends_in_one_moment_has_ended() {
        let mut all = [created("one", "one", 5.0, 5.0), created("one", "Role", 5.0, 5.0)].concat();
        all.reverse();
        let timeline = timeline(&all, &Known);
        assert_eq!(timeline.steps.len(), 1);
        assert_eq!(timeline.steps[0].status, "CREATE_COMPLETE");
    }

    #[test]
    fn nothing_happened_is_an_empty_timeline() {
        assert_eq!(timeline(&[], &Known), Timeline::default());
    }
}
