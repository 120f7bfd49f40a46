//! A registry behind TLS, whose certificate is checked.

use crate::common::{access, as_process, repository};
use images::{Digest, Error, TestRegistry, exists};
use std::env;
use std::path::Path;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Any address of this machine: it leads here as the loopback address does, and is none.
const HERE: &str = "0.0.0.0";

/// Whom a process trusts, as OpenSSL reads it.
const TRUSTED: &str = "SSL_CERT_FILE";
const TARGET: &str = "MILLRACE_TEST_TLS";

/// A TLS end in front of the registry, and its certificate.
async fn end_before(registry: u16) -> (u16, String) {
    let key = rcgen::generate_simple_self_signed(vec![HERE.to_owned()]).unwrap();
    let private = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![key.cert.der().clone()], private).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(mut client) = acceptor.accept(client).await else { continue };
            let mut registry = TcpStream::connect(("127.0.0.1", registry)).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut registry).await });
        }
    });
    (port, key.cert.pem())
}

#[tokio::test]
async fn only_a_certificate_that_is_trusted_will_do() {
    let registry = TestRegistry::open().unwrap();
    let (port, certificate) = end_before(registry.port()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, certificate).unwrap();
    let host = format!("{HERE}:{port}");

    let nothing = repository(&host, "tested").at(Digest::of(b"nothing"));
    let error = exists(&nothing, &access(folder.path())).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");

    let mut other = as_process("tls::reaches_who_is_trusted");
    other.env(TRUSTED, &file).env(TARGET, &host);
    let status = tokio::task::spawn_blocking(move || other.status()).await.unwrap().unwrap();
    assert!(status.success());
}

#[tokio::test]
#[ignore = "is the process that the test above starts"]
async fn reaches_who_is_trusted() {
    let Ok(host) = env::var(TARGET) else { return };
    let nothing = repository(&host, "tested").at(Digest::of(b"nothing"));
    assert!(!exists(&nothing, &access(Path::new(""))).await.unwrap());
}
