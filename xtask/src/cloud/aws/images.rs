//! ECR: where repositories are, the way in, and what is in them.

use aws_sdk_ecr::Client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::cloud::{Answer, CloudError, Fault};
use images::{Access, Credentials, Image, Repository};
use std::path::Path;

use super::error::told;

/// A repository with the right to read and write in it, which lasts for half a day.
pub(super) struct Entry {
    repository: Repository,
    access: Access,
}

/// The URI of a repository, without `@` and digest.
pub(super) async fn uri(client: &Client, name: &str) -> Answer<String> {
    let call = client.describe_repositories().repository_names(name);
    let answer = call.send().await.map_err(told("ecr:DescribeRepositories"))?;
    let uri = answer.repositories.unwrap_or_default().into_iter().find_map(|repository| repository.repository_uri);
    uri.ok_or_else(|| refused("ecr:DescribeRepositories", Fault::NotFound, format!("there is no repository {name}")))
}

/// Whether an image is there. That there is no repository yet is an answer too.
pub(super) async fn is_there(client: &Client, repository: &str, digest: &str) -> Answer<bool> {
    let id = aws_sdk_ecr::types::ImageIdentifier::builder().image_digest(digest).build();
    let call = client.batch_get_image().repository_name(repository).image_ids(id);
    match call.send().await.map_err(told("ecr:BatchGetImage")) {
        Ok(answer) => Ok(answer.images.is_some_and(|images| !images.is_empty())),
        Err(error) if error.fault == Fault::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) async fn push(client: &Client, repository: &str, digest: &str, layout: &Path) -> Answer {
    let Entry { repository, access } = enter(client, repository).await?;
    let failed = |error: images::Error| {
        let fault = match &error {
            images::Error::Unreachable { .. } => Fault::Unreachable,
            images::Error::Denied { .. } => Fault::Denied,
            _ => Fault::Other,
        };
        let because = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        refused("ecr:PutImage", fault, format!("{error}{because}"))
    };
    let digest = digest.parse().map_err(failed)?;
    let image = Image::open(layout, &digest).map_err(failed)?;
    images::push(&image, &repository, &access).await.map(drop).map_err(failed)
}

/// Asks for a token, which is a user and a password.
async fn enter(client: &Client, name: &str) -> Answer<Entry> {
    let call = "ecr:GetAuthorizationToken";
    let uri = uri(client, name).await?;
    let repository: Repository =
        uri.parse().map_err(|error: images::Error| refused(call, Fault::Other, error.to_string()))?;
    let answer = client.get_authorization_token().send().await.map_err(told(call))?;
    let token = answer.authorization_data.unwrap_or_default().into_iter().find_map(|data| data.authorization_token);
    let token = token.and_then(|token| String::from_utf8(STANDARD.decode(token).ok()?).ok());
    let (user, password) = token
        .as_deref()
        .and_then(|token| token.split_once(':'))
        .ok_or_else(|| refused(call, Fault::Other, "it gave no token".to_owned()))?;
    // All that is pushed lies in a layout already, so nothing is fetched and kept.
    let mut access = Access::with_cache(std::env::temp_dir());
    let credentials = Credentials { user: user.to_owned(), password: password.to_owned() };
    access.credentials.insert(repository.registry().to_owned(), credentials);
    Ok(Entry { repository, access })
}

fn refused(call: &'static str, fault: Fault, message: String) -> CloudError {
    CloudError { call, fault, message }
}
