use clap::Args;
use engine::apply::{Deployed, deploy};
use engine::cloud::Cloud;
use engine::engine::Engine;
use engine::failure::{Failure, Outcome};
use engine::plan::{Plan, Step};
use engine::refusal::Asked;
use engine::target::{Target, Wanted, Wishes};
use engine::template::Template;
use serde::Serialize;
use stacks::names;
use stacks::render::render;
use stacks::stack::StackKind;
use stacks::stack::bootstrap::{self, ISSUER, Provider, provider_arn};
use stacks::stage::{Ci, Stage};
use std::fmt;

use crate::board::Board;
use crate::knowledge::Knowledge;
use crate::output::Form;
use crate::progress::say;
use crate::project::Project;
use crate::session::{Emulator, Session};
use crate::{calls, consent, plan_text, stages, target};

/// Make the roles by which workflows deploy a stage
///
/// One stack: the identity provider of the code host, a role to deploy and one to look, the role in which CloudFormation
/// works, and the boundary that every role of the stage carries. Whoever runs it has to be allowed to make roles; after that,
/// nobody else has to be. Run it again after the stage's file has changed.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Bootstrap {
    /// The stage: a file in environments/, without its ending
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Use the account's identity provider, which another stack made, rather than make it
    #[arg(long)]
    existing_provider: bool,
    /// Show who may do what, as a table of calls, and change nothing
    #[arg(long, conflicts_with_all = ["plan", "yes"])]
    explain: bool,
    /// Stop after showing the plan
    #[arg(long)]
    plan: bool,
    /// Do not ask before changing anything
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct BootstrapReport {
    stage: String,
    stack: String,
    changed: bool,
    repository: String,
    branch: String,
    /// What is written into the environment of this name at the code host.
    environment: String,
    /// The role that is the variable `DEPLOY_ROLE` there.
    #[serde(skip_serializing_if = "Option::is_none")]
    for_copies: Option<String>,
    variables: Vec<(&'static str, String)>,
    provider: String,
    boundary: String,
}

impl Bootstrap {
    pub(crate) async fn run(&self) -> Outcome {
        if self.explain {
            let project = Project::find()?;
            let stage = stages::load(&project, &self.stage)?;
            let ci = deployer(&stage)?;
            return Form::json_if(self.json).tell(&calls::explained(&stage, ci)?);
        }
        let session = Session::open(&self.stage, Emulator::Start).await?;
        let ci = deployer(&session.stage)?;
        let provider = self.provider(&session).await?;
        let target = Self::target(&session.stage, ci, provider)?;
        let (wishes, board) = (Wishes::default(), Board::new());
        let engine = Engine::new(&session.cloud, &target, &wishes, &Knowledge, &board);
        if self.plan {
            let plan = Plan::make(&engine).await?;
            Form::json_if(self.json).tell(&Planned(&plan))?;
            return plan.decided(&wishes);
        }
        let consent = |plan: &Plan| self.consent(&session.stage, plan);
        let deployed = Box::pin(deploy(&engine, &consent)).await?;
        Form::json_if(self.json).tell(&BootstrapReport::of(&session.stage, ci, &deployed))
    }

    /// An account has one provider for each issuer. Where ours made it, it stays ours.
    async fn provider(&self, session: &Session) -> Outcome<Provider> {
        let stack = names::stack(&session.stage, StackKind::Bootstrap);
        let looking = || format!("cannot look at stack {stack}");
        let is_there = session.cloud.stack(&stack).await.asked(looking)?.is_some();
        let owned = is_there && {
            let resources = session.cloud.resources(&stack).await.asked(looking)?;
            resources.iter().any(|it| it.kind == "AWS::IAM::OIDCProvider" && it.status != "DELETE_COMPLETE")
        };
        if self.existing_provider {
            return Ok(Provider::Existing);
        }
        let arn = provider_arn(&session.stage);
        let exists = session.cloud.has_provider(&arn).await.asked(|| "cannot list identity providers".to_owned())?;
        if exists && !owned {
            say(&format!("{ISSUER} is known to the account already: its identity provider is used as it is"));
            return Ok(Provider::Existing);
        }
        Ok(Provider::Made)
    }

    /// The one stack, beside those of the stage.
    fn target(stage: &Stage, ci: &Ci, provider: Provider) -> Outcome<Target> {
        let rendered = render(vec![bootstrap::stack(stage, ci, provider)]);
        let rendered = rendered.map_err(|error| {
            Failure::new(format!("the roles of stage {} cannot be written", stage.name)).because(&error)
        })?;
        let wanted = rendered.into_iter().map(|it| target::wanted(stage, it, &[], None).map(compact));
        let name = names::stack(stage, StackKind::Bootstrap);
        Ok(Target {
            stacks: wanted.collect::<Outcome<_>>()?,
            known: vec![name],
            // By whoever runs this, who may make roles.
            service: None,
            ..target::without_stacks(stage)
        })
    }

    fn consent(&self, stage: &Stage, plan: &Plan) -> Outcome {
        for stack in plan.stacks.iter().filter(|stack| stack.action != Step::Nothing) {
            let mut text = String::new();
            if plan_text::write_stack(&mut text, stack).is_ok() {
                say(text.trim_end());
            }
        }
        let Stage { name, account, .. } = stage;
        let question = format!("Make these roles for stage {name} in account {account}? [y/N]");
        consent::ask(stage, self.yes, &question, &["y", "Y", "yes"], "bootstrap")
    }
}

/// What CloudFormation takes along with a request.
const MOST_INLINE_BYTES: usize = 51_200;

/// Where the names are long, the text goes without its spaces: there is no bucket yet to put it into.
fn compact(wanted: Wanted) -> Wanted {
    if wanted.body.len() <= MOST_INLINE_BYTES {
        return wanted;
    }
    let body = wanted.template.value().to_string();
    Wanted { template: Template::parse(&body).unwrap_or_default(), body, ..wanted }
}

/// Who deploys the stage, by its file.
fn deployer(stage: &Stage) -> Outcome<&Ci> {
    let name = &stage.name;
    if let Some(copy) = &stage.copy {
        return Err(Failure::invalid(format!("{name} is a copy, and is deployed by the roles of {}", copy.of))
            .hint(format!("run: cargo xtask bootstrap --stage {}", copy.of)));
    }
    stage.ci.as_ref().ok_or_else(|| {
        Failure::invalid(format!("stage {name} does not say whose workflows deploy it"))
            .hint(format!("add 'ci: {{repository: OWNER/NAME}}' to environments/{name}.yaml"))
    })
}

#[derive(Serialize)]
struct Planned<'a>(&'a Plan);

