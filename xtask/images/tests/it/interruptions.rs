use crate::common::{HERE, access, as_process, files, parts, repository};
use crate::front::{Front, Manner};
use crate::made_up::{Publisher, Words};
use images::{Access, Base, Image, Reference, TestRegistry, build, exists, pull, push};
use std::env;
use std::path::Path;

/// Of a base in another registry, so that all that a push does is done.
async fn image(base: &Reference, access: &Access) -> Image {
    build(&Base::Registry(base.clone()), &files(), HERE, access).await.unwrap()
}

/// The same push again, without harm this time. The registry takes a manifest only with all that it names.
async fn repeated(registry: &TestRegistry, path: &str, image: &Image, access: &Access) -> Reference {
    let pushed = push(image, &repository(&registry.host(), path), access).await.unwrap();
    assert_eq!(pushed.reference.digest, *image.digest());
    assert!(exists(&pushed.reference, access).await.unwrap());
    pushed.reference
}

#[tokio::test]
async fn a_push_that_was_cut_anywhere_is_repeated() {
    let (registry, bases) = (TestRegistry::open().unwrap(), TestRegistry::open().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut access = access(&folder.path().join("cache"));
    let base = Publisher::at(&bases.host(), "bases/tested").await.single(Words::Oci, HERE).await;
    let image = image(&base, &access).await;
    let front = Front::before(registry.port(), Manner::Pass);
    push(&image, &repository(&front.host(), "whole"), &access).await.unwrap();
    let requests = front.requests();
    assert!(requests.len() > 3 * parts(&image).len(), "{requests:?}");

    access.retry.attempts = 1;
    for (number, request) in (1..).zip(&requests) {
        // Before a request the same has been done as after the one before it.
        let mut manners = vec![("after", Manner::CutAfter(number))];
        if request.starts_with("PUT") {
            manners.push(("within", Manner::CutWithin(number)));
        }
        for (name, manner) in manners {
            let front = Front::before(registry.port(), manner);
            let path = format!("cut-{name}-{number}");
            push(&image, &repository(&front.host(), &path), &access).await.unwrap_err();
            let reference = repeated(&registry, &path, &image, &access).await;
            if name == "within" {
                // Nothing of the half is left in the whole.
                pull(&reference, HERE, &folder.path().join(path), &access).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_base_that_was_cut_anywhere_is_read_again() {
    let (registry, bases) = (TestRegistry::open().unwrap(), TestRegistry::open().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let held = Publisher::at(&bases.host(), "bases/tested").await.list(Words::Oci, &[HERE]).await;
    let mut access = access(folder.path());
    access.retry.attempts = 1;
    for number in 1.. {
        let path = format!("at-{number}");
        access.cache = folder.path().join("cache").join(&path);
        let front = Front::before(bases.port(), Manner::CutAfter(number));
        access.mirror = Some(front.host().parse().unwrap());
        let to = repository(&registry.host(), &path);
        let both = async |access: &Access| {
            let image = build(&Base::Registry(held.clone()), &files(), HERE, access).await?;
            push(&image, &to, access).await.map(|_| image)
        };
        let first = both(&access).await;
        access.mirror = None;
        let image = both(&access).await.unwrap();
        let reference = repeated(&registry, &path, &image, &access).await;
        pull(&reference, HERE, &folder.path().join(path), &access).await.unwrap();
        if first.is_ok() {
            assert!(number > 4, "a base is some requests");
            return;
        }
    }
}

const TARGET: &str = "MILLRACE_TEST_TARGET";
const BASE: &str = "MILLRACE_TEST_BASE";
const CACHE: &str = "MILLRACE_TEST_CACHE";

#[tokio::test]
async fn a_push_that_was_killed_at_any_write_is_repeated() {
    let (registry, bases) = (TestRegistry::open().unwrap(), TestRegistry::open().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let access = access(&folder.path().join("cache"));
    let base = Publisher::at(&bases.host(), "bases/tested").await.single(Words::Oci, HERE).await;
    let image = image(&base, &access).await;
    let front = Front::before(registry.port(), Manner::Pass);
    push(&image, &repository(&front.host(), "whole"), &access).await.unwrap();
    let is_write = |request: &str| request.starts_with("POST") || request.starts_with("PUT");
    for (number, _) in (1..).zip(&front.requests()).filter(|(_, request)| is_write(request)) {
        let front = Front::before(registry.port(), Manner::HangAt(number));
        let path = format!("killed-{number}");
        let mut other = as_process("interruptions::pushes_until_it_is_killed");
        other.env(TARGET, format!("{}/{path}", front.host())).env(BASE, base.to_string()).env(CACHE, &access.cache);
        let mut other = other.spawn().unwrap();
        front.wait_until_it_hangs();
        other.kill().unwrap();
        other.wait().unwrap();
        repeated(&registry, &path, &image, &access).await;
    }
}

#[tokio::test]
#[ignore = "is the process that the test above kills"]
async fn pushes_until_it_is_killed() {
    // Whoever runs the ignored tests as well runs this one for nothing.
    let Ok(target) = env::var(TARGET) else { return };
    let access = access(Path::new(&env::var(CACHE).unwrap()));
    let image = image(&env::var(BASE).unwrap().parse().unwrap(), &access).await;
    push(&image, &target.parse().unwrap(), &access).await.unwrap();
}
