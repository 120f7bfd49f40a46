//! The interface by which Lambda gives a process its events, as far as one event needs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use engine::failure::{Context, Failure, Outcome};

/// How long a function may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One event for one process.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    answers: Receiver<Answered>,
}

struct Answered {
    at: Instant,
    /// The path and the body: an answer, or an error.
    path: String,
    body: String,
}

impl RuntimeApi {
    pub(super) fn serve(event: &'static str) -> Outcome<Self> {
        let cannot = || "cannot listen on this machine".to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).failing(cannot)?;
        let address = listener.local_addr().failing(cannot)?;
        let (tell, answers) = channel();
        thread::spawn(move || {
            // A function may ask for its next event on another connection than it answers on.
            for stream in listener.incoming().map_while(Result::ok) {
                let tell = tell.clone();
                thread::spawn(move || converse(stream, event, &tell));
            }
        });
        Ok(Self { address, answers })
    }

    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// When the answer came.
    pub(super) fn answered(&self) -> Outcome<Instant> {
        let answer = self.answers.recv_timeout(PATIENCE);
        let Answered { at, path, body } = answer.failing(|| format!("nothing was answered within {PATIENCE:?}"))?;
        if path.ends_with("/response") {
            return Ok(at);
        }
        Err(Failure::new(format!("an error was answered, to {path}")).since(body))
    }
}

/// Hands out the event once, and tells of what is posted; whoever asks again waits until it is killed.
fn converse(stream: TcpStream, event: &str, tell: &Sender<Answered>) -> Option<()> {
    let mut write = stream.try_clone().ok()?;
    let mut read = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if read.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let at = Instant::now();
        let path = line.split(' ').nth(1)?.to_owned();
        let asks = line.starts_with("GET");
        let (mut length, mut chunked) = (0, false);
        loop {
            let mut header = String::new();
            read.read_line(&mut header).ok()?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
        }
        let body = if chunked { pieces(&mut read)? } else { exactly(&mut read, length)? };
        if asks {
            let length = event.len();
            let headers = "lambda-runtime-aws-request-id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
                           lambda-runtime-deadline-ms: 4102444800000\r\n\
                           lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:000000000000:function:bench\r\n\
                           lambda-runtime-trace-id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n\
                           content-type: application/json\r\n";
            let answer = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n{event}");
            // In one piece: whoever reads no more than one must not miss the rest.
            write.write_all(answer.as_bytes()).ok()?;
        } else {
            write.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").ok()?;
            tell.send(Answered { at, path, body }).ok()?;
            // Nothing more comes: the process is ended.
            return None;
        }
    }
}

fn exactly(read: &mut impl Read, length: usize) -> Option<String> {
    let mut body = vec![0; length];
    read.read_exact(&mut body).ok()?;
    Some(String::from_utf8_lossy(&body).into_owned())
}

fn pieces(read: &mut impl BufRead) -> Option<String> {
    let mut body = String::new();
    loop {
        let mut size = String::new();
        read.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let piece = exactly(read, size + 2)?;
        if size == 0 {
            return Some(body);
        }
        body.push_str(&piece[..size.min(piece.len())]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(api: &RuntimeApi, text: &str) -> String {
        let mut stream = TcpStream::connect(api.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut said = [0; 4_096];
        let length = stream.read(&mut said).unwrap();
        String::from_utf8_lossy(&said[..length]).into_owned()
    }

    #[test]
    fn an_event_is_handed_out_and_the_answer_is_told_of() {
        let api = RuntimeApi::serve("{\"Records\": []}").unwrap();
        let event = talk(&api, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: x\r\n\r\n");
        assert!(event.contains("lambda-runtime-aws-request-id") && event.ends_with("{\"Records\": []}"), "{event}");
        let before = Instant::now();
        let said = talk(&api, "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
        assert!(said.contains(" 202 "), "{said}");
        assert!(api.answered().unwrap() >= before);
    }

    #[test]
    fn an_error_is_no_answer_and_is_shown() {
        let api = RuntimeApi::serve("{}").unwrap();
        let error = "POST /2018-06-01/runtime/invocation/1/error HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        talk(&api, &format!("{error}4\r\nwhat\r\n5\r\n went\r\n0\r\n\r\n"));
        let failure = api.answered().unwrap_err().to_string();
        assert!(failure.contains("/error") && failure.contains("what went"), "{failure}");
    }
}
