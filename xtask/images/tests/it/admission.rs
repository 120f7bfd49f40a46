use crate::common::{HERE, access, files, repository};
use crate::front::{Front, Manner};
use images::{Access, Base, Credentials, Error, Image, TestRegistry, build, exists, push};

/// What the registry's user and password are in a header.
const BASIC: &str = "Basic QVdTOmEgdG9rZW4gb2YgdHdlbHZlIGhvdXJz";

async fn image(access: &Access) -> Image {
    build(&Base::Scratch, &files(), HERE, access).await.unwrap()
}

fn wrong() -> Credentials {
    Credentials { password: "a token of yesterday".to_owned(), ..TestRegistry::credentials() }
}

async fn only_the_right_password_is_let_in(host: &str, mut access: Access) {
    let image = image(&access).await;
    let to = repository(host, "tested");
    for credentials in [None, Some(wrong())] {
        access.credentials = credentials.map(|credentials| (host.to_owned(), credentials)).into_iter().collect();
        let error = push(&image, &to, &access).await.unwrap_err();
        assert!(matches!(&error, Error::Denied { registry, .. } if registry == host), "{error:?}");
        assert!(error.remedy().unwrap().contains("user and password"), "{error}");
        assert!(exists(&to.at(image.digest().clone()), &access).await.is_err(), "nobody is told what is there");
    }
    access.credentials = [(host.to_owned(), TestRegistry::credentials())].into();
    let pushed = push(&image, &to, &access).await.unwrap();
    assert!(exists(&pushed.reference, &access).await.unwrap());
}

#[tokio::test]
async fn a_registry_with_passwords() {
    let registry = TestRegistry::closed().unwrap();
    let folder = tempfile::tempdir().unwrap();
    only_the_right_password_is_let_in(&registry.host(), access(folder.path())).await;
}

#[tokio::test]
async fn a_registry_with_tokens() {
    let registry = TestRegistry::open().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let front = Front::before(registry.port(), Manner::Bearer(BASIC));
    only_the_right_password_is_let_in(&front.host(), access(folder.path())).await;
    let asked = front.requests();
    let scoped = |scope: &str| asked.iter().any(|request| request.contains("/token?") && request.ends_with(scope));
    assert!(scoped("scope=repository%3Atested%3Apull%2Cpush&service=test"), "{asked:?}");
}
