use std::collections::BTreeMap;

use super::shape::{Shape, fields};
use super::{PASSING, machine_with, machines};
use crate::asl::{Machine, State};
use crate::diagnostic::Severity;
use crate::node::{Node, Place};
use crate::rule::{Findings, Rule};
use crate::world::World;

pub(super) static RULE: Rule = Rule {
    id: "machine-fields",
    severity: Severity::Error,
    says: "The execution fails in this state, since it takes a field from its input that no state before it leaves there",
    fix: "Name a field that is there, or keep the input of the state before with ResultPath",
    link: Some("https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html"),
    check,
    passing: PASSING,
    failing: machine_with!(
        "Type: Pass, Parameters: {'batch.$': $.batch}, Next: Use}
          Use: {Type: Pass, Parameters: {'name.$': $.name}, Next: Tell"
    ),
};

fn check(world: &World, findings: &mut Findings<'_>) {
    for (resource, machine) in machines(world, findings) {
        let mut misses = BTreeMap::new();
        run(&machine, Shape::Any, false, &mut misses);
        for ((place, path), (state, given)) in misses {
            let at = Node::new(crate::node::Kind::Null, place);
            findings.at(resource, &at, format!("{state} takes {path}, and {given} arrives there"));
        }
    }
}

/// What is taken and cannot be there: by place and path, the state and what arrives instead.
type Misses = BTreeMap<(Place, String), (String, String)>;

/// Follows the data through a machine until no state can get anything more, then looks at what each one takes.
fn run(machine: &Machine, first: Shape, jsonata: bool, misses: &mut Misses) {
    let Some(start) = machine.start.clone() else { return };
    let jsonata = machine.language.as_deref().map_or(jsonata, |language| language == "JSONata");
    let mut inputs = BTreeMap::from([(start, first)]);
    // Data that grows with each turn of a loop never comes to rest: then nothing is said.
    for _ in 0..machine.states.len() + 3 {
        let before = inputs.clone();
        for state in &machine.states {
            let Some(input) = before.get(&state.name) else { continue };
            for (next, shape) in (Step { state, input, jsonata, misses: &mut Misses::new() }.follow()) {
                let merged = match inputs.remove(&next) {
                    Some(known) => known.or(shape),
                    None => shape,
                };
                inputs.insert(next, merged);
            }
        }
        if inputs == before {
            for state in &machine.states {
                if let Some(input) = inputs.get(&state.name) {
                    Step { state, input, jsonata, misses }.follow();
                }
            }
            return;
        }
    }
}

/// One state with what arrives there.
struct Step<'a> {
    state: &'a State,
    input: &'a Shape,
    jsonata: bool,
    misses: &'a mut Misses,
}

