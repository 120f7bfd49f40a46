//! Stands between a client and a registry: counts requests, and goes wrong where a test wants it to.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// Requests are counted from 1. After a cut nothing goes through any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Pass,
    /// Half of its body arrives.
    CutWithin(usize),
    /// It arrives, what it asks for is done, and nobody hears of it.
    CutAfter(usize),
    /// It does not arrive, and the client waits.
    HangAt(usize),
    /// This many requests are answered with 503.
    Busy(usize),
    /// The last byte of every blob is another.
    Damage,
    /// Lets in whoever has a token, which is given for this header of basic authentication.
    Bearer(&'static str),
}

pub(crate) struct Front {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    hangs: Receiver<()>,
}

struct Desk {
    registry: u16,
    port: u16,
    manner: Manner,
    closed: AtomicBool,
    requests: Arc<Mutex<Vec<String>>>,
    hanging: Mutex<(Sender<()>, Vec<TcpStream>)>,
}

struct Request {
    head: String,
    body: Vec<u8>,
}

const TOKEN: &str = "let-me-in";

impl Front {
    pub(crate) fn before(registry: u16, manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (hanging, hangs) = channel();
        let desk = Arc::new(Desk {
            registry,
            port,
            manner,
            closed: AtomicBool::new(false),
            requests: Arc::clone(&requests),
            hanging: Mutex::new((hanging, Vec::new())),
        });
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let desk = Arc::clone(&desk);
                thread::spawn(move || {
                    let _ = desk.serve(&client);
                });
            }
        });
        Self { port, requests, hangs }
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Method and path of each request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Those that change something.
    pub(crate) fn writes(&self) -> usize {
        self.requests().iter().filter(|request| !(request.starts_with("GET") || request.starts_with("HEAD"))).count()
    }

    pub(crate) fn wait_until_it_hangs(&self) {
        self.hangs.recv().unwrap();
    }
}

impl Desk {
    /// One request a connection, so that nothing has to be known of how answers end.
    fn serve(&self, mut client: &TcpStream) -> io::Result<()> {
        if self.closed.load(Ordering::SeqCst) {
            return client.shutdown(Shutdown::Both);
        }
        let request = read(client)?;
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request.head.split(" HTTP/").next().unwrap_or_default().to_owned());
            requests.len()
        };
        let answer = match self.manner {
            Manner::CutWithin(at) if at == number => {
                let half = &request.body[..request.body.len() / 2];
                self.send(&request.head, half)?.shutdown(Shutdown::Both)?;
                self.close()
            }
            Manner::CutAfter(at) if at == number => {
                self.ask(&request)?;
                self.close()
            }
            Manner::HangAt(at) if at == number => {
                let mut hanging = self.hanging.lock().unwrap();
                hanging.1.push(client.try_clone()?);
                return hanging.0.send(()).map_err(io::Error::other);
            }
            Manner::Busy(until) if number <= until => {
                b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
            }
            Manner::Damage if request.head.starts_with("GET") && request.head.contains("/blobs/") => {
                let mut answer = self.ask(&request)?;
                if let Some(last) = answer.last_mut() {
                    *last ^= 1;
                }
                answer
            }
            Manner::Bearer(basic) => self.admit(basic, &request)?,
            _ => self.ask(&request)?,
        };
        client.write_all(&answer)?;
        client.shutdown(Shutdown::Both)
    }

    fn close(&self) -> Vec<u8> {
        self.closed.store(true, Ordering::SeqCst);
        Vec::new()
    }

    fn send(&self, head: &str, body: &[u8]) -> io::Result<TcpStream> {
        let mut registry = TcpStream::connect(("127.0.0.1", self.registry))?;
        registry.set_nodelay(true)?;
        let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        registry.write_all(head.as_bytes())?;
        registry.write_all(body)?;
        Ok(registry)
    }

    fn ask(&self, request: &Request) -> io::Result<Vec<u8>> {
        let mut answer = Vec::new();
        self.send(&request.head, &request.body)?.read_to_end(&mut answer)?;
        Ok(answer)
    }

    fn admit(&self, basic: &str, request: &Request) -> io::Result<Vec<u8>> {
        let authorization = request.head.lines().find(|line| line.to_lowercase().starts_with("authorization: "));
        let authorization = authorization.map_or("", |line| &line["authorization: ".len()..]);
        if request.head.starts_with("GET /token?") {
            let token = format!("{{\"token\":\"{TOKEN}\",\"expires_in\":300}}");
            let (status, body) = if authorization == basic { ("200 OK", token.as_str()) } else { ("401 No", "{}") };
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            return Ok(answer.into_bytes());
        }
        if authorization == format!("Bearer {TOKEN}") {
            return self.ask(request);
        }
        let realm = format!("Bearer realm=\"http://127.0.0.1:{}/token\",service=\"test\"", self.port);
        let answer =
            format!("HTTP/1.1 401 No\r\nWWW-Authenticate: {realm}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Ok(answer.into_bytes())
    }
}

fn read(mut client: &TcpStream) -> io::Result<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    client.read_exact(&mut body)?;
    Ok(Request { head, body })
}
