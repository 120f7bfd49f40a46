use super::{PASSING, each_state, machine_with, machines};
use crate::asl::{Machine, State};
use crate::diagnostic::Severity;
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-catch",
    severity: Severity::Error,
    says: "When the task fails for good, the execution ends without a word to anybody",
    fix: "Give the task, or what is around it, a Catch whose path comes to a task that tells somebody: sns:publish, \
          sqs:sendMessage, events:putEvents or ses; of a function it is not known whether it does",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"),
    check,
    passing: PASSING,
    failing: machine_with!(
        "Type: Task, Resource: 'arn:aws:states:::dynamodb:putItem', TimeoutSeconds: 60, End: true,
            Retry: [{ErrorEquals: [States.ALL]}], Catch: [{ErrorEquals: [States.ALL], Next: Failed}]"
    ),
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        let mut unknown = Vec::new();
        each_state(&machine, |machine, state, around| {
            // What tells of failures is the last that can be done.
            if !state.is_task() || state.is_notice() == Some(true) || comes_of_a_catch(machine, state) {
                return;
            }
            let mut ways = vec![tells(machine, state)];
            ways.extend(around.iter().map(|(machine, outer)| tells(machine, outer)));
            if ways.contains(&Some(true)) {
                return;
            }
            if ways.contains(&None) {
                unknown.push(state.name.clone());
                return;
            }
            let caught = !state.node.get("Catch").items().is_empty();
            let why = if caught { "nobody is told when it fails" } else { "nothing catches its failure" };
            findings.at(resource, &state.node, format!("the task {}: {why}", state.name));
        });
        for name in unknown {
            findings.unknown(resource, &format!("whether what {name}'s failure leads to tells somebody"));
        }
    }
}

/// Whether a state's Catch leads to a notice; none where it leads to what may give one.
fn tells(machine: &Machine, state: &State) -> Option<bool> {
    let caught = state.node.get("Catch").items().iter().filter_map(|catch| catch.get("Next").text());
    let after = machine.reachable(caught).into_iter().filter_map(|name| machine.state(name));
    let notices: Vec<_> = after.map(State::is_notice).collect();
    if notices.contains(&Some(true)) { Some(true) } else { (!notices.contains(&None)).then_some(false) }
}

/// Whether a task may itself be what tells: it runs something, only a failure leads to it, and it leads back to no work.
fn comes_of_a_catch(machine: &Machine, state: &State) -> bool {
    let start: Vec<&str> = machine.start.as_deref().into_iter().collect();
    let (mut seen, mut todo) = (Vec::new(), start);
    while let Some(name) = todo.pop() {
        if !seen.contains(&name) {
            seen.push(name);
            todo.extend(machine.state(name).into_iter().flat_map(State::successors));
        }
    }
    let after = machine.reachable(state.successors());
    let is_work = |name: &&str| machine.state(name).is_some_and(State::is_task) && seen.contains(name);
    state.is_notice().is_none() && !seen.contains(&state.name.as_str()) && !after.iter().any(is_work)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    fn told(tell: &str) -> Vec<String> {
        let text = format!(
            "
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: Work
        States:
          Work: {{Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Catch: [{{Next: Tell}}], End: true}}
          Tell: {{Type: Task, Resource: '{tell}', Next: Failed}}
          Failed: {{Type: Fail}}
"
        );
        found(&RULE, &text).into_iter().map(|one| one.message).collect()
    }

    #[test]
    fn what_a_function_does_after_a_failure_is_not_guessed() {
        assert_eq!(told("arn:aws:states:::sns:publish"), [""; 0]);
        assert_eq!(told("arn:aws:states:::lambda:invoke"), [""; 0]);
        assert_eq!(told("arn:aws:lambda:eu-west-1:1:function:tell"), [""; 0]);
        assert_eq!(
            told("arn:aws:states:::dynamodb:putItem"),
            ["the task Work: nobody is told when it fails", "the task Tell: nothing catches its failure"]
        );
    }
}