impl Step<'_> {
    /// What each state that can follow gets.
    fn follow(mut self) -> Vec<(String, Shape)> {
        let node = &self.state.node;
        let jsonata = node.get("QueryLanguage").text().map_or(self.jsonata, |language| language == "JSONata");
        let (output, failed) = if jsonata { self.by_jsonata() } else { self.by_jsonpath() };
        let choices = node.get("Choices").items().iter().map(|choice| choice.get("Next"));
        let plain = choices.chain([node.get("Next"), node.get("Default")]).filter_map(Node::text);
        let mut all: Vec<_> = plain.map(|next| (next.to_owned(), output.clone())).collect();
        for catch in node.get("Catch").items() {
            let shape = if jsonata { Shape::Any } else { self.placed(catch.get("ResultPath"), failed.clone()) };
            all.extend(catch.get("Next").text().map(|next| (next.to_owned(), shape)));
        }
        all
    }

    /// The state's output, and what a `Catch` puts in where it failed.
    fn by_jsonpath(&mut self) -> (Shape, Shape) {
        let (state, whole) = (self.state, self.input.clone());
        let node = &state.node;
        let failed = Shape::with_fields(["Error", "Cause"]);
        let taken = self.path(node.get("InputPath"), &whole);
        if state.kind == "Choice" {
            self.choices(&taken);
            return (self.path(node.get("OutputPath"), &taken), failed);
        }
        for key in ["ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath"] {
            self.path(node.get(key), &taken);
        }
        let given = if node.get("Parameters").is_missing() || state.kind == "Map" {
            taken.clone()
        } else {
            self.template(node.get("Parameters"), &taken)
        };
        let inner = match state.kind.as_str() {
            "Map" => self.item(&taken),
            _ => given.clone(),
        };
        for machine in &state.inner {
            run(machine, inner.clone(), false, self.misses);
        }
        let result = match state.kind.as_str() {
            "Pass" if node.get("Result").is_missing() => given,
            "Pass" => Shape::of(node.get("Result"), &|_| Shape::Any),
            "Task" | "Parallel" | "Map" => match node.get("ResultSelector") {
                selector if selector.is_missing() => Shape::Any,
                selector => self.template(selector, &Shape::Any),
            },
            _ => return (self.path(node.get("OutputPath"), &taken), failed),
        };
        let output = self.placed(node.get("ResultPath"), result);
        (self.path(node.get("OutputPath"), &output), failed)
    }

    /// What each turn of a `Map` gets, where it is said.
    fn item(&mut self, taken: &Shape) -> Shape {
        let given = ["ItemSelector", "Parameters"].map(|key| self.state.node.get(key));
        match given.into_iter().find(|node| !node.is_missing()) {
            Some(template) => self.template(template, taken),
            None => Shape::Any,
        }
    }

    fn by_jsonata(&mut self) -> (Shape, Shape) {
        let node = &self.state.node;
        for machine in &self.state.inner {
            run(machine, Shape::Any, true, self.misses);
        }
        let output = node.get("Output");
        for part in [output, node.get("Arguments"), node.get("Items"), node.get("Assign")] {
            part.walk(&mut |node| self.expression(node));
        }
        let output = match self.state.kind.as_str() {
            _ if !output.is_missing() => Shape::of(output, &|_| Shape::Any),
            "Pass" | "Choice" | "Wait" => self.input.clone(),
            _ => Shape::Any,
        };
        (output, Shape::Any)
    }

    /// Of `JSONata`, only a path that stands alone is understood; what is missing in others may be meant.
    fn expression(&mut self, node: &Node) {
        let inside = node.text().and_then(|text| text.trim().strip_prefix("{%")?.strip_suffix("%}"));
        let path = inside.and_then(|text| text.trim().strip_prefix("$states.input")).map(|rest| format!("${rest}"));
        if let Some(path) = path.filter(|path| path.chars().all(|c| c.is_alphanumeric() || "$._".contains(c))) {
            self.look(&path, node.place, &self.input.clone());
        }
    }

    /// What a path of the state leads to, where there is one; all of it where there is none, nothing where it is null.
    fn path(&mut self, node: &Node, from: &Shape) -> Shape {
        match node.text() {
            Some(path) => self.look(path, node.place, from),
            None if is_null(node) => Shape::empty(),
            None => from.clone(),
        }
    }

    /// The state's input with a result put in as `ResultPath` says.
    fn placed(&self, path: &Node, result: Shape) -> Shape {
        match path.text() {
            Some(path) => fields(path).map_or(Shape::Any, |names| self.input.clone().put(&names, result)),
            None if is_null(path) => self.input.clone(),
            None => result,
        }
    }

    fn template(&mut self, template: &Node, from: &Shape) -> Shape {
        let mut paths = Vec::new();
        template.walk(&mut |node| {
            paths.extend(node.entries().iter().filter(|entry| entry.key.ends_with(".$")).map(|entry| &entry.value));
        });
        for node in paths {
            for path in arguments(node.text().unwrap_or_default()) {
                self.look(path, node.place, from);
            }
        }
        let value = |node: &Node| node.text().and_then(fields).and_then(|names| from.at(&names)).unwrap_or(Shape::Any);
        Shape::of(template, &value)
    }

    fn choices(&mut self, from: &Shape) {
        let (mut asked, mut tested) = (Vec::new(), Vec::new());
        self.state.node.get("Choices").walk(&mut |node| {
            let variable = node.get("Variable");
            let list = if node.get("IsPresent").is_missing() { &mut asked } else { &mut tested };
            list.extend(variable.text().map(|path| (path.to_owned(), variable.place)));
        });
        // Whoever asks whether something is there knows that it may not be.
        for (path, place) in asked.iter().filter(|(path, _)| !tested.iter().any(|(known, _)| path.starts_with(known))) {
            self.look(path, *place, from);
        }
    }

    fn look(&mut self, path: &str, place: Place, from: &Shape) -> Shape {
        let Some(names) = fields(path) else { return Shape::Any };
        from.at(&names).unwrap_or_else(|| {
            self.misses.insert((place, path.to_owned()), (self.state.name.clone(), from.told()));
            Shape::Any
        })
    }
}

