//! Secrets: the port, and who may ask for which.

use std::{future::Future, rc::Rc};

use crate::{Fault, PortError};

/// The ARN of a secret, named by a granted handle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretName(String);

impl SecretName {
    pub(crate) fn new(arn: &str) -> Self {
        Self(arn.to_owned())
    }

    pub fn arn(&self) -> &str {
        &self.0
    }

    pub(crate) fn failed(&self, fault: Fault) -> PortError {
        PortError::new("read secret", &self.0, fault)
    }
}

/// Secrets Manager, one call.
pub trait Secrets {
    /// The text of the secret's current version.
    fn get(&self, secret: &SecretName) -> impl Future<Output = Result<String, PortError>>;
}

impl<S: Secrets> Secrets for Rc<S> {
    async fn get(&self, secret: &SecretName) -> Result<String, PortError> {
        (**self).get(secret).await
    }
}
