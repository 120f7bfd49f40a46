//! Signing in to PostgreSQL with what a secret holds.

use contract::{Handle, Load, Warehouse};
use runtime::{Loadable, Pause, Secrets, patiently};
use std::cell::RefCell;

use super::{BoxError, Login, Logins};

/// A secret that is read when it is first needed, and when it was of no use.
pub struct SecretLogin<S, P> {
    warehouse: Handle<Load<Warehouse>>,
    secrets: S,
    pause: P,
    kept: RefCell<Option<Login>>,
}

impl<S, P> SecretLogin<S, P> {
    /// No call is made.
    pub fn new(warehouse: &Handle<Load<Warehouse>>, secrets: S, pause: P) -> Self {
        Self { warehouse: Handle::named(warehouse.name()), secrets, pause, kept: RefCell::default() }
    }
}

impl<S: Secrets, P: Pause> Logins for SecretLogin<S, P> {
    async fn login(&self, fresh: bool) -> Result<Login, BoxError> {
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
        let warehouse = Handle::named("postgres://h:5/d?secret=arn:s");
        let logins = SecretLogin::new(&warehouse, std::rc::Rc::clone(&secrets), Watch::default());
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
