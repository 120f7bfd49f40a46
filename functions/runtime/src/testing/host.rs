//! A host for a function's binary: Lambda, and in place of AWS whatever a test answers, on one local port.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

const LAMBDA: &str = "/2018-06-01/runtime/";
const PATIENCE: Duration = Duration::from_mins(1);

/// A call to AWS as it was made.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    /// By names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What came of one invocation.
#[derive(Debug)]
pub struct Invoked {
    /// The function's answer, or its error.
    pub answer: Value,
    pub stdout: String,
    pub requests: Vec<Request>,
}

/// A status and a body for each call to AWS.
pub type Aws = fn(&Request, usize) -> (u16, String);

type Answering = dyn Fn(&Request, usize) -> (u16, Vec<u8>) + Send + Sync;

struct Host {
    event: Mutex<Option<String>>,
    answers: Sender<Value>,
    aws: Box<Answering>,
    requests: Mutex<Vec<Request>>,
}

/// Runs a function's binary in an environment of these variables and no others, until it ends by itself.
pub fn end_of(binary: &str, variables: &[(&str, &str)]) -> io::Result<Output> {
    Command::new(binary).env_clear().envs(variables.iter().copied()).output()
}

/// What a function's binary says that cannot begin in such an environment.
///
/// # Panics
/// If it begins, or is not there.
pub fn complaint(binary: &str, variables: &[(&str, &str)]) -> String {
    let output = end_of(binary, variables).expect("the binary is there");
    assert!(!output.status.success(), "it begins");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// Takes each of these variables away in turn: the binary has to say which one it lacks.
///
/// # Panics
/// If it does not.
pub fn needs_each(binary: &str, variables: &[(&str, &str)]) {
    for (number, (name, _)) in variables.iter().enumerate() {
        let others = [&variables[..number], &variables[number + 1..]].concat();
        let said = complaint(binary, &others);
        assert!(said.contains(name), "{name}: {said}");
    }
}

/// As AWS to a function that may not read its secret, and whose notices are taken.
pub fn aws_without_secrets(request: &Request, _calls: usize) -> (u16, String) {
    if request.headers.get("x-amz-target").is_some_and(|target| target.ends_with("GetSecretValue")) {
        return (400, json!({ "__type": "AccessDeniedException", "Message": "no" }).to_string());
    }
    let published = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
                     <MessageId>1</MessageId></PublishResult></PublishResponse>";
    (200, published.to_owned())
}

/// Runs a function's binary for one event. Calls to AWS are answered by `aws`, which is told how many there were before.
pub fn invoke<B: Into<Vec<u8>> + 'static>(
    binary: &str,
    variables: &[(&str, &str)],
    event: &Value,
    aws: fn(&Request, usize) -> (u16, B),
) -> io::Result<Invoked> {
    let aws = Box::new(move |request: &Request, calls| {
        let (status, body) = aws(request, calls);
        (status, body.into())
    });
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let (answers, answered) = mpsc::channel();
    let event = Mutex::new(Some(event.to_string()));
    let host = Arc::new(Host { event, answers, aws, requests: Mutex::default() });
    let serving = Arc::clone(&host);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let host = Arc::clone(&serving);
            thread::spawn(move || host.serve(stream));
        }
    });
    let mut function = Command::new(binary)
        .env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "millrace-test-function"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_ENDPOINT_URL", &format!("http://{address}")),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIATEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "session"),
        ])
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .spawn()?;
    let answer = answered.recv_timeout(PATIENCE);
    function.kill()?;
    let stdout = String::from_utf8_lossy(&function.wait_with_output()?.stdout).into_owned();
    let requests = host.requests.lock().map(|requests| requests.clone()).unwrap_or_default();
    let answer = answer.map_err(|error| io::Error::other(format!("{error}; its log is:\n{stdout}")))?;
    Ok(Invoked { answer, stdout, requests })
}

impl Host {
    fn serve(&self, mut stream: TcpStream) {
        let Ok(reading) = stream.try_clone() else { return };
        let mut reading = BufReader::new(reading);
        while let Ok(request) = read(&mut reading) {
            let (status, headers, body) = self.reply(request);
            let head = format!("HTTP/1.1 {status} .\r\n{headers}content-length: {}\r\n\r\n", body.len());
            if stream.write_all(&[head.as_bytes(), &body].concat()).is_err() {
                return;
            }
        }
    }

    fn reply(&self, request: Request) -> (u16, &'static str, Vec<u8>) {
        let Some(lambda) = request.path.strip_prefix(LAMBDA) else {
            let Ok(mut requests) = self.requests.lock() else { return (500, "", Vec::new()) };
            let (status, body) = (self.aws)(&request, requests.len());
            requests.push(request);
            let headers =
                "etag: \"0\"\r\nlast-modified: Sat, 01 Feb 2014 00:00:00 GMT\r\nsmithy-protocol: rpc-v2-cbor\r\n";
            return (status, headers, body);
        };
        if lambda == "invocation/next" {
            let Some(event) = self.event.lock().ok().and_then(|mut event| event.take()) else {
                // There is no other event, and Lambda would let the function wait.
                thread::park_timeout(PATIENCE);
                return (500, "", Vec::new());
            };
            let headers = "lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 9999999999999\r\n\
                lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:123456789012:function:f\r\n";
            return (200, headers, event.into_bytes());
        }
        let answer = serde_json::from_str(&request.body).unwrap_or(Value::String(request.body));
        let _ = self.answers.send(answer);
        (202, "", Vec::new())
    }
}

fn read(from: &mut impl BufRead) -> io::Result<Request> {
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
    let headers: BTreeMap<String, String> = lines
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut first = lines.first().map(String::as_str).unwrap_or_default().split(' ').map(str::to_owned);
    let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Request { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
