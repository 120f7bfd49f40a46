//! Cold starts: from the start of a function's process to its first answer, beside a program that does nothing else.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

use super::Part;
use super::report::{Row, Rule, Unit};
use super::runtime_api::RuntimeApi;
use super::sizes::{LOCAL, built};
use super::tool::{median, memory_of, milliseconds, succeed};
use crate::processor;
use crate::progress::Task;
use crate::project::Project;
use crate::stages;
use engine::failure::{Context, Failure, Outcome};
use engine::template::Template;

/// Those that answer a batch of nothing without asking anybody.
const FUNCTIONS: [&str; 4] = ["write-to-s3", "send-to-firehose", "consolidate", "transform"];
const EVENT: &str = r#"{"Records": []}"#;

/// What a cold start may take above the program that does nothing.
const LIMIT_MS: f64 = 60.0;

const NOTHING: &str = include_str!("cold/nothing.rs");
const PYTHON: &str = include_str!("cold/nothing.py");

/// What starts took.
struct Starts {
    median_ms: f64,
    cpu_ms: f64,
    peak_mb: f64,
}

pub(super) fn measure(project: &Project, runs: u32, quick: bool) -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir().failing(|| "cannot make a temporary folder".to_owned())?;
    let nothing = compiled(&folder)?;
    let floor = starts("a program that does nothing", runs, || Command::new(&nothing))?;
    let python = starts("Python that does nothing", runs, || {
        let mut command = Command::new("python3");
        command.args(["-c", PYTHON]);
        command
    })?;
    let built = built(project, quick)?;
    let mut rows = vec![row("cold start of Python that does nothing", &python, &floor)];
    for function in FUNCTIONS {
        let archive = built.iter().find(|built| built.function == function);
        let archive = archive.ok_or_else(|| Failure::new(format!("{function} was not built")))?;
        let root = folder.path().join(function);
        unpack(&archive.path, &root)?;
        let variables = variables(project, function)?;
        let own = starts(function, runs, || {
            let mut command = Command::new(root.join("bootstrap"));
            command.current_dir(&root).env("LAMBDA_TASK_ROOT", &root).envs(&variables);
            command
        })?;
        let started = row(&format!("cold start of {function}"), &own, &floor);
        // What is built quickly is slow, and never started on AWS.
        rows.push(if quick { started } else { started.limit(Rule::Above(LIMIT_MS)) });
        rows.push(Row::new(Part::Cold, format!("memory of {function} then"), own.peak_mb, Unit::Megabytes));
    }
    Ok(rows)
}

fn row(what: &str, own: &Starts, floor: &Starts) -> Row {
    let row = Row::new(Part::Cold, what, own.median_ms, Unit::Milliseconds).cpu(own.cpu_ms);
    row.beside("a program that does nothing", floor.median_ms)
}

/// Of the standard library alone, so that nothing but the compiler is needed.
fn compiled(folder: &TempDir) -> Outcome<PathBuf> {
    let (source, program) = (folder.path().join("nothing.rs"), folder.path().join("nothing"));
    fs::write(&source, NOTHING).failing(|| "cannot write the program that does nothing".to_owned())?;
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    succeed(Command::new(rustc).args(["--edition", "2024", "-O", "-o"]).arg(&program).arg(&source))?;
    Ok(program)
}

fn starts(what: &str, runs: u32, command: impl Fn() -> Command) -> Outcome<Starts> {
    let task = Task::of(&format!("measuring: cold start of {what}"), runs.into());
    let (mut walls, mut cpu, mut peak) = (Vec::new(), Duration::ZERO, 0.0_f64);
    for _ in 0..runs {
        let api = RuntimeApi::serve(EVENT)?;
        let mut command = command();
        command
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .envs([("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-1")])
            .envs([("AWS_ACCESS_KEY_ID", "bench"), ("AWS_SECRET_ACCESS_KEY", "bench")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let (before, started) = (processor::of_children(), Instant::now());
        let mut child = command.spawn().failing(|| format!("{what} does not start"))?;
        let answered = api.answered();
        peak = peak.max(memory_of(child.id()).unwrap_or_default());
        end(&mut child)?;
        walls.push(answered.map_err(|failure| failure.hint(format!("{what} answers no batch of nothing")))? - started);
        cpu += processor::of_children().saturating_sub(before);
    }
    drop(task);
    Ok(Starts { median_ms: median(walls), cpu_ms: milliseconds(cpu) / f64::from(runs), peak_mb: peak })
}

/// It waits for its next event for good.
fn end(child: &mut Child) -> Outcome {
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().map(drop).failing(|| "cannot wait for a function".to_owned())
}

fn unpack(archive: &Path, to: &Path) -> Outcome {
    let cannot = || format!("cannot unpack {}", archive.display());
    let file = fs::File::open(archive).failing(cannot)?;
    zip::ZipArchive::new(file).failing(cannot)?.extract(to).failing(cannot)
}

/// What the template gives the function, with made-up names in the place of resources: it asks none of them.
fn variables(project: &Project, function: &str) -> Outcome<BTreeMap<String, String>> {
    let stage = stages::load(project, LOCAL)?;
    for rendered in stages::rendered(&stage)? {
        let code = rendered.stack.functions.iter().find(|code| code.function == function);
        let Some(code) = code else { continue };
        let template = Template::parse(&rendered.body)
            .ok_or_else(|| Failure::new(format!("the template of {} is not YAML", rendered.stack.name)))?;
        let takes_code = |properties: &Value| properties["Code"].to_string().contains(&code.parameter);
        let found = template
            .resources()
            .find(|(_, kind, resource)| *kind == "AWS::Lambda::Function" && takes_code(&resource["Properties"]));
        let (_, _, resource) =
            found.ok_or_else(|| Failure::new(format!("no resource takes the code of {function}")))?;
        let variables = resource["Properties"]["Environment"]["Variables"].as_object();
        let variables = variables.into_iter().flatten().map(|(name, value)| (name.clone(), made_up(value)));
        return Ok(variables.collect());
    }
    Err(Failure::new(format!("stage {} has no function {function}", stage.name)))
}

/// A text as it is; of what is only known once it is deployed, the text around made-up names.
fn made_up(value: &Value) -> String {
    const NAME: &str = "bench";
    let text = match value {
        Value::String(text) => return text.clone(),
        Value::Object(function) => match &function.get("Fn::Sub") {
            Some(Value::String(text)) => text.as_str(),
            Some(Value::Array(parts)) => parts.first().and_then(Value::as_str).unwrap_or(NAME),
            _ => NAME,
        },
        _ => NAME,
    };
    let mut pieces = text.split("${");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + NAME + piece.split_once('}').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_known_only_once_it_is_deployed_is_made_up() {
        for (value, text) in [
            (json!("taxi-trip.json"), "taxi-trip.json"),
            (json!({"Ref": "TaxiDelivery"}), "bench"),
            (json!({"Fn::ImportValue": "x:Topic"}), "bench"),
            (json!({"Fn::Sub": "s3://${Bucket}/flats/"}), "s3://bench/flats/"),
            (json!({"Fn::Sub": ["s3://${A}/b/${C}", {"A": "1"}]}), "s3://bench/b/bench"),
        ] {
            assert_eq!(made_up(&value), text);
        }
    }

    #[test]
    fn the_program_that_does_nothing_answers() {
        let folder = tempfile::tempdir().unwrap();
        let program = compiled(&folder).unwrap();
        let starts = starts("nothing", 2, || Command::new(&program)).unwrap();
        assert!(starts.median_ms > 0.0);
    }
}
