//! Who may do what, once a stage is bootstrapped: calls, judged by the policies as they are written.

mod table;
#[cfg(test)]
mod tests;

use check::arn::Location;
use check::iam::{Decision, Identity, Policy, Request, trusts};
use check::parse::{parse, parse_bytes};
use check::world::{Resource, Source, World};
use engine::failure::{Failure, Outcome};
use serde::Serialize;
use stacks::names;
use stacks::render::render;
use stacks::stack::bootstrap::{self, ISSUER, Provider, provider_arn};
use stacks::stage::{Ci, Stage};
use std::collections::BTreeMap;
use std::fmt;

pub(crate) use table::Who;
use table::{CALLS, Call};

/// The roles of a stage's bootstrap, read from its template.
pub(crate) struct Roles {
    world: World,
    account: String,
}

impl Roles {
    pub(crate) fn of(stage: &Stage, ci: &Ci) -> Outcome<Self> {
        let broken = |what: String| Failure::new(what).hint("run: cargo xtask test");
        let stack = bootstrap::stack(stage, ci, Provider::Made);
        let rendered = render(vec![stack]).map_err(|error| broken(error.to_string()))?;
        let sources = rendered.into_iter().map(|rendered| {
            let root = parse_bytes(rendered.body.as_bytes()).map_err(|fault| broken(fault.what))?;
            let (name, bytes) = (rendered.stack.name, rendered.body.len());
            Ok(Source { file: format!("{name}.yaml"), name, root, bytes, values: BTreeMap::new() })
        });
        let location = Location { region: stage.region.to_string(), account: stage.account.to_string() };
        Ok(Self { world: World::of(sources.collect::<Outcome<_>>()?, location), account: stage.account.to_string() })
    }

    fn resource(&self, id: &str) -> Option<&Resource> {
        self.world.resources().find(|resource| resource.id == id)
    }

    /// The policies of a role, or of one that may everything but is bound.
    fn identity(&self, who: Who) -> Identity {
        let Some(role) = who.role() else {
            let everything = parse("Statement: [{Effect: Allow, Action: '*', Resource: '*'}]").ok();
            let boundary = self.resource("Boundary").map(|policy| Policy::read(policy.get("PolicyDocument")));
            return Identity { policies: everything.iter().map(Policy::read).collect(), boundary };
        };
        let attached = self.resource(role).into_iter().flat_map(|role| role.get("ManagedPolicyArns").items());
        let attached = attached.filter_map(|arn| self.world.find(arn.text()?));
        Identity {
            policies: attached.map(|policy| Policy::read(policy.get("PolicyDocument"))).collect(),
            boundary: None,
        }
    }

    pub(crate) fn may(&self, who: Who, request: &Request) -> Decision {
        if let (Some(role), true) = (who.role(), request.action.starts_with("sts:AssumeRole")) {
            let trust = self.resource(role).map(|role| Policy::read(role.get("AssumeRolePolicyDocument")));
            return trust.map_or(Decision::NotAllowed, |trust| trusts(&trust, request));
        }
        self.identity(who).may(&request.clone().with("aws:ResourceAccount", &self.account))
    }
}

/// What stands in the table in curly brackets.
struct Spelling<'a> {
    stage: &'a Stage,
    ci: &'a Ci,
}

impl Spelling<'_> {
    fn spelt(&self, text: &str) -> String {
        let Stage { project, name, account, region, .. } = self.stage;
        let signer = self.stage.code_signing.as_ref();
        let copy = self.ci.copies.as_ref().map_or_else(String::new, |prefix| format!("{prefix}1"));
        [
            ("{f}", format!("{project}-{name}")),
            ("{copy}", format!("{project}-{copy}")),
            ("{p}", format!("{project}/{name}")),
            ("{c}", format!("{project}-{name}").replace('-', "_")),
            ("{a}", account.to_string()),
            ("{r}", region.to_string()),
            ("{project}", project.to_string()),
            ("{stage}", name.to_string()),
            ("{repository}", self.ci.repository.to_string()),
            ("{branch}", self.ci.branch.to_string()),
            ("{issuer}", ISSUER.to_owned()),
            ("{provider}", provider_arn(self.stage)),
            ("{execution}", names::ci_role_arn(self.stage, names::EXECUTION)),
            ("{deploy}", names::ci_role_arn(self.stage, names::DEPLOY)),
            ("{copies}", names::ci_role_arn(self.stage, names::COPIES)),
            ("{plan}", names::ci_role_arn(self.stage, names::PLAN)),
            ("{boundary}", names::boundary_arn(self.stage)),
            ("{signer}", signer.map_or_else(String::new, |signer| signer.unversioned().to_owned())),
            ("{signer-version}", signer.map_or_else(String::new, |signer| signer.version().to_owned())),
        ]
        .into_iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(name, &value))
    }

    fn request(&self, call: &Call) -> Request {
        let mut request =
            Request { action: call.action.to_owned(), resource: self.spelt(call.resource), ..Request::default() };
        for (key, value) in call.told {
            if *key == "by" {
                request.principal = self.spelt(value);
            } else {
                request = request.with(&self.spelt(key), self.spelt(value));
            }
        }
        request
    }
}

/// The table of a stage, each call with what the policies say of it.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    stage: String,
    calls: Vec<Judged>,
    allowed: usize,
    denied: usize,
}

#[derive(Debug, Serialize)]
struct Judged {
    who: &'static str,
    allowed: bool,
    action: &'static str,
    resource: String,
    /// What else is known of the call.
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'static str,
    #[serde(skip)]
    as_meant: bool,
}

pub(crate) fn explained(stage: &Stage, ci: &Ci) -> Outcome<Explained> {
    let (roles, spelling) = (Roles::of(stage, ci)?, Spelling { stage, ci });
    let of_copies = |call: &Call| call.who == Who::Copies || call.resource.contains("{copy}");
    let is_shift = |call: &Call| call.action.starts_with("codedeploy:");
    let is_signing = |call: &Call| call.action.starts_with("signer:") || call.action.contains("CodeSigning");
    let is_asked = |call: &&Call| {
        (!of_copies(call) || ci.copies.is_some())
            && (!is_shift(call) || stage.release.shift().is_some())
            && (!is_signing(call) || stage.code_signing.is_some())
    };
    let calls: Vec<_> = CALLS
        .iter()
        .filter(is_asked)
        .map(|call| {
            let request = spelling.request(call);
            let allowed = roles.may(call.who, &request) == Decision::Allowed;
            let Request { resource, .. } = request;
            let (who, as_meant) = (call.who.name(), allowed == call.may);
            Judged { who, allowed, action: call.action, resource, note: call.note, as_meant }
        })
        .collect();
    let allowed = calls.iter().filter(|call| call.allowed).count();
    Ok(Explained { stage: stage.name.to_string(), allowed, denied: calls.len() - allowed, calls })
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for Judged { who, allowed, action, resource, note, as_meant } in &self.calls {
            if *who != before {
                writeln!(f, "{}{who}", if before.is_empty() { "" } else { "\n" })?;
                before = who;
            }
            let may = if *allowed { "may" } else { "may not" };
            let wrong = if *as_meant { "" } else { "  NOT AS MEANT" };
            let note = if note.is_empty() { String::new() } else { format!("  ({note})") };
            writeln!(f, "  {may:<8}{action:<42} {resource}{note}{wrong}")?;
        }
        let Self { stage, allowed, denied, .. } = self;
        writeln!(
            f,
            "\nstage {stage}: {allowed} calls are allowed, {denied} are not, by the policies as they are written"
        )
    }
}
