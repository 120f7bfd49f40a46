//! What a handle on a warehouse says: which one it is, and how to sign in.

use contract::{Handle, Load, Warehouse};
use serde::Deserialize;
use std::future::Future;

use crate::{Fault, PortError, SecretName, Secrets};

/// A warehouse, named by a granted handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WarehousePlace {
    RedshiftServerless {
        workgroup: String,
        database: String,
        role: String,
        secret: SecretName,
    },
    Redshift {
        cluster: String,
        database: String,
        role: String,
        secret: SecretName,
    },
    Postgres {
        /// `HOST:PORT/DATABASE`.
        server: String,
        secret: SecretName,
    },
}

/// A name and its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

/// A variable that should name a warehouse and does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{uri}' is not a warehouse: {why}")]
pub struct BadWarehouse {
    uri: String,
    why: String,
}

/// Of a warehouse that may be loaded.
pub trait Loadable {
    fn place(&self) -> Result<WarehousePlace, BadWarehouse>;
    /// What the secret of a PostgreSQL warehouse holds.
    fn credentials(&self, secrets: &impl Secrets) -> impl Future<Output = Result<Credentials, PortError>>;
}

impl Loadable for Handle<Load<Warehouse>> {
    fn place(&self) -> Result<WarehousePlace, BadWarehouse> {
        parse(self.name()).map_err(|why| BadWarehouse { uri: self.name().to_owned(), why })
    }

    async fn credentials(&self, secrets: &impl Secrets) -> Result<Credentials, PortError> {
        let wrong = |why: String| PortError::new("sign in to", self.name(), Fault::Invalid).because(why);
        match self.place().map_err(|bad| wrong(bad.to_string()))? {
            WarehousePlace::Postgres { secret, .. } => serde_json::from_str(&secrets.get(&secret).await?)
                // The error would quote the secret.
                .map_err(|_| secret.failed(Fault::Invalid).because("it is not JSON with username and password")),
            _ => Err(wrong("it has no secret that this function reads".to_owned())),
        }
    }
}

fn parse(uri: &str) -> Result<WarehousePlace, String> {
    let (scheme, rest) = uri.split_once("://").ok_or("it has no scheme")?;
    let (place, query) = rest.split_once('?').ok_or("it has no ?")?;
    let said = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value.to_owned())
    };
    let asked = |name: &str| said(name).ok_or_else(|| format!("it says no {name}"));
    let parts = || {
        let parts = place.split_once('/').filter(|(name, database)| !name.is_empty() && !database.is_empty());
        parts.map(|(name, database)| (name.to_owned(), database.to_owned())).ok_or("NAME/DATABASE is missing")
    };
    let secret = || asked("secret").map(|arn| SecretName::new(&arn));
    match scheme {
        "redshift-serverless" => {
            let (workgroup, database) = parts()?;
            Ok(WarehousePlace::RedshiftServerless { workgroup, database, role: asked("role")?, secret: secret()? })
        }
        "redshift" => {
            let (cluster, database) = parts()?;
            Ok(WarehousePlace::Redshift { cluster, database, role: asked("role")?, secret: secret()? })
        }
        "postgres" => {
            let (server, database) = parts()?;
            Ok(WarehousePlace::Postgres { server: format!("{server}/{database}"), secret: secret()? })
        }
        other => Err(format!("'{other}' is none of redshift-serverless, redshift and postgres")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MemorySecrets, run};

    fn place(uri: &str) -> Result<WarehousePlace, String> {
        Handle::<Load<Warehouse>>::named(uri).place().map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_is_known_by_its_scheme() {
        let role = "arn:aws:iam::123456789012:role/copy".to_owned();
        let (workgroup, database) = ("wg".to_owned(), "dev".to_owned());
        let secret = SecretName::new("arn:aws:secretsmanager:eu-central-1:1:secret:rds!db-1=x");
        let arn = secret.arn();
        assert_eq!(
            place(&format!("redshift-serverless://wg/dev?role={role}&secret={arn}")),
            Ok(WarehousePlace::RedshiftServerless {
                workgroup,
                database: database.clone(),
                role: role.clone(),
                secret: secret.clone()
            })
        );
        assert_eq!(
            place(&format!("redshift://c/dev?role={role}&secret={arn}")),
            Ok(WarehousePlace::Redshift { cluster: "c".to_owned(), database, role, secret: secret.clone() })
        );
        assert_eq!(
            place(&format!("postgres://db.example:5432/warehouse?secret={}", secret.arn())),
            Ok(WarehousePlace::Postgres { server: "db.example:5432/warehouse".to_owned(), secret })
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let why = |uri: &str| place(uri).unwrap_err();
        assert_eq!(why("wg"), "'wg' is not a warehouse: it has no scheme");
        assert!(why("redshift-serverless://wg/dev?x=y").ends_with("it says no role"));
        assert!(why("redshift://c/dev?role=r").ends_with("it says no secret"));
        assert!(why("postgres://h:5?secret=s").ends_with("NAME/DATABASE is missing"));
        assert!(why("mysql://h/d?secret=s").contains("'mysql' is none of"));
    }

    #[test]
    fn a_secret_that_is_none_is_not_quoted() {
        let handle = Handle::<Load<Warehouse>>::named("postgres://h:5/d?secret=arn:s");
        let secrets = MemorySecrets::default();
        let why = |text: &str| {
            secrets.keep("arn:s", text);
            run(handle.credentials(&secrets)).err().map(|error| crate::chain(&error))
        };
        assert_eq!(why(r#"{"username": "u", "password": "p", "host": "h"}"#), None);
        let said = why(r#"{"user": "u", "password": "hidden"}"#).unwrap();
        assert!(said.contains("arn:s") && said.contains("username and password") && !said.contains("hidden"), "{said}");
    }
}
