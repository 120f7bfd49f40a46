use crate::diagnostic::Severity;
use crate::node::Node;
use crate::rule::{Findings, Rule};
use crate::rules::shared::{FUNCTION, parameters_in};
use crate::world::{Resource, World};

pub(super) static RULE: Rule = Rule {
    id: "function-secret",
    severity: Severity::Error,
    says: "Whoever may look at the function or the stack reads the secret, which stands in its configuration in clear",
    fix: "Keep the secret in Secrets Manager, give the function its ARN, and let it read the secret when it starts",
    link: Some("https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"),
    check,
    passing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_SECRET_ARN: some-login}}}}
",
    failing: "
Resources:
  Work: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_PASSWORD: hunter2}}}}
",
};

/// What is said about a secret is none: where it is, how long it lasts.
const ABOUT: [&str; 40] = [
    "ARN",
    "ID",
    "NAME",
    "PATH",
    "URL",
    "URI",
    "PARAMETER",
    "PARAM",
    "FILE",
    "HEADER",
    "LENGTH",
    "TTL",
    "EXPIRY",
    "SECONDS",
    "MINUTES",
    "TYPE",
    "LIMIT",
    "REGION",
    "VERSION",
    "PREFIX",
    "COUNT",
    "ENABLED",
    "ENDPOINT",
    "TABLE",
    "FIELD",
    "STAGE",
    "PORT",
    "LEVEL",
    "MILLIS",
    "MS",
    "HOURS",
    "DAYS",
    "ISSUER",
    "CONNECTIONS",
    "SIZE",
    "AGE",
    "TIMEOUT",
    "RETRIES",
    "ALGORITHM",
    "MODE",
];

fn check(world: &World, findings: &mut Findings<'_>) {
    for function in world.of_kind(FUNCTION) {
        let written = function.written.at("Properties.Environment.Variables");
        for variable in function.get("Environment.Variables").entries() {
            let secret_name = names_a_secret(&variable.key);
            let hidden = holds_hidden(world, function, written.get(&variable.key));
            let told = match variable.value.text() {
                _ if hidden => Some("holds a parameter that is to be hidden, in clear"),
                None => {
                    if secret_name && variable.value.is_unknown() {
                        findings.unknown(function, &variable.key);
                    }
                    None
                }
                Some(text) if text.contains("{{resolve:secretsmanager:") || text.contains("{{resolve:ssm-secure:") => {
                    Some("holds the secret itself, in clear, once the reference is resolved")
                }
                Some(text) if is_a_secret(text) => Some("holds a key or password in clear"),
                Some(text) if secret_name && !names_something(world, &variable.key, text) => {
                    Some("holds a secret in clear")
                }
                Some(_) => None,
            };
            if let Some(told) = told {
                // The value is not repeated: findings are logged.
                findings.at(function, &variable.value, format!("{} {told}", variable.key));
            }
        }
    }
}

/// Whether a parameter that is not to be shown goes into a value, alone or within a text.
fn holds_hidden(world: &World, function: &Resource, written: &Node) -> bool {
    let Some(stack) = world.stacks.iter().find(|stack| stack.name == function.stack) else { return false };
    let parameters = stack.root.get("Parameters");
    parameters_in(written).into_iter().any(|name| parameters.get(name).get("NoEcho").bool() == Some(true))
}

fn names_a_secret(key: &str) -> bool {
    let key = key.to_uppercase();
    let words: Vec<&str> = key.split(['_', '-', '.']).collect();
    if words.last().is_some_and(|last| ABOUT.contains(last)) {
        return false;
    }
    let pair =
        |two: &[&str]| two[1] == "KEY" && matches!(two[0], "API" | "PRIVATE" | "ACCESS" | "SIGNING" | "ENCRYPTION");
    let one = ["PASSWORD", "PASSWD", "SECRET", "APIKEY", "CREDENTIAL"].iter().any(|word| key.contains(word));
    one || words.iter().any(|word| matches!(*word, "TOKEN" | "PWD" | "PASS")) || words.windows(2).any(pair)
}

/// Whether a value is no secret itself but says where one is, or how something is done.
fn names_something(world: &World, key: &str, text: &str) -> bool {
    let path = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let parts: Vec<_> = text.strip_prefix('/').unwrap_or(text).split('/').collect();
    text.is_empty()
        || ["true", "false", "none", "on", "off", "yes", "no"].iter().any(|word| word.eq_ignore_ascii_case(text))
        || text.starts_with("arn:")
        || text.starts_with("s3://")
        || world.find(text).is_some()
        || world.resources().any(|resource| resource.name() == text)
        // Made up by AWS, such as an id.
        || (text.starts_with('{') && text.ends_with('}') && !text.starts_with("{{"))
        || (parts.len() > 1 && parts.iter().all(|part| path(part)))
        || (!key.to_uppercase().contains("PASS") && is_worded(text))
        || (is_setting(text) && !ends_in_a_secret(key))
}

