//! The registry that these tests run against. One that a test leaves behind would be there for good.

use crate::common::as_process;
use images::TestRegistry;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

#[test]
fn it_is_gone_with_its_files() {
    let registry = TestRegistry::open().unwrap();
    let (folder, port) = (registry.folder().to_owned(), registry.port());
    assert!(folder.join("config.yml").is_file() && listens(port));
    drop(registry);
    assert!(!folder.exists() && !listens(port));
}

const SAYS: &str = "registry: ";

#[test]
fn it_is_gone_when_its_test_is_killed() {
    let mut other = as_process("registries::waits_to_be_killed").spawn().unwrap();
    let said = BufReader::new(other.stdout.take().unwrap()).lines();
    let said = said.map(Result::unwrap).find_map(|line| Some(line.split_once(SAYS)?.1.to_owned())).unwrap();
    let (port, folder) = said.split_once(' ').unwrap();
    let (port, folder) = (port.parse().unwrap(), Path::new(folder));
    assert!(listens(port));
    other.kill().unwrap();
    other.wait().unwrap();
    let killed = Instant::now();
    while listens(port) || folder.exists() {
        assert!(killed.elapsed() < Duration::from_secs(20), "the registry outlives its test");
        sleep(Duration::from_millis(10));
    }
}

#[test]
#[ignore = "is the process that the test above kills"]
fn waits_to_be_killed() {
    let registry = TestRegistry::open().unwrap();
    println!("{SAYS}{} {}", registry.port(), registry.folder().display());
    // Whoever runs the ignored tests as well has to wait for it.
    sleep(Duration::from_secs(10));
}
