//! A source of prices on this machine: a web server that gives pages away, to whoever asks on the loopback address.

use contract::rates::Format;
use engine::failure::{Context, Outcome};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::made_up::rates::{Price, page};

/// It answers as long as it is held.
pub(crate) struct Source {
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Well,
    /// That there is no such page.
    Gone,
    /// That it is closed.
    Down,
    /// With the beginning of a page.
    Hangs,
}

struct Pages {
    bodies: Vec<Vec<u8>>,
    format: Format,
    manner: Manner,
    /// Of all of them together.
    etag: String,
}

/// The longest request that is read: there is nothing in one but a line and a few headers.
const LONGEST_REQUEST: usize = 16 * 1024;

impl Source {
    /// On a free port.
    pub(crate) async fn open(prices: &[Price], rows_a_page: usize, format: Format, manner: Manner) -> Outcome<Self> {
        let cannot = || "cannot open a source of prices on this machine".to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.failing(cannot)?;
        let port = listener.local_addr().failing(cannot)?.port();
        let count = prices.chunks(rows_a_page.max(1)).len().max(1);
        let mut bodies: Vec<_> = prices
            .chunks(rows_a_page.max(1))
            .enumerate()
            .map(|(number, some)| page(some, format, (number + 1 < count).then(|| link(number + 2)).as_deref()))
            .collect();
        if bodies.is_empty() {
            bodies.push(page(&[], format, None));
        }
        let mut hash = Sha256::new();
        for body in &bodies {
            hash.update(body);
        }
        let etag = format!("\"{}\"", engine::hash::in_hex(&hash.finalize()));
        let pages = Arc::new(Pages { bodies, format, manner, etag });
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, pages.clone()));
            }
        });
        Ok(Self { url: format!("http://127.0.0.1:{port}{}", link(1)), serving })
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn link(number: usize) -> String {
    format!("/prices?page={number}")
}

/// One request a connection. Who goes away in the middle has no answer.
async fn answer(mut stream: TcpStream, pages: Arc<Pages>) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < LONGEST_REQUEST {
        let mut some = [0; 1024];
        match stream.read(&mut some).await? {
            0 => break,
            read => request.extend_from_slice(&some[..read]),
        }
    }
    let request = String::from_utf8_lossy(&request);
    let asked = request.split_once("page=").and_then(|(_, rest)| {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        rest[..digits].parse::<usize>().ok()
    });
    let known = request.to_lowercase().contains(&format!("if-none-match: {}", pages.etag));
    let body = asked.and_then(|number| pages.bodies.get(number.checked_sub(1)?));
    let (status, body) = match (body, pages.manner) {
        (_, Manner::Down) => ("503 Service Unavailable", &b"closed for today"[..]),
        (_, Manner::Gone) | (None, _) => ("404 Not Found", &b"there is no such page"[..]),
        (Some(_), _) if known && asked == Some(1) => ("304 Not Modified", &b""[..]),
        (Some(body), _) => ("200 OK", &body[..]),
    };
    let kind = match pages.format {
        Format::Json => "application/json",
        Format::Csv => "text/csv",
        Format::Xml => "application/xml",
    };
    let mut head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: {}\r\nConnection: close\r\n", pages.etag);
    if !status.starts_with("304") {
        let _ = write!(head, "Content-Length: {}\r\n", body.len());
    }
    if let Some(number) = asked.filter(|number| *number < pages.bodies.len() && pages.format == Format::Csv) {
        let _ = write!(head, "Link: <{}>; rel=\"next\"\r\n", link(number + 1));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await?;
    if pages.manner == Manner::Hangs {
        stream.write_all(&body[..body.len() / 2]).await?;
        // Until whoever asked has had enough.
        while stream.read(&mut [0; 64]).await? > 0 {}
        return Ok(());
    }
    stream.write_all(body).await?;
    stream.shutdown().await
}
