//! Whether the emulator answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::endpoint::Endpoint;

/// A healthy one answers within milliseconds; a loaded machine may take longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether an emulator, and not something else, answers there. The connection is ours: no proxy comes between.
pub(super) fn answers(endpoint: Endpoint) -> bool {
    ask(endpoint).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200") && answer.contains("\"cloudformation\""))
}

fn ask(endpoint: Endpoint) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&endpoint.address(), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let host = endpoint.address();
    write!(stream, "GET /_ministack/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::folder::Folder;
    use super::*;
    use std::net::TcpListener;

    fn beside(server: impl FnOnce(TcpStream) + Send + 'static) -> bool {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::at(dir.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        std::fs::write(folder.port(), listener.local_addr().unwrap().port().to_string()).unwrap();
        let thread = std::thread::spawn(move || server(listener.accept().unwrap().0));
        let answered = answers(super::super::endpoint::remembered(&folder).unwrap().unwrap());
        thread.join().unwrap();
        answered
    }

    fn saying(text: &'static str) -> impl FnOnce(TcpStream) {
        move |mut stream| {
            let mut request = [0; 256];
            let _ = stream.read(&mut request);
            stream.write_all(text.as_bytes()).unwrap();
        }
    }

    #[test]
    fn an_emulator_is_known_by_what_it_says() {
        assert!(beside(saying("HTTP/1.1 200 OK\r\n\r\n{\"services\": {\"cloudformation\": \"available\"}}")));
        assert!(!beside(saying("HTTP/1.1 200 OK\r\n\r\nhello")));
        assert!(!beside(saying("HTTP/1.1 503 \r\n\r\n{\"cloudformation\"")));
        assert!(!beside(drop));
    }
}
