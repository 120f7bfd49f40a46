//! One page: from the network into an object, a piece at a time, and looked at while it passes by.
//!
//! A page that breaks off, or does not come to what its source says of it, is taken back and never seen. What is packed by
//! gzip, though that was not asked for, is stored unpacked, so that the name says what is in it.

use contract::rates::{Format, PageNote};
use reqwest::{
    Version,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING},
};
use runtime::{LargeObjects, Packing, Pause, Unpack, Upload, chain};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use tokio::time::timeout;

use crate::{
    address::{hex, shown},
    digest::{Check, Stated},
    limits::Limits,
    link,
    remote::{Sent, Validators},
    scan::{Bad, Scan},
    trouble::Trouble,
};

/// A page that is whole.
pub(crate) struct Received {
    pub(crate) note: PageNote,
    /// How many prices are in it.
    pub(crate) rows: u64,
    /// How many the source says there are on all pages.
    pub(crate) of: Option<u64>,
    pub(crate) next: Option<String>,
}

struct Passing<'a, 'b, O, P> {
    scan: Scan,
    sha256: Sha256,
    bytes: u64,
    most: u64,
    upload: &'a mut Upload<'b, O, P>,
}

impl<O: LargeObjects, P: Pause> Passing<'_, '_, O, P> {
    async fn take(&mut self, at: &str, bytes: &[u8]) -> Result<(), Trouble> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.most {
            return Err(Trouble::Lasting(format!("{at} is larger than {} bytes, or has no end", self.most)));
        }
        self.scan.take(bytes).map_err(|bad| broken(at, &bad))?;
        self.sha256.update(bytes);
        Ok(self.upload.write(bytes).await?)
    }
}

/// Brings all of a page into an upload, which then is to be finished.
pub(crate) async fn receive<O: LargeObjects, P: Pause>(
    mut sent: Sent,
    format: Format,
    name: String,
    upload: &mut Upload<'_, O, P>,
    limits: &Limits,
) -> Result<Received, Trouble> {
    let at = &shown(&sent.from);
    let headers = sent.response.headers().clone();
    let (stated, rows) = (Stated::by(&headers), number(&headers, "x-row-count"));
    let length = number(&headers, CONTENT_LENGTH.as_str());
    let is_framed =
        length.is_some() || headers.contains_key(TRANSFER_ENCODING) || sent.response.version() >= Version::HTTP_2;
    if format == Format::Csv && !is_framed && !stated.is_any() && rows.is_none() {
        return Err(Trouble::Lasting(format!(
            "{at} does not say where its page ends, so that one that breaks off could not be told from a whole one: the source \
             has to send Content-Length, chunks, a digest or X-Row-Count"
        )));
    }
    let mut unpack = Unpack::new(packing(at, &headers)?).map_err(|bad| broken(at, &bad))?;
    let mut page = Passing { scan: Scan::of(format), sha256: Sha256::new(), bytes: 0, most: limits.page, upload };
    let mut arriving = Arriving { check: stated.check(), taken: 0, waited: Duration::ZERO };
    while let Some(bytes) = arriving.next(at, &mut sent, limits).await? {
        for step in Unpack::steps(&bytes) {
            page.take(at, unpack.push(step).map_err(|bad| broken(at, &bad))?).await?;
        }
    }
    page.take(at, unpack.finish().map_err(|bad| broken(at, &bad))?).await?;
    if let Some(length) = length.filter(|length| *length != arriving.taken) {
        return Err(broken(at, &format!("it has {} bytes, and the source says {length}", arriving.taken)));
    }
    arriving.check.finish().map_err(|why| broken(at, &why))?;
    let found = page.scan.finish().map_err(|bad: Bad| broken(at, &bad))?;
    if let Some(rows) = rows.filter(|rows| *rows != found.rows) {
        return Err(broken(at, &format!("it has {} prices, and the source says {rows}", found.rows)));
    }
    let next = match format {
        Format::Csv => link::next(headers.get_all("link").iter().filter_map(|link| link.to_str().ok())),
        Format::Json | Format::Xml => Ok(found.next),
    };
    let Validators { etag, last_modified } = Validators::by(&headers);
    let sha256 = hex(&page.sha256.finalize());
    Ok(Received {
        note: PageNote { name, bytes: page.bytes, sha256, rows, etag, last_modified },
        rows: found.rows,
        of: number(&headers, "x-total-count"),
        next: next.map_err(|why| broken(at, &why))?,
    })
}

/// What comes over the network, as it comes.
struct Arriving {
    check: Check,
    taken: u64,
    /// Time of our own is not the source's.
    waited: Duration,
}

impl Arriving {
    async fn next(
        &mut self,
        at: &str,
        sent: &mut Sent,
        limits: &Limits,
    ) -> Result<Option<impl std::ops::Deref<Target = [u8]> + use<>>, Trouble> {
        let begun = Instant::now();
        let chunk = timeout(limits.silence, sent.response.chunk()).await;
        self.waited += begun.elapsed();
        let after = format!("{at} broke off after {} bytes", self.taken);
        let chunk = chunk.map_err(|_| Trouble::passing(format!("{after}: nothing came for {:?}", limits.silence)))?;
        let chunk = chunk.map_err(|error| Trouble::passing(format!("{after}: {}", chain(&error.without_url()))))?;
        if let Some(bytes) = &chunk {
            self.taken += bytes.len() as u64;
            self.check.take(bytes);
        }
        let (grace, pace) = limits.slow;
        if self.waited > grace && self.taken / pace < self.waited.as_secs() {
            return Err(Trouble::passing(format!("{at} is too slow: {} bytes in {:?}", self.taken, self.waited)));
        }
        Ok(chunk)
    }
}

fn broken(at: &str, why: &impl ToString) -> Trouble {
    Trouble::Broken(format!("{at} is not stored: {}", why.to_string()))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn packing(at: &str, headers: &HeaderMap) -> Result<Packing, Trouble> {
    let encoding =
        headers.get(CONTENT_ENCODING).map(|encoding| String::from_utf8_lossy(encoding.as_bytes()).to_lowercase());
    match encoding.as_deref().map(str::trim) {
        None | Some("" | "identity") => Ok(Packing::Plain),
        Some("gzip" | "x-gzip") => Ok(Packing::Gzip),
        Some(other) => Err(Trouble::Lasting(format!(
            "{at} is sent as '{other}', though it is asked for as it is; gzip is all that is unpacked"
        ))),
    }
}
