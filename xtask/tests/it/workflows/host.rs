//! What the host of workflows does with one: which jobs run, in which order, with which variables, step by step.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::expression::{filled, holds};
use crate::common::shell::Shell;
use crate::common::{root, text};

/// What is run for a step that cannot be run here as it stands.
pub(crate) type Instead = fn(&Shell, &str, &[(String, String)]) -> bool;

pub(crate) struct Host<'a> {
    pub(crate) shell: &'a Shell,
    /// Takes a step over, if it cannot be run here, and says so.
    pub(crate) instead: Instead,
    /// The commands that were run, in order, with their variables filled in.
    pub(crate) ran: Vec<String>,
    /// What was left out or done otherwise, by name.
    pub(crate) skipped: BTreeSet<String>,
}

fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

impl Host<'_> {
    /// Runs a workflow for an event, and answers with the jobs that ran.
    pub(crate) fn run(&mut self, workflow: &str, github: &Value, inputs: &Value) -> Vec<String> {
        let parsed = read(&root().join(".github/workflows").join(workflow));
        let context = json!({
            "github": github,
            "inputs": inputs,
            // Whatever is asked for: no role is taken here.
            "vars": {"AWS_REGION": "eu-west-1"},
            "workspace": self.shell.checkout,
        });
        let jobs = parsed["jobs"].as_object().unwrap();
        let mut done: Vec<String> = Vec::new();
        let mut left_out = BTreeSet::new();
        while done.len() + left_out.len() < jobs.len() {
            let ready = jobs.iter().find(|(id, job)| {
                let needs = needs(job);
                !done.contains(id)
                    && !left_out.contains(*id)
                    && needs.iter().all(|need| done.contains(need) || left_out.contains(need))
            });
            let (id, job) = ready.unwrap_or_else(|| panic!("{workflow}: jobs that wait for each other"));
            if needs(job).iter().any(|need| left_out.contains(need)) || !holds(&job["if"], &context) {
                left_out.insert(id.clone());
                continue;
            }
            for context in matrices(job, &context) {
                let variables = merged(merged(Map::new(), &parsed["env"], &context), &job["env"], &context);
                match job["uses"].as_str() {
                    Some(other) => {
                        let with = merged(Map::new(), &job["with"], &context);
                        self.run(other.trim_start_matches("./.github/workflows/"), github, &with.into());
                    }
                    None => self.steps(&job["steps"], &variables, &context),
                }
            }
            done.push(id.clone());
        }
        done
    }

    fn steps(&mut self, steps: &Value, variables: &Map<String, Value>, context: &Value) {
        for step in steps.as_array().unwrap() {
            if !holds(&step["if"], context) {
                continue;
            }
            if let Some(action) = step["uses"].as_str() {
                match action.strip_prefix("./") {
                    Some(folder) => {
                        let action = read(&root().join(folder).join("action.yml"));
                        let with = merged(Map::new(), &step["with"], context);
                        let mut inner = context.clone();
                        inner["inputs"] = with.into();
                        self.steps(&action["runs"]["steps"], variables, &inner);
                    }
                    None => drop(self.skipped.insert(action.split_once('@').unwrap().0.to_owned())),
                }
                continue;
            }
            let variables = merged(variables.clone(), &step["env"], context);
            self.step(step["run"].as_str().unwrap(), variables);
        }
    }

    fn step(&mut self, run: &str, variables: Map<String, Value>) {
        let summary = self.shell.file("summary.md");
        let mut pairs: Vec<_> =
            variables.into_iter().map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect();
        pairs.push(("GITHUB_ACTIONS".to_owned(), "true".to_owned()));
        pairs.push(("GITHUB_STEP_SUMMARY".to_owned(), summary.display().to_string()));
        if (self.instead)(self.shell, run, &pairs) {
            // By what it is, without what it is given.
            self.skipped.insert(run.split(' ').take(3).collect::<Vec<_>>().join(" "));
            return;
        }
        let output = self.shell.run(run, &pairs);
        let known =
            pairs.iter().fold(run.to_owned(), |line, (name, value)| line.replace(&format!("\"${name}\""), value));
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{known}\nended with {:?}\n{out}\n{err}", output.status.code());
        self.ran.push(known);
    }
}

fn needs(job: &Value) -> Vec<String> {
    match &job["needs"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// The context once for each cell of the job's matrix, of which ours have one row.
fn matrices(job: &Value, context: &Value) -> Vec<Value> {
    let Some(matrix) = job["strategy"]["matrix"].as_object() else { return vec![context.clone()] };
    let cells: BTreeMap<_, _> = matrix.iter().collect();
    assert_eq!(cells.len(), 1, "a matrix of several rows is not known here");
    let (row, values) = cells.into_iter().next().unwrap();
    let with = |value: &Value| {
        let mut context = context.clone();
        context["matrix"] = json!({row: value});
        context
    };
    values.as_array().unwrap().iter().map(with).collect()
}

fn merged(mut all: Map<String, Value>, more: &Value, context: &Value) -> Map<String, Value> {
    for (name, value) in more.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), |text| filled(text, context));
        all.insert(name.clone(), text.into());
    }
    all
}
