//! Which database it is, and how it is reached.

use contract::{AssetFile, Handle, Load, Warehouse};
use runtime::{Loadable, Sleep, WarehousePlace, packed};

use super::{BoxError, SecretLogin, Server, Trust};

pub struct Database<L> {
    pub server: Server,
    pub logins: L,
    pub trust: Trust,
}

impl<S> Database<SecretLogin<S, Sleep>> {
    /// The one that a function's environment names, for what goes into it. No call is made.
    pub fn named(
        what: &str,
        handle: &Handle<Load<Warehouse>>,
        authorities: &AssetFile,
        secrets: S,
    ) -> Result<Self, BoxError> {
        let WarehousePlace::Postgres { server, .. } = handle.place()? else {
            return Err(format!("{what} go into a PostgreSQL: DATABASE has to begin with postgres://").into());
        };
        Self::at(&server, handle, authorities, secrets)
    }

    /// The same where it is known already that it is a PostgreSQL at `HOST:PORT/DATABASE`.
    pub fn at(
        server: &str,
        handle: &Handle<Load<Warehouse>>,
        authorities: &AssetFile,
        secrets: S,
    ) -> Result<Self, BoxError> {
        let logins = SecretLogin::new(handle, secrets, Sleep);
        let trust = Trust::parse(&packed(authorities)?)?;
        Ok(Self { server: Server::parse(server)?, logins, trust })
    }
}
