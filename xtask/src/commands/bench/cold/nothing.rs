//! A function that does nothing: it asks for an event and answers it, and is what no other can be faster than.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;

fn main() -> std::io::Result<()> {
    let address = env::var("AWS_LAMBDA_RUNTIME_API").map_err(std::io::Error::other)?;
    let mut stream = TcpStream::connect(&address)?;
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(next.as_bytes())?;
    let mut event = [0; 8_192];
    let length = stream.read(&mut event)?;
    let head = String::from_utf8_lossy(&event[..length]);
    let id = head.lines().find_map(|line| line.strip_prefix("lambda-runtime-aws-request-id: ")).unwrap_or_default();
    let path = format!("/2018-06-01/runtime/invocation/{id}/response");
    let answer = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 4\r\n\r\nnull");
    stream.write_all(answer.as_bytes())?;
    stream.read(&mut event).map(drop)
}
