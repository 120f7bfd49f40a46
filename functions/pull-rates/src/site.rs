//! A server of HTTP that does what it is told, byte by byte, however wrong that is.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    /// By names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// One thing that it does on a connection. Behind the last the connection is kept.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    /// So many times, or until nobody listens.
    Repeat(Vec<u8>, usize),
    Wait(Duration),
    Close,
}

type Replies = dyn Fn(&Asked) -> Vec<Step> + Send + Sync;

pub(crate) struct Site {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Site {
    pub(crate) fn new(replies: impl Fn(&Asked) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::default());
        let (replies, noted): (Arc<Replies>, _) = (Arc::new(replies), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (replies, noted) = (Arc::clone(&replies), Arc::clone(&noted));
                thread::spawn(move || serve(stream, &*replies, &noted));
            }
        });
        Self { port, asked }
    }

    /// What it was asked so far, without bodies.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A whole answer.
pub(crate) fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<Step> {
    vec![Step::Send(head(status, &format!("{headers}content-length: {}\r\n", body.len()))), Step::Send(body.to_vec())]
}

pub(crate) fn head(status: u16, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} .\r\n{headers}\r\n").into_bytes()
}

fn serve(mut stream: TcpStream, replies: &Replies, noted: &Mutex<Vec<Asked>>) {
    stream.set_nodelay(true).unwrap();
    let mut reading = BufReader::new(stream.try_clone().unwrap());
    while let Ok(asked) = read(&mut reading) {
        noted.lock().unwrap().push(Asked { body: Vec::new(), ..asked.clone() });
        for step in replies(&asked) {
            let done = match step {
                Step::Send(bytes) => stream.write_all(&bytes),
                Step::Repeat(bytes, times) => (0..times).try_for_each(|_| stream.write_all(&bytes)),
                Step::Wait(time) => {
                    thread::sleep(time);
                    Ok(())
                }
                Step::Close => return,
            };
            if done.is_err() {
                return;
            }
        }
    }
}

fn read(from: &mut impl BufRead) -> io::Result<Asked> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut first = lines[0].split(' ').map(str::to_owned);
    let (method, path) = (first.next().unwrap(), first.next().unwrap());
    let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
    let headers: BTreeMap<_, _> =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Asked { method, path, headers, body })
}