impl fmt::Display for Planned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        plan_text::write(f, self.0)
    }
}

impl BootstrapReport {
    fn of(stage: &Stage, ci: &Ci, deployed: &Deployed) -> Self {
        let role = |role| names::ci_role_arn(stage, role);
        Self {
            stage: stage.name.to_string(),
            stack: names::stack(stage, StackKind::Bootstrap),
            changed: deployed.done.stacks.iter().any(|applied| applied.changed),
            repository: ci.repository.to_string(),
            branch: ci.branch.to_string(),
            environment: stage.name.to_string(),
            for_copies: ci.copies.as_ref().map(|_| role(names::COPIES)),
            variables: vec![
                ("DEPLOY_ROLE", role(names::DEPLOY)),
                ("PLAN_ROLE", role(names::PLAN)),
                ("AWS_REGION", stage.region.to_string()),
            ],
            provider: provider_arn(stage),
            boundary: names::boundary_arn(stage),
        }
    }
}

impl fmt::Display for BootstrapReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, stack, repository, branch, environment, .. } = self;
        writeln!(f, "{stack}: {}", if self.changed { "made" } else { "no change" })?;
        writeln!(f, "now {repository} may deploy stage {stage}, from branch {branch} in environment {environment}")?;
        writeln!(f, "write these into that environment's variables, and let it deploy from {branch} alone:")?;
        for (name, value) in &self.variables {
            writeln!(f, "  {name:<12} {value}")?;
        }
        if let Some(role) = &self.for_copies {
            writeln!(f, "and into those of the environment {}, if pull requests get copies:", names::COPIES)?;
            writeln!(f, "  {:<12} {role}", "DEPLOY_ROLE")?;
        }
        writeln!(f, "every role of the stage is bound by {}", self.boundary)?;
        writeln!(f, "  who may do what: cargo xtask bootstrap --stage {stage} --explain")?;
        writeln!(f, "  next: cargo xtask deploy --stage {stage}")
    }
}
