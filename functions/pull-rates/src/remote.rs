//! One question to the source, and what its answer means.

use chrono::{DateTime, Utc};
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{
        ACCEPT, ACCEPT_ENCODING, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
        LAST_MODIFIED, LOCATION, RETRY_AFTER,
    },
    redirect::Policy,
};
use runtime::{Pause, chain, now};
use std::{error::Error, time::Duration};
use tokio::time::timeout;

use crate::{
    address::{Source, shown},
    credentials::Credentials,
    limits::{Limits, Turns},
    trouble::Trouble,
};

/// Of an answer that is an error, what people are shown.
const EXCERPT: usize = 300;
const EXCERPT_TIME: Duration = Duration::from_secs(5);

pub(crate) struct Remote {
    client: Client,
    turns: Turns,
    limits: Limits,
}

pub(crate) enum Answer {
    Page(Box<Sent>),
    /// It is as it was when it said the validators that were sent along.
    Unchanged,
}

/// A page that begins to arrive.
pub(crate) struct Sent {
    pub(crate) response: Response,
    /// Where it came from in the end.
    pub(crate) from: Url,
}

/// By which a source tells one state of a page from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Validators {
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

impl Validators {
    pub(crate) fn by(headers: &HeaderMap) -> Self {
        let said = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::to_owned);
        Self { etag: said(ETAG), last_modified: said(LAST_MODIFIED) }
    }

    pub(crate) fn are_any(&self) -> bool {
        *self != Self::default()
    }

    /// Whether both are of one state. An entity tag that is weak is as good: what it takes for equal has the same prices.
    pub(crate) fn agree(&self, other: &Self) -> bool {
        let strong = |tag: &Option<String>| tag.as_deref().map(|tag| tag.trim_start_matches("W/").to_owned());
        match (strong(&self.etag), strong(&other.etag)) {
            (Some(one), Some(other)) => one == other,
            _ => self.last_modified.is_some() && self.last_modified == other.last_modified,
        }
    }
}

impl Remote {
    pub(crate) fn new(turns: Turns, limits: Limits) -> Result<Self, Box<dyn Error + Send + Sync>> {
        // Taken by whichever TLS client comes first; the same one if there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Where a redirection leads is looked at here, since credentials are sent along.
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(limits.connect)
            .user_agent(concat!("millrace/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, turns, limits })
    }

    /// Asks for a page, or whether it is another one than that of these validators.
    pub(crate) async fn ask(
        &self,
        source: &Source,
        url: &Url,
        credentials: Option<&Credentials>,
        known: &Validators,
        pause: &impl Pause,
    ) -> Result<Answer, Trouble> {
        let mut from = url.clone();
        for _ in 0..=self.limits.redirects {
            self.turns.wait(pause).await;
            let response = self.send(&from, credentials, known).await?;
            let status = response.status();
            let at = shown(&from);
            match status.as_u16() {
                200 => return Ok(Answer::Page(Box::new(Sent { response, from }))),
                304 if known.are_any() => return Ok(Answer::Unchanged),
                301 | 302 | 303 | 307 | 308 => {
                    let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
                    let to =
                        to.ok_or_else(|| Trouble::Broken(format!("{at} answers {status} and no place to go to")))?;
                    from = source.follow(&from, to)?;
                }
                408 | 425 | 429 | 500..=599 => {
                    let wait = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok());
                    let wait = wait.and_then(|after| retry_after(after, now())).unwrap_or_default();
                    return Err(Trouble::Passing { why: format!("{at} answers {status}"), wait });
                }
                400..=499 => return Err(refused(&at, response, credentials).await),
                _ => return Err(Trouble::Broken(format!("{at} answers {status}, and 200 is expected"))),
            }
        }
        Err(Trouble::Lasting(format!("{} is redirected more than {} times", shown(url), self.limits.redirects)))
    }

    async fn send(
        &self,
        url: &Url,
        credentials: Option<&Credentials>,
        known: &Validators,
    ) -> Result<Response, Trouble> {
        let mut request = self.client.get(url.clone()).header(ACCEPT, "*/*");
        // Pages are stored as they are sent.
        request = request.header(ACCEPT_ENCODING, "identity");
        if let Some(Credentials { name, value, .. }) = credentials {
            request = request.header(name, value);
        }
        for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)] {
            if let Some(value) = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()) {
                request = request.header(name, value);
            }
        }
        let late = |_| Trouble::passing(format!("{} does not answer within {:?}", shown(url), self.limits.answer));
        let failed = |error: reqwest::Error| {
            Trouble::passing(format!("{} cannot be asked: {}", shown(url), chain(&error.without_url())))
        };
        timeout(self.limits.answer, request.send()).await.map_err(late)?.map_err(failed)
    }
}

/// With the first of what it says, which is where sources tell what is wrong.
async fn refused(at: &str, mut response: Response, credentials: Option<&Credentials>) -> Trouble {
    let status = response.status();
    let mut said = Vec::new();
    let _ = timeout(EXCERPT_TIME, async {
        // Some more than is shown, so that no half of a secret is left of it.
        while let Ok(Some(bytes)) = response.chunk().await {
            said.extend_from_slice(&bytes[..bytes.len().min(8 * EXCERPT)]);
            if said.len() >= 8 * EXCERPT {
                break;
            }
        }
    })
    .await;
    let said = String::from_utf8_lossy(&said);
    let said = credentials.map_or_else(|| said.to_string(), |credentials| credentials.censor(&said));
    let said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(EXCERPT).collect();
    let remedy = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if credentials.is_none() => "; the stage has no secret for it",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "; look at what the source's secret says",
        _ => "",
    };
    Trouble::Lasting(format!("{at} answers {status}{remedy}: {}", said.trim()))
}

/// Seconds, or a date.
fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_a_number_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-11-21T02:00:00Z").unwrap().to_utc();
        let after = |text: &str| retry_after(text, now).map(|wait| wait.as_secs());
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("Sat, 21 Nov 2026 02:00:30 GMT"), Some(30));
        assert_eq!(after("Sat, 21 Nov 2026 01:00:00 GMT"), Some(0), "it has passed");
        assert_eq!(after("soon"), None);
        assert_eq!(after("-1"), None);
    }

    #[test]
    fn states_agree_by_their_tag_and_else_by_their_date() {
        let of = |etag: &str, date: &str| {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            Validators { etag: some(etag), last_modified: some(date) }
        };
        assert!(of("\"a\"", "1").agree(&of("W/\"a\"", "2")));
        assert!(!of("\"a\"", "1").agree(&of("\"b\"", "1")));
        assert!(of("", "1").agree(&of("\"b\"", "1")));
        assert!(!of("", "").agree(&of("", "")), "nothing is known");
    }
}