/// A number, or how much is logged: how something is done with a secret.
fn is_setting(text: &str) -> bool {
    let levels = ["trace", "debug", "info", "warn", "warning", "error", "fatal", "critical"];
    text.parse::<f64>().is_ok() || levels.iter().any(|level| level.eq_ignore_ascii_case(text))
}

/// `DB_PASSWORD: 12345678` is one that somebody chose badly.
fn ends_in_a_secret(key: &str) -> bool {
    let key = key.to_uppercase();
    ["PASSWORD", "PASSWD", "PWD", "PASS", "SECRET"].iter().any(|end| key.ends_with(end))
}

/// `taxi-login`: words with hyphens between them are how a secret is named, and no secret.
fn is_worded(text: &str) -> bool {
    text.contains('-') && text.split('-').all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()))
}

/// Values that are secrets whatever they are called.
fn is_a_secret(text: &str) -> bool {
    let key_id = |prefix: &str| {
        text.match_indices(prefix).any(|(at, _)| {
            let rest = text[at + prefix.len()..].chars();
            rest.take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit()).count() == 16
        })
    };
    let begins = ["ghp_", "github_pat_", "xoxb-", "xoxp-", "sk_live_"].iter().any(|prefix| text.starts_with(prefix));
    // postgres://user:password@host
    let login = text.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.split_once('@'));
    let password = login.and_then(|(login, _)| login.split_once(':')).map(|(_, password)| password);
    let in_url = password.is_some_and(|password| !password.is_empty() && !password.contains(['{', '$']));
    key_id("AKIA") || begins || in_url || (text.contains("-----BEGIN") && text.contains("PRIVATE KEY"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::found;

    fn with(variable: &str) -> usize {
        let text = format!(
            "
Parameters: {{Hidden: {{Type: String, NoEcho: true}}, Where: {{Type: String}}}}
Resources:
  Login: {{Type: AWS::SecretsManager::Secret, Properties: {{Name: login}}}}
  Work: {{Type: AWS::Lambda::Function, Properties: {{Environment: {{Variables: {{{variable}}}}}}}}}
"
        );
        found(&RULE, &text).len()
    }

    #[test]
    fn secrets_are_found_and_their_names_left_alone() {
        for clear in [
            "DB_PASSWORD: hunter2",
            "DB_PASSWORD: correct-horse",
            "API_KEY: 8f3a",
            "GITHUB_TOKEN: abcdef",
            "CLIENT_SECRET: a1b2c3",
            "WHO: AKIAIOSFODNN7EXAMPLE",
            "DATABASE: 'postgres://app:hunter2@db.example.com/flats'",
            "LOGIN: '{{resolve:secretsmanager:login:SecretString:password}}'",
            "ANY: !Ref Hidden",
            "DB_CONN: !Sub 'postgres://app:${Hidden}@db.example.com/flats'",
            "DB_CONN: !Join ['', ['postgres://app:', !Ref Hidden, '@db.example.com/flats']]",
            "DB_PASSWORD: 12345678",
        ] {
            assert_eq!(with(clear), 1, "{clear}");
        }
        for fine in [
            "DB_PASSWORD: !Ref Login",
            "DB_SECRET: login",
            "SECRET_NAME: prod-login",
            "DB_SECRET: prod/db/login",
            "DB_SECRET: prod-db-login",
            "TOKEN_TTL: 300",
            "MAX_TOKENS: 4096",
            "DB_PASSWORD: ''",
            "PASSWORD_FROM_SSM: true",
            "DB_SECRET: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:x'",
            "DATABASE: 'postgres://db.example.com/flats'",
            "PARTITION_KEY: id",
            "DB_PASSWORD: !Ref Where",
            "COMPASS: north",
            "SECRETS_EXTENSION_HTTP_PORT: 2773",
            "SECRETS_EXTENSION_LOG_LEVEL: info",
            "SECRETS_EXTENSION_LOG: WARN",
            "SECRETS_MANAGER_TIMEOUT_MILLIS: 500",
            "ACCESS_KEY_ROTATION_DAYS: 90",
            "TOKEN_ISSUER: me",
            "SECRETS_EXTENSION_MAX_CONNECTIONS: 3",
            "SECRETS_CACHE: 1000",
            "CACHE_SECRETS: 'TRUE'",
            "DB_CONN: !Sub 'postgres://app@${Where}/flats'",
        ] {
            assert_eq!(with(fine), 0, "{fine}");
        }
    }
}
