//! What stands outside of AWS: a source that is asked over HTTP, and the secret that it asks for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{BadSetting, Grant, Kind, Read, Ref, Statement};

/// The address of a source: `https://…`, or `http://` on a loopback address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HttpSource(String);

impl HttpSource {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for HttpSource {
    type Error = BadSetting;
    fn try_from(url: String) -> Result<Self, BadSetting> {
        let bad = |rule: &str| Err(BadSetting::new(format!("'{url}' cannot be pulled from: {rule}")));
        let (scheme, rest) = url.split_once("://").unwrap_or(("", ""));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if url.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) || authority.is_empty() {
            return bad("write a URL such as https://rates.example.com/v1/prices");
        }
        if authority.contains('@') {
            return bad("a password belongs into a secret (source.secret), not into the URL");
        }
        // What is secret is sent along, and what arrives is taken for prices.
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        match scheme {
            "https" => Ok(Self(url)),
            "http" if ["127.0.0.1", "localhost", "[::1]"].contains(&host) => Ok(Self(url)),
            _ => bad("write https://; only a loopback address is reached without TLS"),
        }
    }
}

impl From<HttpSource> for String {
    fn from(source: HttpSource) -> Self {
        source.0
    }
}

/// A secret of Secrets Manager that somebody else keeps; its reference is its ARN.
pub enum Secret {}

impl Kind for Secret {
    type Part = ();
    fn arn(at: &Ref<Self>) -> Value {
        at.reference()
    }
}

impl Ref<Secret> {
    /// A secret that no stack declares. An ARN without the six characters at its end stands for whichever version they are of.
    pub fn kept_elsewhere(arn: &str) -> Self {
        Self::composed(arn.into(), ())
    }
}

impl Grant for Read<Secret> {
    type On = Secret;
    fn statements(on: &Ref<Secret>) -> Vec<Statement> {
        vec![Statement::allow(&["secretsmanager:GetSecretValue"], on.arn())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_reached_over_tls() {
        for good in
            ["https://rates.example.com/v1?a=b", "http://127.0.0.1:8080/", "http://[::1]:1/x", "http://localhost"]
        {
            assert_eq!(HttpSource::try_from(good.to_owned()).unwrap().as_str(), good);
        }
        for bad in
            ["", "rates", "ftp://x", "http://example.com", "https://u:p@example.com/", "https:///x", "https://a b"]
        {
            assert!(HttpSource::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
