//! The clients that speak to registries, each made once: to make one reads all the authorities that this machine trusts, which
//! takes longer than most requests.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use oci_client::Client;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError as Fault;

use crate::access::Credentials;

/// A client keeps the first credentials that it gets.
type Key = (bool, Option<Credentials>);

#[derive(Clone, Default)]
pub(crate) struct Clients(Arc<Mutex<BTreeMap<Key, Client>>>);

const CONNECT: Duration = Duration::from_secs(10);

impl Clients {
    /// One for these credentials, with TLS or without.
    pub(crate) fn get(&self, plain: bool, credentials: Option<&Credentials>) -> Result<Client, Fault> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match clients.entry((plain, credentials.cloned())) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(place) => Ok(place.insert(client(plain)?).clone()),
        }
    }
}

fn client(plain: bool) -> Result<Client, Fault> {
    // The process may have chosen its own before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::try_from(ClientConfig {
        protocol: if plain { ClientProtocol::Http } else { ClientProtocol::Https },
        // One request a blob. ECR answers the pieces of a blob otherwise than the specification has it.
        use_monolithic_push: true,
        connect_timeout: Some(CONNECT),
        user_agent: concat!("millrace/", env!("CARGO_PKG_VERSION")),
        ..ClientConfig::default()
    })
}
