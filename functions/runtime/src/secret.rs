//! Secrets: the port, and who may ask for which.

use contract::{Handle, Read, Secret};
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

/// Of a secret that may be read.
pub trait Revealable {
    fn text(&self, secrets: &impl Secrets) -> impl Future<Output = Result<String, PortError>>;
    /// Why it is of no use, without a word of what it says.
    fn useless(&self, why: &'static str) -> PortError;
}

impl Revealable for Handle<Read<Secret>> {
    async fn text(&self, secrets: &impl Secrets) -> Result<String, PortError> {
        secrets.get(&SecretName::new(self.name())).await
    }

    fn useless(&self, why: &'static str) -> PortError {
        SecretName::new(self.name()).failed(Fault::Invalid).because(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MemorySecrets, run};

    #[test]
    fn a_secret_is_read_by_its_handle() {
        let secrets = MemorySecrets::default();
        secrets.keep("arn:one", "text");
        let read = |arn: &str| run(Handle::<Read<Secret>>::named(arn).text(&secrets));
        assert_eq!(read("arn:one").unwrap(), "text");
        assert_eq!(read("arn:other").unwrap_err().fault(), Fault::NotFound);
    }
}
