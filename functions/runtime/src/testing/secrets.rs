//! Secrets in memory.

use std::{cell::RefCell, collections::BTreeMap};

use crate::{Fault, PortError, SecretName, Secrets};

#[derive(Default)]
pub struct MemorySecrets {
    texts: RefCell<BTreeMap<String, String>>,
}

impl MemorySecrets {
    pub fn keep(&self, arn: &str, text: &str) {
        self.texts.borrow_mut().insert(arn.to_owned(), text.to_owned());
    }
}

impl Secrets for MemorySecrets {
    async fn get(&self, secret: &SecretName) -> Result<String, PortError> {
        self.texts.borrow().get(secret.arn()).cloned().ok_or_else(|| secret.failed(Fault::NotFound))
    }
}
