//! Certificates, passwords, and who may not load. The server itself has no TLS; a TLS end in front of it has.

use postgres::Server;
use std::{net::Ipv4Addr, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};
use warehouse::{Target, Trust, Warehouse};

use crate::{
    bench::{Bench, load, load_of, nobody, run},
    files::{FLAT, Pieces, packed, sheet},
};

/// Answers a client that asks for TLS, in the name of this host; says who is to be trusted.
async fn in_front_of(server: &Server, host: &str) -> (u16, Trust) {
    let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
    let trust = Trust::parse(made.cert.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let (acceptor, server) = (TlsAcceptor::from(Arc::new(config)), server.port());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut question = [0; 8];
                client.read_exact(&mut question).await.unwrap();
                assert_eq!(question, [0, 0, 0, 8, 4, 210, 22, 47], "the first thing that is said asks for TLS");
                client.write_all(b"S").await.unwrap();
                let Ok(mut client) = acceptor.accept(client).await else { return };
                let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (port, trust)
}

#[test]
fn only_a_certificate_that_is_trusted_and_of_this_host_will_do() {
    let bench = Bench::new();
    let one = load_of(Target::Flats, 14, "v1");
    let file = packed(&sheet(Target::Flats, &[FLAT]));
    run(async {
        let (port, trust) = in_front_of(&bench.server, "127.0.0.1").await;
        let stranger = bench.trusting(port, &nobody(), &["secret"]).load(&one, Pieces::of(&file, 100)).await;
        let said = runtime::chain(&stranger.unwrap_err());
        assert!(said.contains("no connection to 127.0.0.1:") && said.contains("invalid peer certificate"), "{said}");
        // In a self-made certificate of another name.
        let (other, other_trust) = in_front_of(&bench.server, "db.example").await;
        let misnamed = bench.trusting(other, &other_trust, &["secret"]).load(&one, Pieces::of(&file, 100)).await;
        let said = runtime::chain(&misnamed.unwrap_err());
        assert!(said.contains("not valid for name"), "{said}");
        assert_eq!(bench.dump(), "");
        let loaded = bench.trusting(port, &trust, &["secret"]).load(&one, Pieces::of(&file, 100)).await;
        assert!(!loaded.unwrap().before);
    });
}

#[test]
fn a_password_that_was_changed_is_read_again_once() {
    let bench = Bench::new();
    let text = sheet(Target::Flats, &[FLAT]);
    let with = |passwords: &[&'static str]| {
        let warehouse = bench.trusting(bench.server.port(), &nobody(), passwords);
        load(&warehouse, &load_of(Target::Flats, 14, "v1"), &text)
    };
    let refused = with(&["old", "older", "secret"]).unwrap_err().to_string();
    assert!(refused.contains("password authentication failed"), "{refused}");
    assert!(refused.contains("see that the secret holds the role's name and password"), "{refused}");
    assert!(with(&["old", "secret"]).is_ok());
}

#[test]
fn who_may_not_make_tables_and_a_database_that_is_not_there_are_said_with_the_remedy() {
    let mut bench = Bench::new();
    let why = |bench: &Bench| {
        let text = sheet(Target::Flats, &[FLAT]);
        load(&bench.warehouse(), &load_of(Target::Flats, 14, "v1"), &text).unwrap_err().to_string()
    };
    bench.server.sql("postgres", "CREATE DATABASE foreign_one;").unwrap();
    let closed = {
        bench.fresh("closed");
        bench.server.sql("postgres", "ALTER DATABASE closed OWNER TO postgres;").unwrap();
        why(&bench)
    };
    assert!(closed.contains("let the role create schemas and tables"), "{closed}");
    bench.server.sql("postgres", "DROP DATABASE closed;").unwrap();
    let gone = why(&bench);
    assert!(gone.contains("database \"closed\" does not exist"), "{gone}");
}