/// Written as null, which is not the same as left out.
fn is_null(node: &Node) -> bool {
    node.is_missing() && node.place != Place::default()
}

/// The paths in a value: itself, or the arguments of an intrinsic function.
fn arguments(text: &str) -> Vec<&str> {
    if text.trim_start().starts_with('$') {
        return vec![text.trim()];
    }
    // Between apostrophes stands text.
    let outside = text.split('\'').step_by(2);
    let words = outside.flat_map(|part| part.split([',', '(', ')', ' ']));
    words.filter(|word| word.starts_with('$')).collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::found;

    /// What is found in a machine that begins with `One`.
    fn missed(states: &str) -> Vec<String> {
        let text = format!(
            "Resources: {{M: {{Type: 'AWS::StepFunctions::StateMachine', Properties: {{Definition: \
             {{StartAt: One, States: {{{states}, End: {{Type: Succeed}}}}}}}}}}}}"
        );
        found(&RULE, &text).into_iter().map(|one| one.message).collect()
    }

    #[test]
    fn what_a_state_takes_has_to_be_there() {
        let one = "One: {Type: Pass, Result: {a: {b: 1}}, Next: Two}";
        let two = |takes: &str| missed(&format!("{one}, Two: {{{takes}, Next: End}}"));
        assert_eq!(two("Type: Pass, Parameters: {'x.$': $.a.c}"), ["Two takes $.a.c, and only a arrives there"]);
        assert_eq!(
            two("Type: Pass, Parameters: {'x.$': \"States.Format('$.z {}', $.y)\"}"),
            ["Two takes $.y, and only a arrives there"]
        );
        assert_eq!(two("Type: Wait, SecondsPath: $.seconds").len(), 1);
        assert_eq!(two("Type: Choice, Choices: [{Variable: $.c, IsNull: true, Next: End}]").len(), 1);
        assert_eq!(two("Type: Pass, QueryLanguage: JSONata, Output: '{% $states.input.c %}'").len(), 1);
        for fine in [
            "Type: Pass, Parameters: {'x.$': '$.a.b[0].c', 'y.$': $$.Execution.Id, 'z.$': $, 'v.$': $v.a}",
            "Type: Choice, Choices: [{And: [{Variable: $.c, IsPresent: true}, {Variable: $.c.d, IsNull: true}], Next: End}]",
            "Type: Pass, QueryLanguage: JSONata, Output: '{% $states.input.a.b & $states.input.c %}'",
        ] {
            assert_eq!(two(fine), [""; 0], "{fine}");
        }
    }

    #[test]
    fn results_are_put_where_result_path_says() {
        let task = |rest: &str, takes: &str| {
            missed(&format!(
                "One: {{Type: Pass, Result: {{a: 1}}, Next: Work}}, Work: {{Type: Task, Resource: r, {rest}, Next: Use}}, \
                 Use: {{Type: Pass, Parameters: {{'x.$': {takes}}}, Next: End}}"
            ))
        };
        assert_eq!(task("ResultPath: null", "$.b").len(), 1);
        assert_eq!(task("ResultPath: null", "$.a").len(), 0);
        assert_eq!(task("ResultPath: $.done", "$.done.anything").len(), 0);
        assert_eq!(task("ResultPath: $.done", "$.result").len(), 1);
        assert_eq!(task("ResultSelector: {'id.$': $.Id}", "$.a").len(), 1, "the input is gone");
        let caught = "Catch: [{ErrorEquals: [States.ALL], Next: Use}], ResultPath: null";
        assert_eq!((task(caught, "$.Cause").len(), task(caught, "$.a").len(), task(caught, "$.b").len()), (0, 0, 1));
    }

    #[test]
    fn what_can_come_on_any_way_is_there_and_endless_growth_ends() {
        let both = "One: {Type: Choice, Choices: [{Variable: $.k, IsNull: true, Next: A}], Default: B}, \
                    A: {Type: Pass, Result: {a: 1}, Next: Use}, B: {Type: Pass, Result: {b: 1}, Next: Use}";
        let used = |path: &str| missed(&format!("{both}, Use: {{Type: Pass, InputPath: {path}, Next: End}}")).len();
        assert_eq!((used("$.a"), used("$.b"), used("$.c")), (0, 0, 1));
        let growing =
            "One: {Type: Pass, Result: {a: 1}, Next: Two}, Two: {Type: Pass, Parameters: {'before.$': $}, Next: Two}";
        assert_eq!(missed(growing), [""; 0]);
    }
}
