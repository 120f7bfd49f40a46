//! Which warehouse it is, and how it is reached.

use contract::{Run, load_warehouse::Env};
use runtime::{Loadable, Sleep, WarehousePlace, aws, aws::SecretsManager, now};
use std::{error::Error, time::Duration};
use warehouse::{
    Database, Load, LoadError, Loaded, Place, Postgres, Redshift, SecretLogin, Source, Warehouse, redshift_client,
};

use crate::time;

type BoxError = Box<dyn Error + Send + Sync>;
type Clock = fn() -> String;

/// Of one call to the Data API.
const CALL: Duration = Duration::from_secs(10);

/// What a function leaves of its time for what comes after a load.
const LEFT: Duration = Duration::from_secs(20);

pub(crate) enum Either {
    Postgres(Box<Postgres<SecretLogin<SecretsManager, Sleep>, Clock>>),
    Redshift(Box<Redshift<Sleep, Clock>>),
}

/// Makes the client of the one that the environment names. No call is made.
pub(crate) async fn connect(env: &Env<Run>) -> Result<Either, BoxError> {
    let clock: Clock = || time::text(now());
    let (place, database, role) = match env.warehouse.place()? {
        WarehousePlace::Postgres { server, .. } => {
            let secrets = SecretsManager::connect().await;
            let database = Database::at(&server, &env.warehouse, &env.authorities, secrets)?;
            return Ok(Either::Postgres(Box::new(Postgres::new(database, clock))));
        }
        WarehousePlace::RedshiftServerless { workgroup, database, role, secret } => {
            (Place::Serverless { workgroup, secret }, database, role)
        }
        WarehousePlace::Redshift { cluster, database, role, secret } => {
            (Place::Cluster { name: cluster, secret }, database, role)
        }
    };
    let patience = Duration::from_secs(env.seconds.0).saturating_sub(LEFT).max(LEFT);
    let client = redshift_client(&aws::config(CALL).await);
    Ok(Either::Redshift(Box::new(Redshift::new(client, place, database, role, patience, Sleep, clock))))
}

impl Warehouse for Either {
    async fn load(&self, load: &Load, file: impl Source) -> Result<Loaded, LoadError> {
        match self {
            Self::Postgres(postgres) => postgres.load(load, file).await,
            Self::Redshift(redshift) => redshift.load(load, file).await,
        }
    }
}
