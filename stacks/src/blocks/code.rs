//! Code: where it is put, and the parameters through which stacks learn which it is.

use contract::{AssetFile, Bucket, Ref};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

use crate::names;
use crate::stage::{Package, ProjectFile, SigningProfile};

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
        /// Who has to sign it.
        signer: Option<SigningProfile>,
    },
    /// A text of the project, as it is.
    Script(&'static str),
}

/// One of a template's `Parameters`.
#[derive(Debug, Serialize)]
pub struct ParameterView {
    id: String,
    description: String,
    pattern: String,
}

impl CodeParameter {
    pub fn view(&self) -> ParameterView {
        let Self { parameter, name, form, .. } = self;
        let archive = format!("Where in the artifact bucket the archive of {name} is");
        let (description, pattern) = match form {
            Form::Function { package: Package::Image, .. } => {
                (format!("Which image in its repository {name} is"), "sha256:[0-9a-f]{64}".to_owned())
            }
            Form::Function { package: Package::Zip, signer: None, .. } => {
                (archive, r"[a-z0-9-]+/[0-9a-f]{64}\.zip".to_owned())
            }
            Form::Function { package: Package::Zip, signer: Some(profile), .. } => {
                (archive, names::signed_archive("[a-z0-9-]+", "[0-9a-f]{64}", profile).replace('.', r"\."))
            }
            Form::Script(_) => (
                format!("Where in the artifact bucket the script of {name} is"),
                r"[a-z0-9-]+/[0-9a-f]{64}\.py".to_owned(),
            ),
        };
        ParameterView { id: parameter.clone(), description, pattern }
    }
}
