//! The resources of a stage, as its templates have them, and what they say of each other.

use serde_json::Value;
use stacks::stage::Pipelines;

use crate::volumes::Volumes;

/// What is paid for by all pipelines together.
pub const SHARED: &str = "shared";

/// A stack's template.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    pub stack: &'a str,
    pub body: &'a Value,
}

#[derive(Debug, Clone)]
pub struct Resource<'a> {
    pub stack: &'a str,
    pub id: &'a str,
    pub kind: &'a str,
    pub pipeline: &'a str,
    template: &'a Value,
    properties: &'a Value,
}

/// Everything that a stage has, and what is taken to go through it.
#[derive(Debug)]
pub struct Scene<'a> {
    pub resources: Vec<Resource<'a>>,
    pub volumes: &'a Volumes,
}

impl<'a> Scene<'a> {
    pub fn of(templates: &[Template<'a>], volumes: &'a Volumes) -> Self {
        let resources = templates.iter().flat_map(|template| {
            let all = template.body["Resources"].as_object().into_iter().flatten();
            all.map(|(id, resource)| Resource {
                stack: template.stack,
                id,
                kind: resource["Type"].as_str().unwrap_or_default(),
                pipeline: pipeline(template.body, id, resource),
                template: template.body,
                properties: &resource["Properties"],
            })
        });
        Self { resources: resources.collect(), volumes }
    }

    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Resource<'a>> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// The function or the container that runs this program.
    pub fn program(&self, bin: &str) -> Option<&Resource<'a>> {
        self.resources.iter().find(|resource| resource.program() == Some(bin))
    }

    /// What hands a function its batches.
    pub fn source(&self, function: &Resource) -> Option<&Resource<'a>> {
        self.of_kind("AWS::Lambda::EventSourceMapping").find(|mapping| {
            let called = self.called(mapping);
            called.is_some_and(|called| (called.stack, called.id) == (function.stack, function.id))
        })
    }

    /// The function that something names, itself or by an alias.
    pub fn called(&self, by: &Resource) -> Option<&Resource<'a>> {
        let id = by.value("FunctionName")["Ref"].as_str()?;
        let named = self.resources.iter().find(|resource| resource.stack == by.stack && resource.id == id)?;
        if named.kind == "AWS::Lambda::Alias" { self.called(named) } else { Some(named) }
    }
}

impl<'a> Resource<'a> {
    /// A property, by its path of names; a parameter stands for its default.
    pub fn value(&self, path: &str) -> &'a Value {
        let found = path.split('.').fold(self.properties, |value, name| &value[name]);
        match found["Ref"].as_str() {
            Some(name) if found.as_object().is_some_and(|map| map.len() == 1) => {
                let default = &self.template["Parameters"][name]["Default"];
                if default.is_null() { found } else { default }
            }
            _ => found,
        }
    }

    /// CloudFormation takes numbers as texts too.
    pub fn number(&self, path: &str) -> Option<f64> {
        let value = self.value(path);
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    }

    pub fn text(&self, path: &str) -> Option<&'a str> {
        self.value(path).as_str()
    }

    pub fn is_true(&self, path: &str) -> bool {
        let value = self.value(path);
        value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
    }

    pub fn length(&self, path: &str) -> Option<usize> {
        self.value(path).as_array().map(Vec::len)
    }

    /// Which of our programs it runs, or has the logs of, by its name: `{project}-{stage}-{program}`.
    pub fn program(&self) -> Option<&'static str> {
        let name = match self.kind {
            "AWS::Lambda::Function" => self.text("FunctionName"),
            "AWS::ECS::TaskDefinition" => self.text("Family"),
            _ => None,
        };
        name.and_then(program_in)
    }

    /// The variables of a function or of a container, by name.
    pub fn variable(&self, name: &str) -> Option<f64> {
        let of_task = || {
            let containers = self.value("ContainerDefinitions").as_array()?.first()?["Environment"].as_array()?;
            containers.iter().find(|variable| variable["Name"] == name).map(|variable| &variable["Value"])
        };
        let value = self.value("Environment.Variables").get(name).or_else(of_task)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    }

    /// The same as a part of another's pipeline.
    #[must_use]
    pub fn used_by(&self, other: &Self) -> Self {
        Self { pipeline: other.pipeline, ..self.clone() }
    }

    /// The processor that its code is for.
    pub fn is_arm(&self) -> bool {
        let of_function = self.value("Architectures")[0].as_str();
        let of_task = self.text("RuntimePlatform.CpuArchitecture");
        of_function.or(of_task).is_some_and(|name| name.eq_ignore_ascii_case("arm64"))
    }
}

/// The program that a name ends with; of two, the longer one.
pub fn program_in(name: &str) -> Option<&'static str> {
    let all = crate::pace::PACES.iter().map(|(bin, _)| *bin);
    all.filter(|bin| name.strip_suffix(bin).is_some_and(|rest| rest.ends_with(['-', '/']))).max_by_key(|bin| bin.len())
}

/// By its tag, or that of what it refers to, or its name.
fn pipeline<'a>(template: &'a Value, id: &'a str, resource: &'a Value) -> &'a str {
    let named = || {
        let id = id.to_lowercase();
        Pipelines::NAMES.iter().copied().find(|pipeline| id.starts_with(pipeline)).unwrap_or(SHARED)
    };
    tag(resource).or_else(|| referred(template, &resource["Properties"])).unwrap_or_else(named)
}

/// Tags are a list, or for some types a mapping.
fn tag(resource: &Value) -> Option<&str> {
    let tags = &resource["Properties"]["Tags"];
    let listed = || tags.as_array()?.iter().find(|tag| tag["Key"] == "pipeline").and_then(|tag| tag["Value"].as_str());
    tags["pipeline"].as_str().or_else(listed)
}

/// The pipeline of the first tagged resource that is referred to.
fn referred<'a>(template: &'a Value, value: &'a Value) -> Option<&'a str> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, inner)| {
            let id = match key.as_str() {
                "Ref" => inner.as_str(),
                "Fn::GetAtt" => inner[0].as_str(),
                _ => None,
            };
            id.and_then(|id| tag(&template["Resources"][id])).or_else(|| referred(template, inner))
        }),
        Value::Array(items) => items.iter().find_map(|item| referred(template, item)),
        _ => None,
    }
}
