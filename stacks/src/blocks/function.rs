//! Functions: each with its own role, log group and alarms, wired by its contract.

use contract::{Deploy, Function, Ref, Statement, Topic};
use serde::Serialize;
use serde_json::{Value, json};

use super::code::{Asset, CodeParameter, CodePlaces, Form};
use super::signing::Signed;
use super::trigger::Source;
use super::version::{self, Published};
use super::{AlarmView, Bounds, Metric, Placement, Scope, Tags, Trigger, Version, releases, threshold};
use crate::stage::{FunctionSize, Package};

#[derive(Debug, Serialize)]
pub struct FunctionView {
    id: &'static str,
    name: String,
    description: &'static str,
    #[serde(skip)]
    bin: &'static str,
    #[serde(skip)]
    assets: Vec<Asset>,
    code: Code,
    code_parameter: String,
    /// Where it takes signed code alone. An image is signed by nobody whom Lambda asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<Signed>,
    architecture: &'static str,
    memory_mb: u32,
    timeout_seconds: u32,
    log_days: u32,
    variables: Vec<Variable>,
    statements: Vec<Value>,
    trigger: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    placement: Option<Placement>,
    live: Published,
    /// The group by which calls are shifted to a new version.
    #[serde(skip_serializing_if = "Option::is_none")]
    shifted: Option<String>,
    bounds: Bounds,
    tags: Tags,
    /// Of the function itself.
    code_tags: Vec<Value>,
}

const SLOW: &str = "An invocation took more than four fifths of the time after which it is killed";

/// Where a function's code is: in the artifact bucket, or in a repository of images.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Code {
    Archive(Value),
    Image(Value),
}

#[derive(Debug, Serialize)]
pub(super) struct Variable {
    name: String,
    value: Value,
}

/// Declares a function. What its contract asks for and `env` does not give, or gives wrong, does not compile.
pub fn function<F: Function>(
    scope: &Scope,
    id: &'static str,
    size: FunctionSize,
    env: &F::Env<Deploy>,
    on: Trigger<F::Event>,
    code: &CodePlaces,
) -> FunctionView {
    let (variables, granted) = wiring(env);
    let image = code.images.get(F::BIN).cloned().map(Code::Image);
    // What a schedule begins once a day, nobody would see failing within minutes; and a machine names a version.
    let can_be_shifted = matches!(on.source, Source::Stream(_) | Source::Queue(_));
    let shift = scope.stage.release.shift().filter(|_| can_be_shifted);
    let view = FunctionView {
        id,
        name: scope.name(F::BIN),
        description: F::DESCRIPTION,
        bin: F::BIN,
        assets: Vec::new(),
        signed: if image.is_none() { Signed::of(scope.stage) } else { None },
        code: image.unwrap_or_else(|| Code::Archive(code.archives.reference())),
        code_parameter: format!("{id}Code"),
        architecture: scope.stage.architecture.name(),
        memory_mb: size.memory_mb,
        timeout_seconds: size.timeout_seconds,
        log_days: scope.stage.log_days.get(),
        variables,
        statements: granted.into_iter().chain(on.statements.iter().map(plain)).collect(),
        live: Published::new(scope, id, matches!(on.source, Source::Machine)),
        shifted: shift.map(|_| releases::group(id)),
        trigger: on.source,
        placement: None,
        bounds: scope.bounds(),
        tags: scope.tags.clone(),
        code_tags: scope.tags.with_code(&format!("{id}Code")),
    };
    view.settled()
}

/// Takes an environment apart: its variables, and the statements that come with the resources among them.
pub(super) fn wiring(env: &impl Serialize) -> (Vec<Variable>, Vec<Value>) {
    let Value::Object(slots) = plain(env) else { unreachable!("an environment is a struct") };
    let mut statements = Vec::new();
    let mut variables = Vec::new();
    for (name, mut slot) in slots {
        if let Some(Value::Array(granted)) = slot.get_mut("statements").map(Value::take) {
            statements.extend(granted);
            variables.push(Variable { name, value: slot["value"].take() });
        } else {
            variables.push(Variable { name, value: slot });
        }
    }
    (variables, statements)
}

pub(super) fn plain(data: &impl Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_else(|error| unreachable!("plain data: {error}"))
}

impl FunctionView {
    /// Packs a file beside the binary.
    #[must_use]
    pub fn with_asset(mut self, asset: Asset) -> Self {
        self.assets.push(asset);
        self
    }

