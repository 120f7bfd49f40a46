//! Code: where it is put, and the parameters through which stacks learn which it is.

use contract::{AssetFile, Bucket, Ref};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::stage::{Package, ProjectFile};

/// Where code is put, by how it is packaged.
pub struct CodePlaces {
    pub archives: Ref<Bucket>,
    /// The URIs of repositories, by function.
    pub images: BTreeMap<&'static str, Value>,
}

/// A file that is packed beside a function's binary.
#[derive(Debug, Clone)]
pub struct Asset {
    pub file: AssetFile,
    /// What ships, unless the stage brings its own.
    pub text: &'static str,
    pub replaced_by: Option<ProjectFile>,
}

/// The template parameter through which a stack learns where a function's or a job's code is.
#[derive(Debug, Clone)]
pub struct CodeParameter {
    pub parameter: String,
    /// Of what runs it.
    pub name: String,
    /// The function's binary, or the script's name.
    pub function: &'static str,
    pub form: Form,
}

/// What code is made of.
#[derive(Debug, Clone)]
pub enum Form {
    Function {
        package: Package,
        assets: Vec<Asset>,
    },
    /// A text of the project, as it is.
    Script(&'static str),
}

/// One of a template's `Parameters`.
#[derive(Debug, Serialize)]
pub struct ParameterView {
    id: String,
    description: String,
    pattern: &'static str,
}

impl CodeParameter {
    pub fn view(&self) -> ParameterView {
        let Self { parameter, name, form, .. } = self;
        let (description, pattern) = match form {
            Form::Function { package: Package::Image, .. } => {
                (format!("Which image in its repository {name} is"), "sha256:[0-9a-f]{64}")
            }
            Form::Function { package: Package::Zip, .. } => {
                (format!("Where in the artifact bucket the archive of {name} is"), r"[a-z0-9-]+/[0-9a-f]{64}\.zip")
            }
            Form::Script(_) => {
                (format!("Where in the artifact bucket the script of {name} is"), r"[a-z0-9-]+/[0-9a-f]{64}\.py")
            }
        };
        ParameterView { id: parameter.clone(), description, pattern }
    }
}
