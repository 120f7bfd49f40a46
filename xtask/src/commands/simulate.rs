mod traffic;

use clap::{Args, Subcommand};
use engine::failure::{Failure, Outcome};
use engine::programme::{self, Fixtures, Set};
use engine::sim::SIGNING_VERSION;
use engine::target::Target;
use stacks::blocks::Form as CodeForm;
use stacks::stage::{Architecture, Package, Stage, StageName};
use std::path::PathBuf;
use std::rc::Rc;

use crate::build;
use crate::knowledge::Knowledge;
use crate::output::{Form, line};
use crate::progress::Task;
use crate::{stages, target};

/// Try the deploy engine against a simulated AWS: crashes at every call, bad weather, rivals
///
/// Ends with 1 if any schedule went wrong, and names its seed.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Simulate {
    #[command(subcommand)]
    other: Option<Other>,
    /// How many schedules to draw, beside those that are tried in any case
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    seeds: u64,
    /// Show one drawn schedule, call by call
    #[arg(long, value_name = "S", conflicts_with_all = ["seeds", "json"])]
    seed: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What can be simulated besides deploys.
#[derive(Debug, Subcommand)]
enum Other {
    Traffic(traffic::Traffic),
}

impl Simulate {
    pub(crate) fn run(&self) -> Outcome {
        if let Some(Other::Traffic(traffic)) = &self.other {
            return traffic.run();
        }
        if let Some(seed) = self.seed {
            return traced(seed);
        }
        run(self.seeds, Form::json_if(self.json))
    }
}

/// Runs the programme with this many drawn schedules, and tells what it found.
pub(crate) fn run(seeds: u64, form: Form) -> Outcome {
    // Whatever can go wrong with them goes wrong here, and not on the programme's threads.
    sets()?;
    let task = Task::start(&format!("trying {seeds} schedules, and every call of each stage"));
    let report = programme::run(seeds, &|| sets().unwrap_or_default(), &|| Rc::new(Knowledge));
    drop(task);
    form.tell(&report)?;
    if report.violations == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("{} schedules went wrong", report.violations))
        .hint("see one of them call by call: cargo xtask simulate --seed SEED"))
}

fn traced(seed: u64) -> Outcome {
    let (trace, judged) = Fixtures::new().traced(seed);
    for call in &trace {
        line(call)?;
    }
    judged.map_err(|fault| Failure::new(format!("seed {seed}: {fault}")))?;
    line(&format!("seed {seed}: converged, nothing lost"))
}

/// Every set of pipelines that a stage can have, as it really renders.
fn sets() -> Outcome<Vec<Set>> {
    let taxi = |shards: u32| format!("pipelines:\n  taxi: {{stream: {{shards: {shards}}}}}");
    let signed = |shards: u32| format!("code_signing: {}\n{}", signing_profile(), taxi(shards));
    let sets = [("taxi", taxi(2), taxi(4)), ("taxi, signed", signed(2), signed(4))];
    sets.into_iter()
        .map(|(name, first, changed)| {
            Ok(Set {
                name: name.to_owned(),
                first: stage(&first, "one")?,
                changed: stage(&changed, "one")?,
                other_code: stage(&first, "two")?,
            })
        })
        .collect()
}

/// The one that the simulated cloud has.
fn signing_profile() -> String {
    format!("arn:aws:signer:eu-west-1:111111111111:/signing-profiles/sim/{SIGNING_VERSION}")
}

fn stage(rest: &str, code: &str) -> Outcome<Target> {
    let text = format!("project: millrace\naccount: '111111111111'\nregion: eu-west-1\n{rest}\n");
    let name = StageName::new("sim").map_err(Failure::invalid)?;
    let stage = Stage::parse(name, "sim.yaml", &text, Architecture::Arm64);
    let stage = stage.map_err(|fault| Failure::invalid(fault.to_string()))?;
    let rendered = stages::rendered(&stage)?;
    let functions = rendered.iter().flat_map(|rendered| &rendered.stack.functions);
    let archives: Vec<_> = functions
        .map(|function| build::Archive {
            function: function.function.to_owned(),
            kind: match function.form {
                CodeForm::Function { package: Package::Zip, .. } => build::Kind::Zip,
                CodeForm::Function { package: Package::Image, .. } => build::Kind::Image,
                CodeForm::Script(_) => build::Kind::Script,
            },
            path: PathBuf::new(),
            sha256_hex: engine::hash::hex(&[function.function.as_bytes(), code.as_bytes()]),
            sha256_base64: format!("{} {code}", function.function),
            bytes: 1,
        })
        .collect();
    target::of(&stage, rendered, &archives, None)
}