    /// Lets the function publish to a topic that is encrypted with this key, which SNS uses on its behalf.
    #[must_use]
    pub fn telling_with(mut self, key: Value) -> Self {
        self.statements.push(plain(&Statement::allow(&["kms:Decrypt", "kms:GenerateDataKey*"], key)));
        self
    }

    /// Puts the function into a network, from which it reaches only what the network leads to.
    #[must_use]
    pub fn placed(mut self, placement: Option<Placement>) -> Self {
        if placement.is_some() {
            // Lambda itself asks for these with the function's role; none of them is about a resource that is there before.
            let interfaces = [
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
            ];
            self.statements.push(plain(&Statement::allow(&interfaces, "*".into())));
        }
        self.placement = placement;
        self.settled()
    }

    /// With what Lambda makes a version of: where nothing of this changes, and no code, there is none to be made.
    fn settled(mut self) -> Self {
        let state = json!([self.memory_mb, self.timeout_seconds, self.variables, self.placement, self.description]);
        self.live.settle(&state);
        self
    }

    /// What it is now, for a caller that goes on with it.
    pub fn version(&self) -> Version {
        Version { function: self.id }
    }

    /// The ARN under which it is called.
    pub fn live(&self) -> Value {
        version::live(self.id)
    }

    pub(super) fn is_shifted(&self) -> bool {
        self.shifted.is_some()
    }

    pub(super) fn is_signed(&self) -> bool {
        self.signed.is_some()
    }

    pub(super) fn id(&self) -> &'static str {
        self.id
    }

    pub(super) fn tags(&self) -> &Tags {
        &self.tags
    }

    pub fn code(&self) -> CodeParameter {
        let package = match self.code {
            Code::Archive(_) => Package::Zip,
            Code::Image(_) => Package::Image,
        };
        CodeParameter {
            parameter: self.code_parameter.clone(),
            name: self.name.clone(),
            function: self.bin,
            form: Form::Function {
                package,
                assets: self.assets.clone(),
                signer: self.signed.as_ref().map(|signed| signed.profile.clone()),
            },
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What it is called on the command line, and what it does.
    pub(super) fn known_as(&self) -> (&'static str, &'static str) {
        (self.bin, self.description)
    }

    pub(super) fn reads_stream(&self) -> bool {
        matches!(self.trigger, Source::Stream(_))
    }

    /// Sounds when the function counted something that it rejected.
    pub fn rejecting(&self, scope: &Scope, alerts: &Ref<Topic>, description: &str) -> AlarmView {
        let metric = Metric {
            namespace: contract::metric::NAMESPACE,
            name: contract::metric::REJECTED,
            statistic: "Sum",
            dimension: contract::metric::FUNCTION_NAME,
            of: json!({ "Ref": self.id }),
        };
        AlarmView::above(scope, alerts, (self.id, self.bin), "Rejections", metric, 0, description)
    }

    pub fn alarms(&self, scope: &Scope, alerts: &Ref<Topic>) -> Vec<AlarmView> {
        let alarm = |fault, name, statistic, threshold, description: &str| {
            let metric = Metric {
                namespace: "AWS/Lambda",
                name,
                statistic,
                dimension: "FunctionName",
                of: json!({ "Ref": self.id }),
            };
            AlarmView::above(scope, alerts, (self.id, self.bin), fault, metric, threshold, description)
        };
        let mut alarms = vec![
            alarm("Errors", "Errors", "Sum", 0, "The function failed"),
            alarm("Throttles", "Throttles", "Sum", 0, "The function was asked for more than it may run").lasting(3),
            alarm("Duration", "Duration", "Maximum", threshold::near_timeout_ms(self.timeout_seconds), SLOW),
        ];
        match &self.trigger {
            Source::Stream(source) => {
                let late = threshold::behind_seconds(source.window_and_age(), self.timeout_seconds);
                let behind = format!("The function is {} minutes behind its stream", late / 60);
                alarms.push(alarm("IteratorAge", "IteratorAge", "Maximum", u64::from(late) * 1000, &behind));
            }
            // How late it is shows at the queue, what a schedule could not begin in the queue of failures, and a machine tells
            // itself.
            Source::Queue(_) | Source::Schedule(_) | Source::Machine => {}
        }
        if self.is_shifted() {
            alarms.extend(releases::alarms(self, scope, alerts));
        }
        alarms
    }
}
