//! Signing in to PostgreSQL with what a secret holds.

use contract::{Handle, Load, Warehouse};
use runtime::{Loadable, Pause, Secrets, patiently};
use std::{cell::RefCell, error::Error};
use warehouse::{Login, Logins};

/// A secret that is read when it is first needed, and when it was of no use.
pub(crate) struct SecretLogin<S, P> {
    pub(crate) warehouse: Handle<Load<Warehouse>>,
    pub(crate) secrets: S,
    pub(crate) pause: P,
    pub(crate) kept: RefCell<Option<Login>>,
}

impl<S: Secrets, P: Pause> Logins for SecretLogin<S, P> {
    async fn login(&self, fresh: bool) -> Result<Login, Box<dyn Error + Send + Sync>> {
        let kept = self.kept.borrow().clone();
        if let Some(kept) = kept.filter(|_| !fresh) {
            return Ok(kept);
        }
        let read = patiently(&self.pause, async || self.warehouse.credentials(&self.secrets).await).await?;
        let login = Login { user: read.username, password: read.password };
        self.kept.replace(Some(login.clone()));
        Ok(login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::testing::{MemorySecrets, Watch, run};

    #[test]
    fn a_secret_is_read_once_and_again_when_it_was_of_no_use() {
        let secrets = std::rc::Rc::new(MemorySecrets::default());
        let logins = SecretLogin {
            warehouse: Handle::named("postgres://h:5/d?secret=arn:s"),
            secrets: std::rc::Rc::clone(&secrets),
            pause: Watch::default(),
            kept: RefCell::default(),
        };
        let password = |fresh| run(logins.login(fresh)).map(|login| login.password).map_err(|error| error.to_string());
        assert!(password(false).is_err(), "there is none yet");
        secrets.keep("arn:s", r#"{"username": "loader", "password": "old"}"#);
        assert_eq!(password(false).unwrap(), "old");
        secrets.keep("arn:s", r#"{"username": "loader", "password": "new"}"#);
        assert_eq!(password(false).unwrap(), "old");
        assert_eq!(password(true).unwrap(), "new");
        assert_eq!(password(false).unwrap(), "new");
    }
}
