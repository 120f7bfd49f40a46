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
    let uri = uri(client, repository).await?;
    let answer = client.get_authorization_token().send().await.map_err(told(TOKEN))?;
    let token = answer.authorization_data.unwrap_or_default().into_iter().find_map(|data| data.authorization_token);
    Entry::with(&uri, token)?.take(digest, layout).await
}

const TOKEN: &str = "ecr:GetAuthorizationToken";

impl Entry {
    /// A token is a user and a password.
    fn with(uri: &str, token: Option<String>) -> Answer<Self> {
        let wrong = |why: String| refused(TOKEN, Fault::Other, why);
        let repository: Repository = uri.parse().map_err(|error: images::Error| wrong(error.to_string()))?;
        let token = token.and_then(|token| String::from_utf8(STANDARD.decode(token).ok()?).ok());
        let token = token.as_deref().and_then(|token| token.split_once(':'));
        let (user, password) = token.ok_or_else(|| wrong("it gave no token".to_owned()))?;
        // All that is pushed lies in a layout already, so nothing is fetched and kept.
        let mut access = Access::with_cache(std::env::temp_dir());
        let credentials = Credentials { user: user.to_owned(), password: password.to_owned() };
        access.credentials.insert(repository.registry().to_owned(), credentials);
        Ok(Self { repository, access })
    }

    async fn take(&self, digest: &str, layout: &Path) -> Answer {
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
        images::push(&image, &self.repository, &self.access).await.map(drop).map_err(failed)
    }
}

fn refused(call: &'static str, fault: Fault, message: String) -> CloudError {
    CloudError { call, fault, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use images::{Base, Files, Platform, TestRegistry};
    use std::fs;
    use std::process::Command;

    /// A program that needs nothing.
    fn program(folder: &Path) -> Vec<u8> {
        let (source, program) = (folder.join("main.c"), folder.join("main"));
        fs::write(&source, "int main(void) { return 0; }").unwrap();
        assert!(Command::new("cc").args(["-static", "-o"]).args([&program, &source]).status().unwrap().success());
        fs::read(program).unwrap()
    }

    #[tokio::test]
    async fn what_was_laid_out_is_pushed_with_the_token() {
        let registry = TestRegistry::closed().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = Files { program: program(folder.path()), ..Files::default() };
        let platform = if cfg!(target_arch = "aarch64") { Platform::Arm64 } else { Platform::Amd64 };
        let cache = Access::with_cache(folder.path().join("cache"));
        let image = images::build(&Base::Scratch, &files, platform, &cache).await.unwrap();
        let layout = folder.path().join("orders-etl.image");
        image.save(&layout, &cache).await.unwrap();

        let Credentials { user, password } = TestRegistry::credentials();
        let uri = format!("{}/millrace-dev/orders-etl", registry.host());
        let open = Entry::with(&uri, Some(STANDARD.encode(format!("{user}:{password}")))).unwrap();
        // The second time there is nothing to do.
        for _ in 0..2 {
            open.take(image.digest().as_str(), &layout).await.unwrap();
        }
        assert!(images::exists(&open.repository.at(image.digest().clone()), &open.access).await.unwrap());

        let closed = Entry::with(&uri, Some(STANDARD.encode(format!("{user}:wrong")))).unwrap();
        let refused = closed.take(image.digest().as_str(), &layout).await.unwrap_err();
        assert_eq!(refused.fault, Fault::Denied, "{refused}");
        assert!(Entry::with(&uri, None).is_err());
    }
}
