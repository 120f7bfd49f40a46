//! Servers as they are started, used and stopped.

use postgres::{Binaries, Durable, throw_away};
use std::net::TcpStream;

#[test]
fn a_throw_away_server_works_and_is_gone_with_its_files() {
    let server = throw_away().unwrap();
    server.database("warehouse", "loader", "secret").unwrap();
    assert_eq!(server.sql("warehouse", "SHOW listen_addresses; SELECT 1 + 1;").unwrap(), "127.0.0.1\n2\n");
    let refused = server.sql("warehouse", "SELECT wrong;").unwrap_err().to_string();
    assert!(refused.contains("column \"wrong\" does not exist"), "{refused}");
    let folder = server.sql("postgres", "SHOW data_directory;").unwrap();
    let port = server.port();
    drop(server);
    assert!(!std::path::Path::new(folder.trim()).exists());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the server still listens");
}

#[test]
fn a_durable_server_keeps_its_data_its_port_and_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let durable = Durable::in_folder(folder.path().join("postgres"));
    assert!(!durable.exists() && !durable.stop().unwrap());
    let binaries = Binaries::found().unwrap();

    let server = durable.start(&binaries).unwrap();
    server.database("warehouse", "loader", "secret").unwrap();
    let pid = durable.running().unwrap();
    assert!(durable.exists() && pid.is_some());
    assert_eq!(durable.start(&binaries).unwrap().port(), server.port(), "it is started once");
    assert_eq!(durable.running().unwrap(), pid);

    assert!(durable.stop().unwrap());
    assert_eq!(durable.running().unwrap(), None);
    let again = durable.start(&binaries).unwrap();
    assert_eq!(again.port(), server.port());
    assert_eq!(again.sql("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'warehouse';").unwrap(), "1\n");

    durable.erase().unwrap();
    assert!(!durable.exists() && !folder.path().join("postgres").exists());
}
