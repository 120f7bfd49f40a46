//! What a source asks for before it answers: a header, which only requests see.

use base64::{Engine, prelude::BASE64_STANDARD};
use contract::{Handle, Read, Secret};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use runtime::{PortError, Revealable, Secrets, patiently};
use serde::Deserialize;

/// What a secret says.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Said {
    Authorization { authorization: String },
    Header { header: String, value: String },
    Password { username: String, password: String },
}

const FORMS: &str = "it is none of these: {\"authorization\": \"Bearer …\"}, {\"header\": \"X-Api-Key\", \"value\": \"…\"}, \
                     {\"username\": \"…\", \"password\": \"…\"}";

/// Without `Debug`, so that nothing prints it.
pub(crate) struct Credentials {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
    /// What must not be repeated.
    secrets: Vec<String>,
}

impl Credentials {
    pub(crate) async fn read(
        secret: &Handle<Read<Secret>>,
        secrets: &impl Secrets,
        pause: &impl runtime::Pause,
    ) -> Result<Self, PortError> {
        let text = patiently(pause, async || secret.text(secrets).await).await?;
        Self::parse(&text).ok_or_else(|| secret.useless(FORMS))
    }

    fn parse(text: &str) -> Option<Self> {
        let (name, value, mut secrets) = match serde_json::from_str(text).ok()? {
            Said::Authorization { authorization } => {
                let bare = authorization.split_whitespace().last().unwrap_or_default().to_owned();
                (AUTHORIZATION, authorization, vec![bare])
            }
            Said::Header { header, value } => (HeaderName::from_bytes(header.as_bytes()).ok()?, value, vec![]),
            Said::Password { username, password } => {
                let both = BASE64_STANDARD.encode(format!("{username}:{password}"));
                (AUTHORIZATION, format!("Basic {both}"), vec![password, both])
            }
        };
        secrets.push(value.clone());
        // The longest first, since it may contain the others.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mut value = HeaderValue::from_str(&value).ok().filter(|value| !value.is_empty())?;
        value.set_sensitive(true);
        Some(Self { name, value, secrets })
    }

    /// What a source answers may repeat what it was sent.
    pub(crate) fn censor(&self, text: &str) -> String {
        let secrets = self.secrets.iter().filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::{
        chain,
        testing::{MemorySecrets, Watch, run},
    };

    fn header(text: &str) -> Option<(String, String)> {
        let Credentials { name, value, .. } = Credentials::parse(text)?;
        assert!(value.is_sensitive());
        Some((name.to_string(), value.to_str().unwrap().to_owned()))
    }

    #[test]
    fn a_secret_is_a_header() {
        let said = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(header(r#"{"authorization":"Bearer abc"}"#), said("authorization", "Bearer abc"));
        assert_eq!(header(r#"{"header":"X-Api-Key","value":"abc"}"#), said("x-api-key", "abc"));
        assert_eq!(header(r#"{"username":"u","password":"p"}"#), said("authorization", "Basic dTpw"));
    }

    #[test]
    fn what_is_none_is_refused_without_being_quoted() {
        let bad = [
            "abc",
            "{}",
            r#"{"authorization":"a\nb"}"#,
            r#"{"header":"a b","value":"abc"}"#,
            r#"{"authorization":""}"#,
        ];
        for text in bad {
            assert!(header(text).is_none(), "{text}");
        }
        let secrets = MemorySecrets::default();
        secrets.keep("arn:s", "hunter2");
        let (secret, watch) = (Handle::named("arn:s"), Watch::default());
        let said =
            run(Credentials::read(&secret, &secrets, &watch)).err().map(|error| chain(&error)).unwrap_or_default();
        assert!(said.starts_with("read secret arn:s: not a valid request: it is none of these"), "{said}");
        assert!(!said.contains("hunter2"));
    }

    #[test]
    fn what_a_source_repeats_is_blotted_out() {
        let credentials = Credentials::parse(r#"{"username":"u","password":"hunter2"}"#).unwrap();
        assert_eq!(credentials.censor("u:hunter2 is Basic dTpodW50ZXIy"), "u:*** is ***");
        let bearer = Credentials::parse(r#"{"authorization":"Bearer abc"}"#).unwrap();
        assert_eq!(bearer.censor("abc Bearer abc"), "*** ***");
    }
}
