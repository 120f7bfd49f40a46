//! A connection, on TLS unless the server is on this machine and has none.

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tokio_postgres::{
    Client, Config,
    config::{ChannelBinding, SslMode},
    error::SqlState,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Database, Login, Logins, explain::explain};
use crate::{failure::LoadError, sql::Step};

const CONNECT: Duration = Duration::from_secs(10);

/// What the server is told of a session that begins.
pub(super) struct Session<'a> {
    /// How it is called in the server's list of them.
    pub(super) application: &'a str,
    /// Of the server, as on its command line: `-c NAME=VALUE`.
    pub(super) settings: &'a str,
}

/// A session. Dropped, it ends some time later, and with it all that it has not committed.
pub(super) struct Connection {
    pub(super) client: Client,
    ended: JoinHandle<()>,
}

impl Connection {
    /// Ends it before the function is put to sleep, which would keep its locks awake.
    pub(super) async fn close(self) {
        drop(self.client);
        // It is only a good-bye: the server notices also without it.
        let _ = tokio::time::timeout(CONNECT, self.ended).await;
    }
}

/// A host, a port and a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub database: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not HOST:PORT/DATABASE")]
pub struct BadAuthority(String);

impl Server {
    /// From `HOST:PORT/DATABASE`.
    pub fn parse(text: &str) -> Result<Self, BadAuthority> {
        let parts = || {
            let (authority, database) = text.split_once('/')?;
            let (host, port) = authority.rsplit_once(':')?;
            let port = port.parse().ok()?;
            let good = !host.is_empty() && !database.is_empty() && !database.contains('/');
            good.then(|| Self { host: host.to_owned(), port, database: database.to_owned() })
        };
        parts().ok_or_else(|| BadAuthority(text.to_owned()))
    }

    /// What is said on this machine nobody overhears.
    fn is_here(&self) -> bool {
        self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// The certificates that a server's own has to be signed by.
#[derive(Clone)]
pub struct Trust(MakeRustlsConnect);

impl Trust {
    /// From a file of certificates in PEM.
    pub fn parse(pem: &[u8]) -> Result<Self, LoadError> {
        let refused =
            |what: String| LoadError::refused(what, "pack the certificate authorities of the database as PEM");
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| refused(format!("a certificate cannot be read: {error}")))?;
            roots.add(certificate).map_err(|error| refused(format!("a certificate cannot be taken: {error}")))?;
        }
        if roots.is_empty() {
            return Err(refused("there is no certificate in the file of those to be trusted".to_owned()));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| refused(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(MakeRustlsConnect::new(config)))
    }
}

/// Signs in, with a fresh password if the one that was read before is refused.
pub(super) async fn connect(
    Database { server, logins, trust }: &Database<impl Logins>,
    session: &Session<'_>,
) -> Result<Connection, LoadError> {
    let login = logins.login(false).await.map_err(no_login)?;
    match sign_in(server, &login, trust, session).await {
        // It may have been changed since it was read.
        Err(error) if is_refused(&error) => {
            let fresh = logins.login(true).await.map_err(no_login)?;
            sign_in(server, &fresh, trust, session).await
        }
        signed_in => signed_in,
    }
    .map_err(|error| at(server, explain(Step::Lock, error)))
}

async fn sign_in(
    server: &Server,
    login: &Login,
    trust: &Trust,
    session: &Session<'_>,
) -> Result<Connection, tokio_postgres::Error> {
    let mut config = Config::new();
    config.host(&server.host).port(server.port).dbname(&server.database).user(&login.user).password(&login.password);
    config
        .application_name(session.application)
        .options(session.settings)
        .connect_timeout(CONNECT)
        .tcp_user_timeout(CONNECT * 3)
        // While a long statement is waited for nothing is sent, and a server that vanished would be waited for as well.
        .keepalives_idle(Duration::from_secs(20))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3);
    config.ssl_mode(if server.is_here() { SslMode::Prefer } else { SslMode::Require });
    config.channel_binding(ChannelBinding::Prefer);
    let (client, connection) = config.connect(trust.0.clone()).await?;
    let ended = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("the connection to the warehouse ended: {error}");
        }
    });
    Ok(Connection { client, ended })
}

fn is_refused(error: &tokio_postgres::Error) -> bool {
    let refusals = [&SqlState::INVALID_PASSWORD, &SqlState::INVALID_AUTHORIZATION_SPECIFICATION];
    error.code().is_some_and(|code| refusals.contains(&code))
}

fn no_login(cause: super::BoxError) -> LoadError {
    LoadError::Passing { what: "its password could not be read".to_owned(), cause: Some(cause) }
}

/// Says where it was tried.
fn at(server: &Server, error: LoadError) -> LoadError {
    let place = format!("{}:{}/{}", server.host, server.port, server.database);
    match error {
        LoadError::Passing { what, cause } => {
            let why = if cause.is_some() { String::new() } else { format!(": {what}") };
            LoadError::Passing { what: format!("no connection to {place}{why}"), cause }
        }
        LoadError::Refused { what, remedy } => LoadError::Refused { what: format!("{place}: {what}"), remedy },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_host_port_and_database() {
        let server = Server::parse("db.abc.eu-central-1.rds.amazonaws.com:5432/warehouse").unwrap();
        assert_eq!((server.port, server.database.as_str(), server.is_here()), (5432, "warehouse", false));
        assert!(Server::parse("127.0.0.1:5/d").unwrap().is_here());
        for wrong in ["", "host/d", "host:5", "host:x/d", ":5/d", "host:5/", "h:5/d/e"] {
            assert_eq!(Server::parse(wrong), Err(BadAuthority(wrong.to_owned())));
        }
    }

    #[test]
    fn trusting_nobody_is_refused() {
        assert!(Trust::parse(b"").is_err());
        let said = Trust::parse(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").err().unwrap();
        assert!(said.to_string().contains("cannot be taken"), "{said}");
    }
}
